/*
 * Address spaces: the public functions that only kernels call, a part of the op
 * table that is linked where they are used.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "mmu.h"

PV_NEED(space);

static const struct pv_space *active[PV_MAX_CPUS];
static bool in_batch[PV_MAX_CPUS];

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

pv_status
pv_space_protect(struct pv_space *space, pv_vaddr va, uintptr_t size, unsigned flags)
{
	pv_status s = pv_space_check_range(space, va, size);

	if (s == PV_OK)
		s = pv_space_check_flags(space, flags, PV_PROT_FLAGS | PV_MAP_CACHE_MASK);
	return s == PV_OK ? pv_ops.mmu.protect(space, va, size, flags) : s;
}

pv_status
pv_space_harvest(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg)
{
	pv_status s = pv_space_check_range(space, va, size);

	if (s == PV_OK && fn == NULL)
		s = PV_E_INVAL;
	return s == PV_OK ? pv_ops.mmu.harvest(space, va, size, fn, arg) : s;
}

void
pv_mmu_begin(void)
{
	bool *in = &in_batch[pv_cpu_nr()];

	if (*in)
		pv_panic("pv_mmu_begin: this CPU is in a batch already; batches do not nest");
	*in = true;
	pv_ops.mmu.begin();
}

pv_status
pv_mmu_end(void)
{
	bool *in = &in_batch[pv_cpu_nr()];

	if (!*in)
		return PV_E_INVAL;
	*in = false;
	return pv_ops.mmu.end();
}
