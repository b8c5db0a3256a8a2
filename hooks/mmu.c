/*
 * Address spaces: the public functions that the library itself calls for the
 * kernel's own space; all others are in space.c. Arguments are checked here, once;
 * what reaches the op table is aligned, not empty, and within one half.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "mmu.h"

#define MAP_FLAGS	(PV_PROT_FLAGS | PV_MAP_GLOBAL | PV_MAP_LARGE | PV_MAP_SOFT1 | PV_MAP_SOFT2 | \
			 PV_MAP_CACHE_MASK)

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

/* The kernel half is closed to user mode; global means all spaces, so it is the kernel half's. */
pv_status
pv_space_check_flags(const struct pv_space *space, unsigned flags, unsigned allowed)
{
	unsigned never = space == &kernel_space ? PV_PROT_USER : PV_MAP_GLOBAL;

	return (flags & ~(allowed & ~never)) == 0 ? PV_OK : PV_E_INVAL;
}

pv_status
pv_space_map(struct pv_space *space, pv_vaddr va, pv_paddr pa, uintptr_t size, unsigned flags)
{
	pv_status s = pv_space_check_range(space, va, size);

	if (s == PV_OK)
		s = pv_space_check_flags(space, flags, MAP_FLAGS);
	if (s == PV_OK && ((pa.v & PV_PAGE_MASK) != 0 || pa.v + (size - 1) < pa.v))
		s = PV_E_INVAL;
	return s == PV_OK ? pv_ops.mmu.map(space, va, pa, size, flags) : s;
}

pv_status
pv_space_unmap(struct pv_space *space, pv_vaddr va, uintptr_t size)
{
	pv_status s = pv_space_check_range(space, va, size);

	return s == PV_OK ? pv_ops.mmu.unmap(space, va, size) : s;
}

pv_status
pv_space_query(struct pv_space *space, pv_vaddr va, pv_paddr *pa, unsigned *flags)
{
	pv_status s = pv_space_check_range(space, pv_va((uintptr_t)pv_page_down(va.v)), PV_PAGE_SIZE);

	return s == PV_OK ? pv_ops.mmu.query(space, va, pa, flags) : s;
}

void
pv_space_sync(struct pv_space *space)
{
	if (!pv_no_spaces)
		PV_OP_VOID_1(mmu.sync, space);
}
