/*
 * Physical frames to machine frames and back; see p2m.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "p2m.h"
#include "pvh.h"

struct pv_xen_p2m pv_xen_p2m;

void
pv_xen_p2m_init(void)
{
	struct xen_machphys_mapping map = { .v_start = XEN_M2P_START, .v_end = XEN_M2P_END };
	struct pv_xen_p2m *p = &pv_xen_p2m;

	if (p->list != NULL)
		return;
	p->list = (unsigned long *)pv_xen_start_info->mfn_list;
	p->nr = pv_xen_start_info->nr_pages;
	pv_xen_root = pv_pa(pv_xen_start_info->pt_base - pv_xen_virt_base);
	/* Old hypervisors do not have the call; the table is where the headers say, then. */
	(void)pv_xen_call(XEN_MEMORY_OP, XEN_MEM_MACHPHYS_MAPPING, (unsigned long)&map, 0, 0);
	p->m2p = (const unsigned long *)map.v_start;
	p->nr_m2p = (map.v_end - map.v_start) / sizeof(unsigned long);
	if (map.max_mfn != 0 && map.max_mfn < p->nr_m2p)
		p->nr_m2p = map.max_mfn + 1;
}

/* Where the domain builder has mapped physical memory in a row: the image, and all that it put behind it. */
static bool
is_builders(uintptr_t va)
{
	const struct xen_start_info *si = pv_xen_start_info;

	return va - pv_xen_virt_base < si->pt_base - pv_xen_virt_base + (si->nr_pt_frames + 1) * PV_PAGE_SIZE;
}

unsigned long
pv_xen_mfn_of(const volatile void *va)
{
	uint64_t frame, ma;

	/* A PVH guest has no other numbers than its own. */
	if (pv_xen_start_info == NULL)
		return pv_xenpvh_frame(va, &frame) == PV_OK ? (unsigned long)frame : PV_XEN_NO_FRAME;
	/* Start of day: nobody knows of a map yet. */
	if (pv_direct_map.base == 0 && pv_boot_data.kernel_size == 0)
		return is_builders((uintptr_t)va) ?
		    pv_xen_p2m.list[((uintptr_t)va - pv_xen_virt_base) >> PV_PAGE_SHIFT] : PV_XEN_NO_FRAME;
	ma = pv_xen_machine_of(va);
	return ma != PV_XEN_NOWHERE ? (unsigned long)(ma >> PV_PAGE_SHIFT) : PV_XEN_NO_FRAME;
}

unsigned long
pv_xen_frame_of(pv_paddr pa)
{
	uint64_t n = pa.v >> PV_PAGE_SHIFT;

	if ((pa.v & PV_XEN_MACHINE) != 0)
		return (unsigned long)((pa.v & ~PV_XEN_MACHINE) >> PV_PAGE_SHIFT);
	if (n >= pv_xen_p2m.nr)
		return PV_XEN_NO_FRAME;
	return pv_xen_p2m.list[n];
}

pv_paddr
pv_xen_physical(unsigned long frame)
{
	const struct pv_xen_p2m *p = &pv_xen_p2m;

	if (frame < p->nr_m2p) {
		unsigned long page = PV_READ_SHARED(p->m2p[frame]);

		/* Of a frame that is not this guest's the table says what it likes. */
		if (page < p->nr && p->list[page] == frame)
			return pv_pa((uint64_t)page << PV_PAGE_SHIFT);
	}
	return pv_pa(PV_XEN_MACHINE | (uint64_t)frame << PV_PAGE_SHIFT);
}

pv_status
pv_xen_p2m_set(unsigned long page, unsigned long frame)
{
	if (page >= pv_xen_p2m.nr)
		return PV_E_RANGE;
	pv_xen_p2m.list[page] = frame;
	return PV_OK;
}

unsigned
pv_xen_mark_of(pv_paddr page)
{
	uint64_t n = page.v >> PV_PAGE_SHIFT;

	if (pv_xen_p2m.mark == NULL || n >= pv_xen_p2m.nr || (pv_xen_p2m.mark[n] & PV_XEN_LEAVING) != 0)
		return 0;
	return pv_xen_p2m.mark[n];
}

void
pv_xen_mark_set(pv_paddr page, unsigned mark)
{
	if (pv_xen_p2m.mark != NULL)
		pv_xen_p2m.mark[page.v >> PV_PAGE_SHIFT] = (uint8_t)mark;
}

void
pv_xen_mark_leave(pv_paddr page)
{
	if (pv_xen_mark_of(page) != 0)
		pv_xen_p2m.mark[page.v >> PV_PAGE_SHIFT] |= PV_XEN_LEAVING;
}

bool
pv_xen_mark_leaving(pv_paddr page)
{
	uint64_t n = page.v >> PV_PAGE_SHIFT;

	return pv_xen_p2m.mark != NULL && n < pv_xen_p2m.nr && (pv_xen_p2m.mark[n] & PV_XEN_LEAVING) != 0;
}

void
pv_xen_mark_stay(pv_paddr page)
{
	uint64_t n = page.v >> PV_PAGE_SHIFT;

	if (pv_xen_p2m.mark != NULL && n < pv_xen_p2m.nr)
		pv_xen_p2m.mark[n] &= (uint8_t)~PV_XEN_LEAVING;
}

unsigned
pv_xen_table_level(pv_paddr page)
{
	return pv_xen_mark_of(page) & PV_XEN_LEVEL;
}

/*
 * Frames of device registers have no word in the m2p table, or not even a page of it: they are
 * known by our bit.
 */
uint64_t
pv_xen_pte_in(uint64_t raw)
{
	uint64_t flags = raw & ~(PV_PTE_FRAME | PV_PTE_G | PV_XEN_PTE_KERNEL | PV_XEN_PTE_MACHINE);

	if ((raw & PV_PTE_P) == 0)
		return raw;
	if ((raw & PV_XEN_PTE_KERNEL) != 0)
		flags &= ~PV_PTE_U;
	if ((raw & PV_XEN_PTE_MACHINE) != 0)
		return flags | PV_XEN_MACHINE | (raw & PV_PTE_FRAME);
	return flags | pv_xen_physical((unsigned long)((raw & PV_PTE_FRAME) >> PV_PAGE_SHIFT)).v;
}

/* A page without a frame becomes an entry that Xen refuses by its frame. */
uint64_t
pv_xen_pte_out(uint64_t entry)
{
	uint64_t flags = entry & ~(PV_PTE_FRAME | PV_PTE_G);
	unsigned long frame;

	if ((entry & PV_PTE_P) == 0)
		return entry;
	frame = pv_xen_frame_of(pv_pa(entry & PV_PTE_FRAME));
	if ((entry & PV_XEN_MACHINE) != 0)
		flags |= PV_XEN_PTE_MACHINE;
	return flags | (((uint64_t)frame << PV_PAGE_SHIFT) & PV_PTE_FRAME);
}
