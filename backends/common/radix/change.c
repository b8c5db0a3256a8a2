/*
 * Asking for and changing what is mapped in a radix tree: query, protect, harvest,
 * unmap, large pages in pieces. A translation in use is never absent in between, because the stack and the
 * code of these very functions may be behind it, and no A or D bit that a CPU sets
 * meanwhile is lost: live entries change by exchange alone.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "radix.h"
#include "../../../hooks/hooks_internal.h"

/* What PV_PROT_* and the cache attribute decide, in a small leaf. */
#define DECIDED		(PV_PTE_W | PV_PTE_U | PV_PTE_NX | PV_PTE_PWT | PV_PTE_PCD | PV_PTE_PAT)

static void
change(pv_pte *where, uint64_t entry)
{
	uint64_t missed;

	if (pv_radix.below->merge != NULL) {
		pv_radix.below->merge(where, pv_pte_of(entry));
		return;
	}
	do {
		missed = pv_pte_exchange(where, pv_pte_of(entry)).v & ~entry & PV_RADIX_ACCESSED;
		entry |= missed;
	} while (missed != 0);
}

/* -- query ------------------------------------------------------------------- */

/* What a leaf says, as PV_PROT_* and PV_MAP_*. */
static unsigned
flags_of(pv_pte leaf, unsigned level, uintptr_t va)
{
	static const uint16_t cache[4] = { PV_MAP_WB, PV_MAP_WT, PV_MAP_UC, PV_MAP_UC };
	uint32_t bits = (uint32_t)pv_radix_as_small(leaf.v, level);
	unsigned flags = PV_PROT_READ | (level > 1 ? PV_MAP_LARGE : 0);

	for (unsigned i = 0; i < PV_RADIX_SAME; i++)
		flags |= (bits & pv_radix_same[i].bit) != 0 ? pv_radix_same[i].flag : 0;
	/* Where kernel and user share a ring, the layer below sets U everywhere. */
	if (!pv_radix_is_user(va))
		flags &= ~PV_PROT_USER;
	if ((bits & PV_PTE_G) != 0)
		flags |= PV_MAP_GLOBAL;
	if ((leaf.v & PV_PTE_NX) == 0)
		flags |= PV_PROT_EXEC;
	return flags | ((bits & PV_PTE_PAT) != 0 ? PV_MAP_WC : cache[bits >> 3 & 3]);
}

pv_status
pv_radix_query(struct pv_space *space, pv_vaddr va, pv_paddr *pa, unsigned *flags)
{
	struct pv_radix_place at;

	pv_radix_find(space, va.v, 1, &at);
	pv_radix_close(&at);
	if ((at.entry.v & PV_PTE_P) == 0)
		return PV_E_NOENT;
	*pa = pv_pa(pv_radix_leaf_base(at.entry, at.level) | (va.v & (pv_radix_span(at.level) - 1)));
	*flags = flags_of(at.entry, at.level, va.v);
	return PV_OK;
}

/* -- large pages in pieces -------------------------------------------------- */

/* Fill `table` with leaves that together say what the large leaf e says. */
static void
fill_split(pv_paddr table, pv_pte e, unsigned level)
{
	uint64_t next = pv_radix_leaf_base(e, level) |
	    pv_radix_at_level(pv_radix_as_small(e.v & (~PV_PTE_FRAME | PV_RADIX_LARGE_PAT), level), level - 1);
	struct pv_radix_place at;

	pv_radix_open(&at, table, level - 1, 0);
	for (unsigned i = 0; i < 512; i++, next += pv_radix_span(level - 1))
		pv_pte_set(at.where + i, pv_pte_of(next));
	pv_radix_close(&at);
}

/* A CPU has used the large leaf after it was read: so it may have used any of the pieces. */
static void
mark_all(pv_paddr table, unsigned level, uint64_t bits)
{
	struct pv_radix_place at;

	pv_radix_open(&at, table, level, 0);
	for (unsigned i = 0; i < 512; i++)
		change(at.where + i, pv_pte_get(at.where + i).v | bits);
	pv_radix_close(&at);
}

/* Put a table with the same translations in the place of a large leaf that va is within. */
static pv_status
split_leaf(struct pv_radix_visit *v, struct pv_radix_place *at)
{
	pv_pte table, old;
	pv_paddr pa;
	pv_status s;

	if (at->level == 1 || (at->entry.v & PV_PTE_P) == 0 || (v->va & (pv_radix_span(at->level) - 1)) == 0)
		return PV_OK;
	s = pv_radix_table_new(v->space, at->level - 1, &pa);
	if (s != PV_OK)
		return s;
	fill_split(pa, at->entry, at->level);
	table = pv_pte_make(pa, pv_radix_table_bits(v->va, at->level));
	old = pv_pte_exchange(at->where, table);
	if ((old.v & ~at->entry.v & PV_RADIX_ACCESSED) != 0)
		mark_all(pa, at->level - 1, old.v & PV_RADIX_ACCESSED);
	at->entry = table;
	pv_radix_stale(v->space, v->va, 1);
	return PV_OK;
}

