/*
 * What kernels with spaces have of the ROM: batches, and its hole in the address
 * space among the reserved ranges. All else of spaces is the radix tree's.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "vmi.h"
#include "../common/radix/radix.h"
#include "../common/x86/kernel_map.h"

/* The hole first, where there is one. */
static pv_status
reserved(unsigned index, struct pv_reserved_range *out)
{
	if (pv_vmi_rom.top == 0)
		return pv_kernel_map_reserved(index, out);
	if (index > 0)
		return pv_kernel_map_reserved(index - 1, out);
	out->start = pv_va(pv_vmi_rom.top);
	out->size = (uintptr_t)0 - pv_vmi_rom.top;
	out->what = "addresses of the VMI ROM";
	return PV_OK;
}

static pv_status
map(struct pv_space *space, pv_vaddr va, pv_paddr pa, uintptr_t size, unsigned flags)
{
	if (pv_vmi_rom.top != 0 && va.v + (size - 1) >= pv_vmi_rom.top)
		return PV_E_RANGE;
	return pv_radix_map(space, va, pa, size, flags);
}

const struct pv_mmu_ops pv_vmi_space_ops = {
	.map = map,
	.begin = pv_vmi_batch_begin,
	.end = pv_vmi_batch_end,
	.reserved = reserved,
};
