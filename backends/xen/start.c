/*
 * The C end of the Xen PV entry: boot data from start_info, then begin.
 *
 * It runs on what Xen's domain builder has mapped at the linked address, up to the end
 * of the boot stack and its slack; build.c goes on from there.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "mmu.h"
#include "p2m.h"
#include "refuse.h"
#include "../common/boot/build.h"

#define SLACK		0x80000ul	/* Xen maps at least this much behind the boot stack, */
#define EDGE		0x400000ull	/* up to such an address */

extern const char pv_image_start[] PV_WEAK, pv_image_end[] PV_WEAK;

const struct xen_start_info *pv_xen_start_info;
uintptr_t pv_xen_virt_base = PV_XEN_KERNEL_OFFSET;
static struct pv_cpu boot_cpu;

/* Everything Xen put behind the image: p2m, start_info, page tables, boot stack. */
static uint64_t
builder_end(const struct xen_start_info *si)
{
	return si->pt_base - pv_xen_virt_base + (si->nr_pt_frames + 1) * PV_PAGE_SIZE;
}

void *
pv_xen_va_of_mfn(unsigned long mfn)
{
	/* Also before anything is set up, and after the kernel's own map is in place. */
	const unsigned long *p2m = (const unsigned long *)pv_xen_start_info->mfn_list;
	uintptr_t base = pv_direct_map.base != 0 ? pv_direct_map.base : pv_xen_virt_base;
	uintptr_t end = (uintptr_t)(builder_end(pv_xen_start_info) >> PV_PAGE_SHIFT);

	for (uintptr_t pfn = 0; pfn < end && pfn < pv_xen_start_info->nr_pages; pfn++)
		if (p2m[pfn] == mfn)
			return (void *)(base + (pfn << PV_PAGE_SHIFT));
	return NULL;
}

static const void *
at(void *arg, pv_paddr base, uint64_t size)
{
	(void)arg;
	if (base.v + size < base.v || base.v + size > builder_end(pv_xen_start_info))
		return NULL;
	return (const void *)(PV_XEN_KERNEL_OFFSET + (uintptr_t)base.v);
}

static pv_status
read_boot(const struct xen_start_info *si)
{
	uint64_t image = (uintptr_t)pv_image_start - PV_XEN_KERNEL_OFFSET;
	uint64_t image_end = (uintptr_t)pv_image_end - PV_XEN_KERNEL_OFFSET, used = builder_end(si);
	uint64_t mapped = (used + SLACK + EDGE - 1) & ~(EDGE - 1), all = (uint64_t)si->nr_pages * PV_PAGE_SIZE;
	struct pv_boot_reader reader = { .at = at, .kernel_base = pv_pa(image), .kernel_size = image_end - image };

	if (mapped > all)
		mapped = all;
	pv_xen_aside.size = (uint32_t)pv_xen_builder_reach(used, mapped);
	pv_xen_aside.at = mapped - pv_xen_aside.size;
	pv_direct_map.base = PV_XEN_KERNEL_OFFSET;
	pv_direct_map.size = mapped;
	pv_direct_map.image_offset = PV_XEN_KERNEL_OFFSET;
	return pv_boot_read_xen(&pv_boot_data, &reader, pv_pa((uintptr_t)si - PV_XEN_KERNEL_OFFSET));
}

/* There is no record to put it into, and no console: Xen prints it, if it prints for this domain. */
static void
end(const struct pv_xen_refused *r)
{
	struct xen_sched_shutdown crash = { XEN_SHUTDOWN_CRASH };
	char text[96];
	int size = pv_snprintf(text, sizeof(text), "pv: Xen refused %s at start of day: %ld %s\n",
	    pv_xen_call_name(r->nr, r->arg[0]), r->code, pv_xen_error_name(r->code));

	/* The longest names leave room. */
	(void)pv_xen_call(XEN_CONSOLE_IO, XEN_CONSOLEIO_WRITE, (unsigned)size, (unsigned long)text, 0);
	for (;;)
		(void)pv_xen_call(XEN_SCHED_OP, XEN_SCHEDOP_SHUTDOWN, (unsigned long)&crash, 0, 0);
}

void pv_xen_start(const struct xen_start_info *si);

void
pv_xen_start(const struct xen_start_info *si)
{
	struct pv_start start = { .how = PV_BOOT_XEN_PV, .word = { (uintptr_t)si } };
	struct pv_xen_refused r;

	pv_xen_start_info = si;
	pv_xen_p2m_init();
	/* The gate needs the per-CPU record at once; Xen's copy of vcpu_info moves there in setup. */
	pv_cpu_init(&boot_cpu, 0);
	boot_cpu.kernel_sp = (uintptr_t)pv_xen_boot_stack_top;
	((struct xen_vcpu_info *)boot_cpu.hv_area)->mask = 1;
	if (!pv_xen_percpu_set(&boot_cpu, &r))
		end(&r);
	pv_begin(read_boot(si), &start);
}
