/*
 * The one walk through a radix tree, and on it what the kernel's own space needs:
 * map, remove, and the end of old translations.
 *
 * A walk goes from table to table, each found from the root, so that at most two
 * windows on tables are open at one time. Arguments come checked from hooks/:
 * aligned, not empty, within one half.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include "radix.h"
#include "../../../hooks/hooks_internal.h"

static const struct pv_radix_below hardware;
struct pv_radix pv_radix = { .below = &hardware };

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

void
pv_radix_find(struct pv_space *space, uintptr_t va, unsigned level, struct pv_radix_place *at)
{
	pv_paddr table = space->root;
	unsigned now = pv_radix_geometry.top;

	for (;; now--) {
		pv_radix_open(at, table, now, va);
		if (now == level || !pv_radix_leads_on(at))
			return;
		table = pv_pte_frame(at->entry);
		pv_radix_close(at);
	}
}

/* Go on to the next entry of the table. False: there is none, or it needs a walk of its own. */
static bool
next(struct pv_radix_visit *v, struct pv_radix_place *at)
{
	uintptr_t span = pv_radix_span(at->level), step = span - (v->va & (span - 1));

	if (pv_radix_leads_on(at))
		return false;
	step = step < v->left ? step : v->left;
	v->va += step;
	v->left -= step;
	if (v->left == 0 || pv_radix_index(v->va, at->level) == 0)
		return false;
	at->entry = pv_pte_get(++at->where);
	return !pv_radix_leads_on(at);
}

pv_status
pv_radix_visit(struct pv_radix_visit *v, pv_radix_fn fn)
{
	pv_status s = PV_OK, lost = PV_OK, pruned;

	while (s == PV_OK && v->left > 0) {
		uintptr_t from = v->va;
		struct pv_radix_place at;

		pv_radix_find(v->space, from, 1, &at);
		do
			s = fn(v, &at);
		while (s == PV_OK && next(v, &at));
		pv_radix_close(&at);
		if (!v->removes || pv_radix_prune == NULL)
			continue;
		pruned = pv_radix_prune(v->space, from);
		lost = lost == PV_OK ? pruned : lost;
	}
	return s == PV_OK ? lost : s;
}

/* -- entries and flags ------------------------------------------------------ */

const struct pv_radix_same pv_radix_same[PV_RADIX_SAME] = {
	{ PV_PTE_W, PV_PROT_WRITE }, { PV_PTE_U, PV_PROT_USER }, { PV_PTE_SOFT1, PV_MAP_SOFT1 },
	{ PV_PTE_SOFT2, PV_MAP_SOFT2 }, { PV_PTE_A, PV_MAP_REFERENCED }, { PV_PTE_D, PV_MAP_MODIFIED },
};

uint64_t
pv_radix_bits(unsigned flags)
{
	static const uint8_t cache[4] = { PV_PTE_WB, PV_PTE_WT, PV_PTE_WC, PV_PTE_UC };
	uint32_t bits = cache[(flags & PV_MAP_CACHE_MASK) / PV_MAP_WT];

	if (bits == PV_PTE_WC)
		bits = pv_radix.wc;
	for (unsigned i = 0; i < PV_RADIX_SAME; i++)
		bits |= (flags & pv_radix_same[i].flag) != 0 ? pv_radix_same[i].bit : 0;
	if ((flags & PV_MAP_GLOBAL) != 0)
		bits |= pv_radix.global;
	return bits | ((flags & PV_PROT_EXEC) != 0 ? 0 : pv_radix.nx);
}

/* -- table pages ------------------------------------------------------------ */

void
pv_radix_page_free(pv_paddr page)
{
	const struct pv_hooks *h = pv_hooks_get();

	h->page_free(h->context, page);
}

pv_status
pv_radix_table_new(struct pv_space *space, unsigned level, pv_paddr *table)
{
	const struct pv_hooks *h = pv_hooks_get();
	pv_status s = h->page_alloc(h->context, table);

	if (s != PV_OK && space->isa[PV_RADIX_DEAD] != 0) {
		/* Some of the space's own wait for a sync. */
		pv_radix_sync(space);
		s = h->page_alloc(h->context, table);
	}
	if (s != PV_OK)
		return s;
	s = pv_table_claim(*table, level);
	if (s == PV_OK)
		space->tables++;
	else
		pv_radix_page_free(*table);
	return s;
}

/* What an entry that leads to a table carries: it allows all that the leaves may allow. */
uint64_t
pv_radix_table_bits(uintptr_t va, unsigned level)
{
	if (level == pv_radix_geometry.top && pv_radix_geometry.root_plain)
		return PV_PTE_P;
	return PV_PTE_P | PV_PTE_W | (pv_radix_is_user(va) ? PV_PTE_U : 0);
}

pv_status
pv_radix_table_make(struct pv_space *space, struct pv_radix_place *at, uintptr_t va)
{
	pv_paddr table;
	pv_status s = pv_radix_table_new(space, at->level - 1, &table);

	if (s != PV_OK)
		return s;
	at->entry = pv_pte_make(table, pv_radix_table_bits(va, at->level));
	pv_pte_set(at->where, at->entry);
	if (pv_radix.below->linked != NULL)
		pv_radix.below->linked(table, va);
	if (pv_radix_table_made != NULL)
		pv_radix_table_made(space, at, va);
	return PV_OK;
}