/* Make va the boundary of a leaf. */
static pv_status
split_at(struct pv_space *space, uintptr_t va)
{
	struct pv_radix_visit v = { .space = space, .va = va, .left = 1 };

	return pv_radix_visit(&v, split_leaf);
}

/* All that can fail in a change of a range, before anything is changed. */
static pv_status
split_ends(struct pv_space *space, uintptr_t va, uintptr_t size)
{
	pv_status s = split_at(space, va);

	return s == PV_OK ? split_at(space, va + size) : s;
}

/* -- protect, harvest -------------------------------------------------------- */

static pv_status
protect_leaf(struct pv_radix_visit *v, struct pv_radix_place *at)
{
	uint64_t small = pv_radix_as_small(at->entry.v, at->level);
	uint64_t entry = pv_radix_at_level((small & ~DECIDED) | v->bits, at->level);

	if ((at->entry.v & PV_PTE_P) != 0 && entry != at->entry.v)
		change(at->where, entry);
	return PV_OK;
}

pv_status
pv_radix_protect(struct pv_space *space, pv_vaddr va, uintptr_t size, unsigned flags)
{
	struct pv_radix_visit v = { .space = space, .va = va.v, .left = size, .bits = pv_radix_bits(flags) };
	pv_status s = split_ends(space, va.v, size);

	if (s != PV_OK)
		return s;
	pv_radix_stale(space, va.v, size);
	return pv_radix_visit(&v, protect_leaf);
}

/*
 * What one call to the layer below can do is done by one. It has small leaves alone. Who asked is told when
 * it is known that it was done.
 */
#define MANY	64u

static pv_status
take_many(struct pv_radix_visit *v, struct pv_radix_place *at)
{
	uintptr_t pages = v->left >> PV_PAGE_SHIFT, in_table = 512 - pv_radix_index(v->va, 1);
	uint64_t old[MANY];
	unsigned nr;

	if (at->level > 1)
		return PV_OK;
	pages = pages < in_table ? pages : in_table;
	nr = pages < MANY ? (unsigned)pages : MANY;
	pv_radix.below->take(at->where, old, nr, v->bits);
	for (unsigned i = 0; i < nr; i++) {
		uintptr_t va = v->va + i * PV_PAGE_SIZE;

		if ((old[i] & PV_RADIX_ACCESSED) != 0)
			v->fn(v->arg, pv_va(va), flags_of(pv_pte_of(old[i]), 1, va));
	}
	/* On from the last of them. */
	v->va += (nr - 1) * PV_PAGE_SIZE;
	v->left -= (nr - 1) * PV_PAGE_SIZE;
	at->where += nr - 1;
	at->entry = pv_pte_of(0);
	return PV_OK;
}

/* A large page has one pair of bits: it is reported once, by its first address, as PV_MAP_LARGE. */
static pv_status
harvest_leaf(struct pv_radix_visit *v, struct pv_radix_place *at)
{
	pv_pte old;

	if ((at->entry.v & PV_PTE_P) == 0 || (at->entry.v & PV_RADIX_ACCESSED) == 0)
		return PV_OK;
	old = pv_pte_exchange(at->where, pv_pte_of(at->entry.v & ~PV_RADIX_ACCESSED));
	v->fn(v->arg, pv_va(v->va & ~(pv_radix_span(at->level) - 1)), flags_of(old, at->level, v->va));
	return PV_OK;
}

pv_status
pv_radix_harvest(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg)
{
	struct pv_radix_visit v = {
		.space = space, .va = va.v, .left = size, .bits = PV_RADIX_ACCESSED, .fn = fn, .arg = arg,
	};

	pv_radix_stale(space, va.v, size);
	return pv_radix_visit(&v, pv_radix.below->take != NULL ? take_many : harvest_leaf);
}

/* -- unmap ------------------------------------------------------------------- */

/* Until it is gone, CPUs set A and D. */
static pv_status
take_leaf(struct pv_radix_visit *v, struct pv_radix_place *at)
{
	pv_pte old;

	if ((at->entry.v & PV_PTE_P) == 0)
		return PV_OK;
	old = pv_pte_exchange(at->where, pv_pte_of(0));
	if ((old.v & PV_RADIX_ACCESSED) != 0)
		v->fn(v->arg, pv_va(v->va), flags_of(old, at->level, v->va));
	return PV_OK;
}

pv_status
pv_radix_unmap(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg)
{
	struct pv_radix_visit v = {
		.space = space, .va = va.v, .left = size, .removes = true, .bits = ~0ull, .fn = fn, .arg = arg,
	};
	pv_status s = split_ends(space, va.v, size);

	if (s != PV_OK)
		return s;
	if (fn == NULL)
		return pv_radix_remove(space, va, size, NULL, NULL);
	pv_radix_stale(space, va.v, size);
	return pv_radix_visit(&v, pv_radix.below->take != NULL ? take_many : take_leaf);
}
