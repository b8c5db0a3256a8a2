/*
 * Ranges of addresses in a radix tree: map, unmap, protect, query, harvest.
 *
 * Every operation goes from leaf table to leaf table, each found by a walk from
 * the root, so that at most two windows on tables are open at one time. Arguments
 * come checked from hooks/mmu.c: aligned, not empty, within one half.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "radix.h"
#include "../../../hooks/hooks_internal.h"

/* Where the cache attribute's third bit is: bit 7 is PS in large leaves. SDM volume 3A, 4.9.2. */
#define LARGE_PAT	(1ull << 12)
#define ACCESSED	(PV_PTE_A | PV_PTE_D)

void *
pv_radix_window(pv_paddr page)
{
	void *window = pv_window_open(page);

	if (window == NULL)
		pv_panic("hook map_frame gave no address for the page table at 0x%llx: it must have room "
		    "for four", (unsigned long long)page.v);
	return window;
}

void
pv_radix_open(struct pv_radix_place *at, pv_paddr table, unsigned level, uintptr_t va)
{
	uintptr_t in_page = (uintptr_t)(table.v & PV_PAGE_MASK);

	at->level = level;
	at->table = table;
	at->window = pv_radix_window(pv_pa(table.v - in_page));
	at->where = (pv_pte *)(void *)(at->window + in_page) + pv_radix_index(va, level);
	at->entry = pv_pte_get(at->where);
}

void
pv_radix_close(struct pv_radix_place *at)
{
	pv_window_close(at->window);
}

/*
 * Go down to the table of `level`, or to the lowest one that there is on the way to va; `make`
 * makes those that are missing. PV_OK: the place is open.
 */
pv_status
pv_radix_walk(struct pv_space *space, uintptr_t va, unsigned level, bool make, struct pv_radix_place *at)
{
	pv_paddr table = space->root;
	pv_status s;

	for (unsigned now = pv_radix_geometry.top;; now--) {
		pv_radix_open(at, table, now, va);
		if (now == level)
			return PV_OK;
		if (!pv_radix_is_table(at->entry)) {
			if (!make || at->entry.v != 0)
				return PV_OK;
			s = pv_radix_table_make(space, at, va);
			if (s != PV_OK) {
				pv_radix_close(at);
				return s;
			}
		}
		table = pv_pte_frame(at->entry);
		pv_radix_close(at);
	}
}

/* -- entries and flags ------------------------------------------------------ */

/* The bits that PV_PROT_* and the cache attribute decide. */
static uint64_t
prot_bits(unsigned flags, unsigned level)
{
	uint64_t bits = (flags & PV_PROT_WRITE) != 0 ? PV_PTE_W : 0;

	if ((flags & PV_PROT_USER) != 0)
		bits |= PV_PTE_U;
	if ((flags & PV_PROT_EXEC) == 0)
		bits |= pv_radix.nx;
	switch (flags & PV_MAP_CACHE_MASK) {
	case PV_MAP_WT:
		return bits | PV_PTE_WT;
	case PV_MAP_WC:
		if (pv_radix.wc)
			return bits | (level == 1 ? PV_PTE_PAT : LARGE_PAT);
		return bits | PV_PTE_UC;
	case PV_MAP_UC:
		return bits | PV_PTE_UC;
	default:
		return bits;
	}
}

static uint64_t
leaf_bits(unsigned flags, unsigned level)
{
	uint64_t bits = prot_bits(flags, level) | PV_PTE_P;

	if (level > 1)
		bits |= PV_PTE_PS;
	if ((flags & PV_MAP_GLOBAL) != 0)
		bits |= pv_radix.global;
	if ((flags & PV_MAP_SOFT1) != 0)
		bits |= PV_PTE_SOFT1;
	if ((flags & PV_MAP_SOFT2) != 0)
		bits |= PV_PTE_SOFT2;
	return bits;
}

static uint64_t
pat_bit(unsigned level)
{
	return level == 1 ? PV_PTE_PAT : LARGE_PAT;
}

