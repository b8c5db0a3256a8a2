/*
 * Boot data of a PV guest: struct start_info and what Xen's domain builder put behind
 * the image. Its addresses are virtual; physical 0 is shown at VIRT_BASE, which is where
 * start_info is read less where it lies.
 *
 * All of the guest's memory is RAM in the map. What Xen shows of it at first, up to an
 * edge of 4 MiB, is its entry code's business (Xen: xen.h, "Start-of-day memory layout").
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "mmu.h"

struct pv_boot_piece pv_xen_aside;

static void
refuse(const char *what, unsigned long value)
{
	(void)pv_snprintf(pv_boot_reason, sizeof(pv_boot_reason), "xen pv: %s (0x%lx)", what, value);
	pv_build.status = PV_E_FORMAT;
}

/* Physical address of what Xen names by its virtual one, [va, va + size) of memory that there is. */
static bool
place(const struct xen_start_info *si, uintptr_t base, unsigned long va, uint64_t size, pv_paddr *pa)
{
	uint64_t all = (uint64_t)si->nr_pages << PV_PAGE_SHIFT;

	*pa = pv_pa(va - base);
	return va >= base && size <= all && pa->v <= all - size;
}

/*
 * Memory, and what the builder made: the list of frames, start_info and pages shared with others, which stay as they
 * are; page tables and a stack of one page, which a kernel may have when it is done with them.
 */
static void
builders(const struct xen_start_info *si, uintptr_t base)
{
	uint64_t size = ((uint64_t)si->nr_pt_frames + 1) << PV_PAGE_SHIFT;
	pv_paddr list, tables;

	if (si->nr_pt_frames >= si->nr_pages || !place(si, base, si->pt_base, size, &tables)) {
		refuse("page tables outside of memory", si->pt_base);
	} else if (!place(si, base, si->mfn_list, 0, &list) || list.v > tables.v) {
		refuse("the list of frames is not before the page tables", si->mfn_list);
	} else {
		list = pv_pa(pv_page_down(list.v));
		pv_boot_build_range(pv_pa(0), list.v, PV_MEM_RAM);
		pv_boot_build_range(list, tables.v - list.v, PV_MEM_NVS);
		pv_boot_build_range(tables, ((uint64_t)si->nr_pages << PV_PAGE_SHIFT) - tables.v, PV_MEM_RAM);
		pv_boot_build_range(tables, size, PV_MEM_BOOT);
	}
}

/* One at most, and its words are dropped. */
static void
module(const struct xen_start_info *si, uintptr_t base)
{
	bool by_frame = (si->flags & XEN_SIF_MOD_START_PFN) != 0;
	unsigned long va = by_frame ? base + (si->mod_start << PV_PAGE_SHIFT) : si->mod_start;
	pv_paddr pa;

	if (si->mod_start == 0)
		return;
	if (place(si, base, va, si->mod_len, &pa))
		pv_boot_build_module(pa, si->mod_len, pv_build.boot->text);
	else
		pv_boot_build_odd(1);
}

void
pv_xen_boot_parse(struct pv_boot *boot, const struct pv_boot_reader *r, pv_paddr info)
{
	const struct xen_start_info *si = (const struct xen_start_info *)r->at(r->arg, info, sizeof(*si));
	uintptr_t base = (uintptr_t)si - (uintptr_t)info.v;
	struct pv_boot_piece args = { info.v + __builtin_offsetof(struct xen_start_info, args), sizeof(si->args) };

	pv_boot_build_begin(boot, PV_BOOT_XEN_PV, r);
	pv_build.what = "command line";
	if (si == NULL) {
		refuse("start_info cannot be read", (unsigned long)info.v);
	} else if (memcmp(si->magic, "xen-3.", 6) != 0) {
		refuse("start_info has a wrong magic", (unsigned long)info.v);
	} else if (si->nr_pages == 0) {
		refuse("start_info says there is no memory", 0);
	} else {
		builders(si, base);
		if (boot == &pv_boot_data && pv_xen_aside.size != 0)
			pv_boot_build_range(pv_pa(pv_xen_aside.at), pv_xen_aside.size, PV_MEM_BOOT);
		boot->args = pv_boot_text(&args, args.size, true);
		module(si, base);
		boot->start_info = info;
	}
}

pv_status
pv_boot_read_xen(struct pv_boot *boot, const struct pv_boot_reader *r, pv_paddr info)
{
	const void *si = r->at(r->arg, info, sizeof(struct xen_start_info));

	pv_xen_boot_parse(boot, r, info);
	/* The console wants to know what kind of domain this is, also before pv_attach(). */
	if (pv_xen_start_info == NULL && pv_build.status == PV_OK && pv_xen_is_pv()) {
		pv_xen_start_info = (const struct xen_start_info *)si;
		pv_xen_virt_base = (uintptr_t)si - (uintptr_t)info.v;
	}
	return pv_boot_build_end(pv_build.status);
}
