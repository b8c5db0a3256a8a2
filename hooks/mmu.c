/*
 * Address spaces: what the library itself needs of the kernel's own; the public
 * functions for kernels are in space.c. Arguments are checked here, once; what
 * reaches the op table is aligned, not empty, and within one half.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "mmu.h"

static struct pv_space kernel_space;
bool pv_no_spaces;

void
pv_spaces_none(void)
{
	pv_no_spaces = true;
}

struct pv_space *
pv_space_kernel(void)
{
	return &kernel_space;
}

pv_status
pv_kernel_range(pv_vaddr va, uintptr_t size)
{
	const uintptr_t most = PV_KERNEL_LAST - PV_KERNEL_START;

	if (pv_no_spaces)
		return PV_E_ABSENT;
	/* Without the kernel's root there is nothing to walk: stage MMU has not been reached. */
	if (kernel_space.root.v == 0)
		return PV_E_STAGE;
	if (((va.v | size) & PV_PAGE_MASK) != 0 || va.v + (size - 1) < va.v)
		return PV_E_INVAL;
	return va.v - PV_KERNEL_START <= most ? PV_OK : PV_E_RANGE;
}

void
pv_space_sync(struct pv_space *space)
{
	if (!pv_no_spaces)
		PV_OP_VOID_1(mmu.sync, space);
}
