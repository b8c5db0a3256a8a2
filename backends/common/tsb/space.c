/*
 * Spaces by record: making and ending them, and the contexts that hardware knows them
 * by.
 *
 * A space gets a context when it is first activated. Nobody else gets that number
 * before all are used up: so a space that ends needs no flush, and what TLBs still
 * have of it is for a number that nobody runs with.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "tsb.h"

static unsigned next_context = 1;

/* A number of this generation; the last one ends it. Gate closed. */
static unsigned
context_for(struct pv_space *space)
{
	unsigned context = pv_tsb_context(space);

	if (context != PV_TSB_CONTEXTS)
		return context;
	if (next_context == PV_TSB_CONTEXTS) {
		pv_tsb_generation++;
		next_context = 1;
		pv_tsb_wipe();
		pv_wmb();
		pv_tsb_machine->demap_all();
	}
	space->isa[PV_TSB_CONTEXT] = pv_tsb_generation * PV_TSB_CONTEXTS + next_context;
	return next_context++;
}

void
pv_tsb_activate(struct pv_space *space)
{
	pv_irq_state gate = pv_irq_save();
	struct pv_cpu *cpu = pv_cpu();
	unsigned context = space != NULL ? context_for(space) : 0;

	/* In between there is no record, so nothing of one space is found in the other's context. */
	cpu->hv_area[0] = 0;
	pv_wmb();
	pv_tsb_machine->context_set(context);
	cpu->hv_area[1] = context;
	cpu->hv_area[0] = space != NULL ? space->root.v : 0;
	pv_irq_restore(gate);
}

pv_status
pv_tsb_create(struct pv_space *space)
{
	uint64_t root;
	pv_status s;

	memset(space, 0, sizeof(*space));
	pv_tsb_stale_none(space);
	s = pv_tsb_table_new(space, &root);
	if (s == PV_OK)
		space->root = pv_pa(root);
	return s;
}

/* Retire a table and all below it. */
static void
tree_retire(struct pv_space *space, uint64_t table, unsigned level)
{
	for (unsigned i = 0; level > 1 && i < 1024; i++) {
		struct pv_tsb_place at = { .entry = pv_tsb_real_get(table + 8 * i), .level = level };

		if (pv_tsb_leads_on(&at))
			tree_retire(space, at.entry, level - 1);
	}
	pv_tsb_retire(space, table);
}

pv_status
pv_tsb_destroy(struct pv_space *space)
{
	/* Nobody will ask for its context again. */
	space->isa[PV_TSB_CONTEXT] = 0;
	tree_retire(space, space->root.v, PV_TSB_TOP);
	pv_tsb_sync(space);
	space->root = pv_pa(0);
	return PV_OK;
}

void
pv_tsb_begin(void)
{
}

pv_status
pv_tsb_end(void)
{
	return PV_OK;
}
