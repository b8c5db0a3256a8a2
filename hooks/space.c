/*
 * Address spaces: the public functions that only kernels call, a part of the op
 * table that is linked where they are used.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "mmu.h"

PV_NEED(space);

#define PROT_FLAGS	(PV_PROT_READ | PV_PROT_WRITE | PV_PROT_EXEC | PV_PROT_USER)
#define MAP_FLAGS	(PROT_FLAGS | PV_MAP_GLOBAL | PV_MAP_LARGE | PV_MAP_SOFT1 | PV_MAP_SOFT2 |	\
			 PV_MAP_CACHE_MASK)

static const struct pv_space *active[PV_MAX_CPUS];

void
pv_space_user_range(pv_vaddr *start, pv_vaddr *end)
{
	*start = pv_va(PV_USER_START);
	*end = pv_va(PV_USER_END);
}

pv_status
pv_space_reserved(unsigned index, struct pv_reserved_range *out)
{
	return pv_ops.mmu.reserved(index, out);
}

pv_status
pv_space_create(struct pv_space *space)
{
	if (pv_no_spaces)
		return PV_E_ABSENT;
	if (pv_space_kernel()->root.v == 0)
		return PV_E_STAGE;
	if (space == NULL || space == pv_space_kernel())
		return PV_E_INVAL;
	return pv_ops.mmu.create(space);
}

pv_status
pv_space_destroy(struct pv_space *space)
{
	if (pv_no_spaces)
		return PV_E_ABSENT;
	if (space == NULL || space == pv_space_kernel() || space->root.v == 0)
		return PV_E_INVAL;
	for (unsigned i = 0; i < PV_MAX_CPUS; i++)
		if (active[i] == space)
			return PV_E_BUSY;
	return pv_ops.mmu.destroy(space);
}

void
pv_space_activate(struct pv_space *space)
{
	struct pv_cpu *cpu = pv_cpu();

	if (pv_no_spaces)
		return;
	if (space == pv_space_kernel())
		space = NULL;
	PV_OP_VOID_1(mmu.activate, space);
	cpu->space = space;
	active[cpu->id] = space;
}

/* Is [va, va+size) of whole pages and in the half that this space may change? */
static pv_status
check_range(const struct pv_space *space, pv_vaddr va, uintptr_t size)
{
	bool kernel = space == pv_space_kernel();
	uintptr_t first = kernel ? PV_KERNEL_START : PV_USER_START;
	uintptr_t last = kernel ? PV_KERNEL_LAST : PV_USER_END - 1;

	if (pv_no_spaces)
		return PV_E_ABSENT;
	/* Without the kernel's root there is nothing to walk: stage MMU has not been reached. */
	if (pv_space_kernel()->root.v == 0)
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
static pv_status
check_flags(const struct pv_space *space, unsigned flags, unsigned allowed)
{
	unsigned never = space == pv_space_kernel() ? PV_PROT_USER : PV_MAP_GLOBAL;

	return (flags & ~(allowed & ~never)) == 0 ? PV_OK : PV_E_INVAL;
}

pv_status
pv_space_map(struct pv_space *space, pv_vaddr va, pv_paddr pa, uintptr_t size, unsigned flags)
{
	pv_status s = check_range(space, va, size);

	if (s == PV_OK)
		s = check_flags(space, flags, MAP_FLAGS);
	if (s == PV_OK && ((pa.v & PV_PAGE_MASK) != 0 || pa.v + (size - 1) < pa.v))
		s = PV_E_INVAL;
	return s == PV_OK ? pv_ops.mmu.map(space, va, pa, size, flags) : s;
}

pv_status
pv_space_unmap(struct pv_space *space, pv_vaddr va, uintptr_t size)
{
	pv_status s = check_range(space, va, size);

	return s == PV_OK ? pv_ops.mmu.unmap(space, va, size, NULL, NULL) : s;
}

pv_status
pv_space_unmap_harvest(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg)
{
	pv_status s = check_range(space, va, size);

	if (s == PV_OK && fn == NULL)
		s = PV_E_INVAL;
	return s == PV_OK ? pv_ops.mmu.unmap(space, va, size, fn, arg) : s;
}

pv_status
pv_space_protect(struct pv_space *space, pv_vaddr va, uintptr_t size, unsigned flags)
{
	pv_status s = check_range(space, va, size);

	if (s == PV_OK)
		s = check_flags(space, flags, PROT_FLAGS | PV_MAP_CACHE_MASK);
	return s == PV_OK ? pv_ops.mmu.protect(space, va, size, flags) : s;
}

pv_status
pv_space_query(struct pv_space *space, pv_vaddr va, pv_paddr *pa, unsigned *flags)
{
	pv_status s = check_range(space, pv_va((uintptr_t)pv_page_down(va.v)), PV_PAGE_SIZE);

	return s == PV_OK ? pv_ops.mmu.query(space, va, pa, flags) : s;
}

pv_status
pv_space_harvest(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg)
{
	pv_status s = check_range(space, va, size);

	if (s == PV_OK && fn == NULL)
		s = PV_E_INVAL;
	return s == PV_OK ? pv_ops.mmu.harvest(space, va, size, fn, arg) : s;
}

void
pv_mmu_begin(void)
{
	struct pv_batch *batch = &pv_cpu()->batch;

	if (batch->begun)
		pv_panic("pv_mmu_begin: this thread is in a batch already; batches do not nest");
	/* From here on there is something for an interrupt to put away; who it is for says so afterwards. */
	pv_ops.mmu.begin();
	batch->begun = true;
}

pv_status
pv_mmu_end(void)
{
	struct pv_batch *batch = &pv_cpu()->batch;

	if (!batch->begun)
		return PV_E_INVAL;
	batch->begun = false;
	return pv_ops.mmu.end();
}
