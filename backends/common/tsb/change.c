/*
 * Asking for and changing what is mapped in a record: query, protect, harvest, unmap,
 * large pages in pieces. The miss path may set REFERENCED and MODIFIED at any time:
 * live leaves change by compare and swap alone.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "tsb.h"

#define ACCESSED	((uint64_t)(PV_MAP_REFERENCED | PV_MAP_MODIFIED))
/* What protect decides. */
#define DECIDED		((uint64_t)(PV_PROT_WRITE | PV_PROT_EXEC | PV_PROT_USER | PV_MAP_CACHE_MASK))

pv_status
pv_tsb_query(struct pv_space *space, pv_vaddr va, pv_paddr *pa, unsigned *flags)
{
	struct pv_tsb_place at;

	pv_tsb_find(space, va.v, 1, &at);
	if (!pv_tsb_is_leaf(at.entry))
		return PV_E_NOENT;
	*pa = pv_pa((at.entry & PV_TSB_ADDRESS) | (va.v & (pv_tsb_span(at.level) - 1)));
	*flags = (unsigned)(at.entry & PV_TSB_FLAGS);
	return PV_OK;
}

/* -- large pages in pieces ----------------------------------------------------- */

static uintptr_t
large_start(uintptr_t va)
{
	return va & ~(pv_tsb_span(2) - 1);
}

static void
fill_split(uint64_t table, uint64_t leaf)
{
	for (unsigned i = 0; i < 1024; i++)
		pv_tsb_real_set(table + 8 * i, (leaf & ~(uint64_t)PV_MAP_LARGE) + (uint64_t)i * PV_PAGE_SIZE);
}

/*
 * Put the table, filled from this leaf, in its place, and let the caches forget the entries that cover more
 * than one piece before anyone can miss a piece: a TLB may not have both. False: the leaf changed meanwhile.
 */
static bool
replace_leaf(struct pv_tsb_visit *v, struct pv_tsb_place *at, uint64_t table)
{
	uintptr_t start = large_start(v->va);
	pv_irq_state state;
	uint64_t seen;

	fill_split(table, at->entry);
	state = pv_irq_save();
	seen = pv_tsb_real_cas(at->where, at->entry, table);
	if (seen == at->entry)
		pv_tsb_flush(v->space, start, start + (pv_tsb_span(2) - 1));
	pv_irq_restore(state);
	if (seen == at->entry)
		return true;
	at->entry = seen;
	return false;
}

/* Put a table with the same translations in the place of a large leaf that va is within. */
static pv_status
split_leaf(struct pv_tsb_visit *v, struct pv_tsb_place *at)
{
	uint64_t table;
	pv_status s;

	if (at->level == 1)
		return PV_OK;
	s = pv_tsb_table_new(v->space, &table);
	if (s != PV_OK)
		return s;
	while (!replace_leaf(v, at, table))
		;
	at->entry = table;
	return PV_OK;
}

/* Make va the boundary of a leaf. */
static pv_status
split_at(struct pv_space *space, uintptr_t va)
{
	struct pv_tsb_visit v = { .space = space, .va = va, .left = 1 };
	struct pv_tsb_place at;

	if (va == large_start(va) || va >> PV_TSB_VA_BITS != 0)
		return PV_OK;
	pv_tsb_find(space, va, 2, &at);
	return pv_tsb_is_leaf(at.entry) ? pv_tsb_visit(&v, split_leaf) : PV_OK;
}

/* All that can fail in a change of a range, before anything is changed. */
static pv_status
split_ends(struct pv_space *space, uintptr_t va, uintptr_t size)
{
	pv_status s;

	if (pv_tsb_is_own(space, va, size))
		return PV_E_RANGE;
	s = split_at(space, va);
	return s == PV_OK ? split_at(space, va + size) : s;
}

/* -- protect, harvest ------------------------------------------------------------ */

/* Take bits out of a leaf and put others in; what the miss path adds is kept. Gives what it was. */
static uint64_t
change(struct pv_tsb_place *at, uint64_t out, uint64_t in)
{
	uint64_t seen, old = at->entry;

	while ((seen = pv_tsb_real_cas(at->where, old, (old & ~out) | in)) != old)
		old = seen;
	return old;
}

static pv_status
protect_leaf(struct pv_tsb_visit *v, struct pv_tsb_place *at)
{
	if (at->entry != 0)
		(void)change(at, DECIDED, v->bits);
	return PV_OK;
}

pv_status
pv_tsb_protect(struct pv_space *space, pv_vaddr va, uintptr_t size, unsigned flags)
{
	struct pv_tsb_visit v = { .space = space, .va = va.v, .left = size, .bits = flags & DECIDED };
	pv_status s = split_ends(space, va.v, size);

	if (s != PV_OK)
		return s;
	pv_tsb_stale(space, va.v, size);
	return pv_tsb_visit(&v, protect_leaf);
}

/* A large page has one pair of marks: it is reported once, by its first address, as PV_MAP_LARGE. */
static pv_status
harvest_leaf(struct pv_tsb_visit *v, struct pv_tsb_place *at)
{
	uint64_t old;

	if ((at->entry & ACCESSED) == 0 || !pv_tsb_is_leaf(at->entry))
		return PV_OK;
	if (at->level > 1)
		pv_tsb_stale(v->space, large_start(v->va), pv_tsb_span(2));
	old = change(at, ACCESSED, 0);
	v->fn(v->arg, pv_va(at->level > 1 ? large_start(v->va) : v->va), (unsigned)(old & PV_TSB_FLAGS));
	return PV_OK;
}

pv_status
pv_tsb_harvest(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg)
{
	struct pv_tsb_visit v = { .space = space, .va = va.v, .left = size, .fn = fn, .arg = arg };

	if (pv_tsb_is_own(space, va.v, size))
		return PV_E_RANGE;
	pv_tsb_stale(space, va.v, size);
	return pv_tsb_visit(&v, harvest_leaf);
}

/* -- unmap ------------------------------------------------------------------------- */

static pv_status
take_leaf(struct pv_tsb_visit *v, struct pv_tsb_place *at)
{
	uint64_t old;

	if (at->entry == 0)
		return PV_OK;
	old = pv_tsb_swap(at->where, 0);
	if ((old & ACCESSED) != 0)
		v->fn(v->arg, pv_va(v->va), (unsigned)(old & PV_TSB_FLAGS));
	return PV_OK;
}

pv_status
pv_tsb_unmap(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg)
{
	struct pv_tsb_visit v = {
		.space = space, .va = va.v, .left = size, .removes = true, .fn = fn, .arg = arg,
	};
	pv_status s = split_ends(space, va.v, size);

	if (s != PV_OK)
		return s;
	if (fn == NULL)
		return pv_tsb_remove(space, va, size, NULL, NULL);
	pv_tsb_stale(space, va.v, size);
	return pv_tsb_visit(&v, take_leaf);
}