static unsigned
flags_of(pv_pte e, unsigned level, uintptr_t va)
{
	static const struct {
		uint64_t bit;
		unsigned flag;
	} same[] = {
		{ PV_PTE_W, PV_PROT_WRITE }, { PV_PTE_U, PV_PROT_USER }, { PV_PTE_G, PV_MAP_GLOBAL },
		{ PV_PTE_SOFT1, PV_MAP_SOFT1 }, { PV_PTE_SOFT2, PV_MAP_SOFT2 },
		{ PV_PTE_A, PV_MAP_REFERENCED }, { PV_PTE_D, PV_MAP_MODIFIED },
	};
	unsigned flags = PV_PROT_READ;

	for (unsigned i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		flags |= (e.v & same[i].bit) != 0 ? same[i].flag : 0;
	/* Where kernel and user share a ring, the layer below sets U everywhere. */
	if (!pv_radix_is_user(va))
		flags &= ~PV_PROT_USER;
	if ((e.v & PV_PTE_NX) == 0)
		flags |= PV_PROT_EXEC;
	if (level > 1)
		flags |= PV_MAP_LARGE;
	if ((e.v & pat_bit(level)) != 0)
		return flags | PV_MAP_WC;
	if ((e.v & PV_PTE_PCD) != 0)
		return flags | PV_MAP_UC;
	return flags | ((e.v & PV_PTE_PWT) != 0 ? PV_MAP_WT : PV_MAP_WB);
}

static uint64_t
leaf_base(pv_pte e, unsigned level)
{
	return e.v & PV_PTE_FRAME & ~((uint64_t)pv_radix_span(level) - 1);
}

/*
 * Change a live entry in two steps around `now`. In the user half the first one keeps the CPUs
 * away, so no A or D bit is lost. The kernel half may hold the stack and the code of this very
 * function: there the entry never stops being present, and commit, an atomic store, is all.
 */
static pv_pte
change_begin(pv_pte *where, uintptr_t va)
{
	return pv_radix_is_user(va) ? pv_pte_protect_begin(where) : pv_pte_get(where);
}

/* -- leaves of a range ------------------------------------------------------ */

struct visit {
	struct pv_space *space;
	uintptr_t va, left;
	unsigned flags;			/* protect */
	pv_harvest_fn fn;		/* harvest */
	void *arg;
};

typedef void (*leaf_fn)(struct visit *v, struct pv_radix_place *at);

/* Call fn for the leaves of one table, beginning with the one at v->va; moves v over the table's part. */
static void
visit_table(struct visit *v, leaf_fn fn)
{
	struct pv_radix_place at;
	uintptr_t span, step;

	(void)pv_radix_walk(v->space, v->va, 1, false, &at);
	span = pv_radix_span(at.level);
	for (;;) {
		if ((at.entry.v & PV_PTE_P) != 0)
			fn(v, &at);
		step = span - (v->va & (span - 1));
		step = step < v->left ? step : v->left;
		v->va += step;
		v->left -= step;
		if (v->left == 0 || pv_radix_index(v->va, at.level) == 0)
			break;
		at.entry = pv_pte_get(++at.where);
		/* Above the leaf tables, entries that lead on need a walk of their own. */
		if (at.level > 1 && pv_radix_is_table(at.entry))
			break;
	}
	pv_radix_close(&at);
}

static void
visit_all(struct visit *v, leaf_fn fn)
{
	while (v->left > 0)
		visit_table(v, fn);
}

/* -- large pages in pieces -------------------------------------------------- */

/* Fill `table` with leaves that together say what the large leaf e says. */
static void
fill_split(pv_paddr table, pv_pte e, unsigned level)
{
	uint64_t base = leaf_base(e, level), step = pv_radix_span(level - 1);
	uint64_t bits = e.v & ~PV_PTE_FRAME;
	struct pv_radix_place at;

	if (level == 2)
		bits &= ~PV_PTE_PS;
	if ((e.v & LARGE_PAT) != 0)
		bits |= pat_bit(level - 1);
	pv_radix_open(&at, table, level - 1, 0);
	for (unsigned i = 0; i < 512; i++)
		pv_pte_set(at.where + i, pv_pte_of((base + i * step) | bits));
	pv_radix_close(&at);
}

/* Put a table with the same translations in the place of a large leaf. */
static pv_status
split(struct pv_space *space, struct pv_radix_place *at, uintptr_t va)
{
	pv_paddr table;
	pv_pte now;
	pv_status s = pv_radix_table_new(space, &table);

	if (s != PV_OK)
		return s;
	fill_split(table, at->entry, at->level);
	s = pv_table_claim(table, at->level - 1);
	if (s != PV_OK) {
		pv_radix_page_free(table);
		return s;
	}
	now = change_begin(at->where, va);
	if (((now.v ^ at->entry.v) & ACCESSED) != 0)
		fill_split(table, now, at->level);
	pv_pte_protect_commit(at->where, pv_pte_make(table, pv_radix_table_bits(va, at->level)));
	space->tables++;
	pv_radix_stale(space, va, 1);
	return PV_OK;
}

/* Make va the boundary of a leaf. */
static pv_status
split_at(struct pv_space *space, uintptr_t va)
{
	struct pv_radix_place at;
	pv_status s;

	for (;;) {
		(void)pv_radix_walk(space, va, 1, false, &at);
		s = PV_OK;
		if (at.level == 1 || (at.entry.v & PV_PTE_P) == 0 ||
		    (va & (pv_radix_span(at.level) - 1)) == 0)
			break;
		s = split(space, &at, va);
		if (s != PV_OK)
			break;
		pv_radix_close(&at);
	}
	pv_radix_close(&at);
	return s;
}

/* All that can fail in a change of [va, va+size), before anything is changed. */
static pv_status
split_ends(struct pv_space *space, uintptr_t va, uintptr_t size)
{
	pv_status s = split_at(space, va);

	return s == PV_OK ? split_at(space, va + size) : s;
}

/* -- unmap ------------------------------------------------------------------ */

static void
unmap_leaf(struct visit *v, struct pv_radix_place *at)
{
	(void)v;
	pv_pte_clear(at->where);
}

/* Looks first where something is left when pages go one by one, upwards or downwards. */
static bool
is_empty(const struct pv_radix_place *at, uintptr_t va)
{
	unsigned here = pv_radix_index(va, at->level);
	const pv_pte *table = at->where - here;

	for (unsigned i = 0; i <= 512; i++)
		if (pv_pte_get(&table[i == 0 ? 0 : (here + i) & 511]).v != 0)
			return false;
	return true;
}

/*
 * Unlink the tables on the way to va that have nothing in them. Only in the user half: the
 * kernel's tables hang in all spaces, so they stay for the next mapping there.
 */
static pv_status
prune(struct pv_space *space, uintptr_t va)
{
	unsigned stay = pv_radix_geometry.top - (pv_radix_geometry.root_plain ? 1 : 0);
	pv_status first = PV_OK;

	while (pv_radix_is_user(va)) {
		struct pv_radix_place at;
		bool gone;

		(void)pv_radix_walk(space, va, 1, false, &at);
		gone = at.level < stay && is_empty(&at, va);
		pv_radix_close(&at);
		if (!gone)
			break;
		pv_radix_table_unlink(space, va, at.level, &first);
	}
	return first;
}

pv_status
pv_radix_unmap(struct pv_space *space, pv_vaddr va, uintptr_t size)
{
	struct visit v = { .space = space, .va = va.v, .left = size };
	pv_status s = split_ends(space, va.v, size), pruned;

	if (s != PV_OK)
		return s;
	pv_radix_stale(space, va.v, size);
	while (v.left > 0) {
		uintptr_t at = v.va;

		visit_table(&v, unmap_leaf);
		pruned = prune(space, at);
		s = s == PV_OK ? pruned : s;
	}
	return s;
}

/* -- map -------------------------------------------------------------------- */

/* The highest level whose leaves fit here. */
static unsigned
best_level(const struct visit *v, uint64_t pa)
{
	unsigned level = (v->flags & PV_MAP_LARGE) != 0 ? pv_radix.max_leaf : 1;

	for (; level > 1; level--) {
		uintptr_t span = pv_radix_span(level);

		if (((v->va | pa) & (span - 1)) == 0 && v->left >= span)
			break;
	}
	return level;
}

/* Map as much as one table takes, with leaves of one size. */
static pv_status
map_table(struct visit *v, uint64_t *pa)
{
	unsigned level = best_level(v, *pa);
	struct pv_radix_place at;
	uint64_t bits, span;
	pv_status s;

	for (;; level--) {
		s = pv_radix_walk(v->space, v->va, level, true, &at);
		if (s != PV_OK)
			return s;
		if (level == 1 || at.level > level || !pv_radix_is_table(at.entry))
			break;
		/* Small pages are or were here. */
		pv_radix_close(&at);
	}
	bits = leaf_bits(v->flags, level);
	span = pv_radix_span(level);
	while (at.entry.v == 0) {
		pv_pte_set(at.where, pv_pte_of(*pa | bits));
		*pa += span;
		v->va += (uintptr_t)span;
		v->left -= (uintptr_t)span;
		if (v->left < span || pv_radix_index(v->va, level) == 0)
			break;
		at.entry = pv_pte_get(++at.where);
		if (level > 1 && pv_radix_is_table(at.entry))
			break;
	}
	s = at.entry.v != 0 && !(level > 1 && pv_radix_is_table(at.entry)) ? PV_E_EXIST : PV_OK;
	pv_radix_close(&at);
	return s;
}

pv_status
pv_radix_map(struct pv_space *space, pv_vaddr va, pv_paddr pa, uintptr_t size, unsigned flags)
{
	struct visit v = { .space = space, .va = va.v, .left = size, .flags = flags };
	uint64_t next = pa.v;
	pv_status s = PV_OK;

	if (size - 1 > pv_radix.last_pa || pa.v > pv_radix.last_pa - (size - 1))
		return PV_E_RANGE;
	while (s == PV_OK && v.left > 0)
		s = map_table(&v, &next);
	if (s == PV_OK)
		return PV_OK;
	/* As it was before: entries out, tables made for it back. A CPU may have seen either. */
	if (v.va != va.v)
		(void)pv_radix_unmap(space, va, v.va - va.v);
	(void)prune(space, v.va);
	pv_radix_sync(space);
	return s;
}

/* -- protect, query, harvest ------------------------------------------------ */

static void
protect_leaf(struct visit *v, struct pv_radix_place *at)
{
	uint64_t decided = PV_PTE_W | PV_PTE_U | PV_PTE_NX | PV_PTE_PWT | PV_PTE_PCD | pat_bit(at->level);
	uint64_t bits = (at->entry.v & ~decided) | prot_bits(v->flags, at->level);

	if (bits == at->entry.v)
		return;
	pv_pte_protect_commit(at->where,
	    pv_pte_of((bits & ~ACCESSED) | (change_begin(at->where, v->va).v & ACCESSED)));
}

pv_status
pv_radix_protect(struct pv_space *space, pv_vaddr va, uintptr_t size, unsigned flags)
{
	struct visit v = { .space = space, .va = va.v, .left = size, .flags = flags };
	pv_status s = split_ends(space, va.v, size);

	if (s != PV_OK)
		return s;
	pv_radix_stale(space, va.v, size);
	visit_all(&v, protect_leaf);
	return PV_OK;
}

pv_status
pv_radix_query(struct pv_space *space, pv_vaddr va, pv_paddr *pa, unsigned *flags)
{
	struct pv_radix_place at;

	(void)pv_radix_walk(space, va.v, 1, false, &at);
	pv_radix_close(&at);
	if ((at.entry.v & PV_PTE_P) == 0)
		return PV_E_NOENT;
	*pa = pv_pa(leaf_base(at.entry, at.level) | (va.v & (pv_radix_span(at.level) - 1)));
	*flags = flags_of(at.entry, at.level, va.v);
	return PV_OK;
}

/* A large page has one pair of bits: it is reported once, by its first address, as PV_MAP_LARGE. */
static void
harvest_leaf(struct visit *v, struct pv_radix_place *at)
{
	pv_pte now;

	if ((at->entry.v & ACCESSED) == 0)
		return;
	now = change_begin(at->where, v->va);
	pv_pte_protect_commit(at->where, pv_pte_of(now.v & ~ACCESSED));
	v->fn(v->arg, pv_va(v->va & ~(pv_radix_span(at->level) - 1)), flags_of(now, at->level, v->va));
}

pv_status
pv_radix_harvest(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg)
{
	struct visit v = { .space = space, .va = va.v, .left = size, .fn = fn, .arg = arg };

	pv_radix_stale(space, va.v, size);
	visit_all(&v, harvest_leaf);
	return PV_OK;
}
