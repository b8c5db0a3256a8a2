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

/* Is [va, va+size) of whole pages and in the half that this space may change? */
pv_status
pv_space_check_range(const struct pv_space *space, pv_vaddr va, uintptr_t size)
{
	bool kernel = space == &kernel_space;
	uintptr_t first = kernel ? PV_KERNEL_START : PV_USER_START;
	uintptr_t last = kernel ? PV_KERNEL_LAST : PV_USER_END - 1;

	if (pv_no_spaces)
		return PV_E_ABSENT;
	/* Without the kernel's root there is nothing to walk: stage MMU has not been reached. */
	if (kernel_space.root.v == 0)
		return PV_E_STAGE;
	if (space == NULL || space->root.v == 0)
		return PV_E_INVAL;
	if (size == 0 || ((va.v | size) & PV_PAGE_MASK) != 0 || va.v + (size - 1) < va.v)
		return PV_E_INVAL;
	/* As distances from `first`, because that may be 0. */
	if (va.v - first > last - first || va.v + (size - 1) - first > last - first)
		return PV_E_RANGE;
	return PV_OK;
}

void
pv_space_sync(struct pv_space *space)
{
	if (!pv_no_spaces)
		PV_OP_VOID_1(mmu.sync, space);
}

pv_status
pv_kernel_query(pv_vaddr va, pv_paddr *pa)
{
	pv_status s = pv_space_check_range(&kernel_space, pv_va((uintptr_t)pv_page_down(va.v)), PV_PAGE_SIZE);
	unsigned flags;

	return s == PV_OK ? pv_ops.mmu.query(&kernel_space, va, pa, &flags) : s;
}