/* -- map and remove ---------------------------------------------------------- */

/* An empty entry becomes a leaf, or leads to a table where that would be too large. */
static pv_status
map_entry(struct pv_radix_visit *v, struct pv_radix_place *at)
{
	uintptr_t span = pv_radix_span(at->level);

	if (at->entry.v != 0)
		return PV_E_EXIST;
	if (at->level > v->level || ((v->va | (uintptr_t)v->pa) & (span - 1)) != 0 || v->left < span)
		return pv_radix_table_make(v->space, at, v->va);
	pv_pte_set(at->where, pv_pte_of(v->pa | pv_radix_at_level(v->bits, at->level)));
	v->pa += span;
	return PV_OK;
}

pv_status
pv_radix_map(struct pv_space *space, pv_vaddr va, pv_paddr pa, uintptr_t size, unsigned flags)
{
	struct pv_radix_visit v = {
		.space = space, .va = va.v, .left = size, .pa = pa.v, .bits = pv_radix_bits(flags) | PV_PTE_P,
		.level = (flags & PV_MAP_LARGE) != 0 ? pv_radix.max_leaf : 1,
	};
	pv_status s;

	if ((pa.v + (size - 1)) >> 32 > pv_radix.last_pa_high)
		return PV_E_RANGE;
	s = pv_radix_visit(&v, map_entry);
	if (s == PV_OK)
		return PV_OK;
	/* As it was before: entries out, tables made for it back. A CPU may have seen either. */
	if (v.va != va.v)
		(void)pv_radix_remove(space, va, v.va - va.v, NULL, NULL);
	if (pv_radix_prune != NULL)
		(void)pv_radix_prune(space, v.va);
	pv_radix_sync(space);
	return s;
}

static pv_status
clear_leaf(struct pv_radix_visit *v, struct pv_radix_place *at)
{
	(void)v;
	if ((at->entry.v & PV_PTE_P) != 0)
		pv_pte_clear(at->where);
	return PV_OK;
}

pv_status
pv_radix_remove(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg)
{
	struct pv_radix_visit v = { .space = space, .va = va.v, .left = size, .removes = true };

	(void)fn;
	(void)arg;
	pv_radix_stale(space, va.v, size);
	return pv_radix_visit(&v, clear_leaf);
}

/* -- what CPUs may still remember -------------------------------------------- */

void
pv_radix_stale(struct pv_space *space, uintptr_t va, uintptr_t size)
{
	uintptr_t end = va + (size - 1);

	if (va < space->stale_start)
		space->stale_start = va;
	if (end > space->stale_end)
		space->stale_end = end;
}

void
pv_radix_sync(struct pv_space *space)
{
	uintptr_t start = space->stale_start & ~PV_PAGE_MASK, last = space->stale_end | PV_PAGE_MASK;

	/* A space that is not active here has nothing in this CPU: another root was loaded since. */
	if (space->stale_start <= space->stale_end && (space == pv_radix.kernel || space == pv_cpu()->space))
		pv_flush_range(pv_va(start), last - start + 1);
	pv_radix_stale_none(space);
	if (pv_radix_bury != NULL)
		pv_radix_bury(space);
}

/* -- the kernel's own --------------------------------------------------------- */

/* A register of CPUID, or 0 where the CPU has no such leaf. */
static uint32_t
cpuid(uint32_t leaf, unsigned reg)
{
	uint32_t r[4];

	pv_cpuid(leaf & 0x80000000u, 0, r);
	if (r[0] < leaf)
		return 0;
	pv_cpuid(leaf, 0, r);
	return r[reg];
}

void
pv_radix_prepare(struct pv_space *kernel, pv_paddr root)
{
	uint64_t tables = kernel->root.v == root.v ? kernel->tables : 0;
	unsigned bits = cpuid(0x80000008u, 0) & 0xff;

	/* Without that leaf physical addresses have 36 bits; an entry holds 52. */
	bits = bits < 32 ? 36 : bits > 52 ? 52 : bits;
	pv_radix.last_pa_high = (1u << (bits - 32)) - 1;
	pv_radix.kernel = kernel;
	pv_radix.nx = pv_has(PV_CAP_NX) ? PV_PTE_NX : 0;
	pv_radix.global = pv_has(PV_CAP_GLOBAL_PAGES) ? PV_PTE_G : 0;
	pv_radix.wc = (cpuid(1, 3) >> 16 & 1) != 0 ? PV_PTE_PAT : PV_PTE_UC;
	pv_radix.max_leaf = 1;
	if (pv_has(PV_CAP_LARGE_PAGES))
		pv_radix.max_leaf = pv_radix_geometry.top > 3 && (cpuid(0x80000001u, 3) >> 26 & 1) != 0 ? 3 : 2;
	memset(kernel, 0, sizeof(*kernel));
	pv_radix_stale_none(kernel);
	kernel->root = root;
	kernel->tables = tables;
}

pv_status
pv_radix_init(struct pv_space *kernel)
{
	pv_radix_prepare(kernel, pv_pa(pv_cr3_read() & pv_radix_geometry.root_mask));
	return pv_radix_share != NULL ? pv_radix_share(kernel) : PV_OK;
}
