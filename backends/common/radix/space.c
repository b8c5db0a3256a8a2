/*
 * Spaces on a radix tree: what all of them share, which root is in use, and how
 * tables that have become empty go back to the kernel.
 *
 * The kernel half is one: each space holds copies of the entries at the level
 * where the halves part (the upper root entries; under PAE with machine frames in
 * the tables, where no two roots may share the kernel's directory, that directory).
 * Below, all is shared, and no table of the kernel half is ever given back. When
 * the kernel gets a new entry at that level the generation counts up and a space
 * takes the new one at activate; the one that runs here takes it at once. To make
 * that rare, the entry of the window that hook va_alloc hands out is made at init:
 * one page.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "radix.h"
#include "../../../hooks/hooks_internal.h"

static struct pv_radix_shared
shared_of(const struct pv_space *space)
{
	const struct pv_radix_geometry *g = &pv_radix_geometry;
	struct pv_radix_shared sh = {
		space->root, g->top, g->kernel_first, g->root_entries - g->kernel_first
	};

	if (pv_radix.extra != NULL)
		pv_radix.extra->shared(space, &sh);
	return sh;
}

/* Take over what the kernel's space has and this one has not. False: there was nothing. */
static bool
share_kernel(struct pv_space *space)
{
	struct pv_radix_shared from = shared_of(pv_radix.kernel), to = shared_of(space);
	struct pv_radix_place src, dst;
	bool changed = false;

	pv_radix_open(&src, from.table, from.level, 0);
	pv_radix_open(&dst, to.table, to.level, 0);
	for (unsigned i = 0; i < from.count; i++) {
		uintptr_t va = pv_radix_geometry.kernel_start + i * pv_radix_span(from.level);
		pv_pte e;

		if (va - pv_radix.hole_start < pv_radix.hole_size)
			continue;
		e = pv_pte_get(src.where + from.first + i);
		if (((e.v ^ pv_pte_get(dst.where + to.first + i).v) & (PV_PTE_FRAME | PV_PTE_P)) == 0)
			continue;
		pv_pte_set(dst.where + to.first + i, pv_pte_of(e.v & ~(PV_PTE_A | PV_PTE_D)));
		changed = true;
	}
	pv_radix_close(&dst);
	pv_radix_close(&src);
	space->isa[PV_RADIX_SEEN] = pv_radix.generation;
	return changed;
}

/* What was collected is carried out. Is it done? */
static pv_status
settle(void)
{
	return pv_radix.below->settle != NULL ? pv_radix.below->settle() : PV_OK;
}

/* For those who cannot say no: what is not there after it was carried out is asked for once more. */
static void
share_surely(struct pv_space *space)
{
	for (unsigned tries = 0; tries < 3; tries++) {
		if (!share_kernel(space))
			return;
		(void)settle();
	}
	pv_panic("page tables at 0x%llx: an entry of the kernel's half was refused, and no CPU can run "
	    "without it", (unsigned long long)space->root.v);
}

/* -- table pages ------------------------------------------------------------ */

/* Other roots see the entries of some tables through their own. */
static void
mirror(struct pv_space *space, uintptr_t va, unsigned level, pv_pte entry)
{
	if (pv_radix.extra != NULL && level == pv_radix_geometry.top && pv_radix_is_user(va))
		pv_radix.extra->mirror(space, va, entry);
}

void
pv_radix_table_made(struct pv_space *space, const struct pv_radix_place *at, uintptr_t va)
{
	struct pv_space *now = pv_cpu()->space;

	mirror(space, va, at->level, at->entry);
	if (space != pv_radix.kernel || at->level != shared_of(space).level)
		return;
	pv_radix.generation++;
	if (now != NULL && now != space)
		(void)share_kernel(now);
}

void
pv_radix_share_again(void)
{
	struct pv_space *now = pv_cpu()->space;

	pv_radix.generation++;
	if (now != NULL && now != pv_radix.kernel)
		share_surely(now);
}

/* Among the bits of an entry that is not present: it is a link between tables to be given back. */
#define LINK	PV_PTE_W

/* After settle() said `settled`. */
static bool
is_ordinary(pv_paddr page, pv_status settled)
{
	return settled == PV_OK || pv_radix.below->ordinary == NULL || pv_radix.below->ordinary(page);
}

static bool
is_table(pv_paddr page, unsigned level)
{
	return pv_radix.below->table == NULL || pv_radix.below->table(page, level);
}

static void
lost(pv_paddr table, pv_status why)
{
	pv_log("page table at 0x%llx cannot be given back and is lost: %s", (unsigned long long)table.v,
	    pv_status_text(why));
}

/*
 * A table that nothing leads to any more. It is given back by sync(): until then a CPU may still
 * walk through it. The link lies in the page itself and is aligned, so to such a CPU it is an
 * entry that is not present. It goes in as an entry: the page is not ordinary memory until what
 * was collected is carried out.
 */
static pv_status
retire(struct pv_space *space, pv_paddr table, unsigned level)
{
	struct pv_radix_place at;
	pv_status s;

	pv_radix_open(&at, table, level, 0);
	pv_pte_set(at.where, pv_pte_of(space->isa[PV_RADIX_DEAD] | LINK));
	pv_radix_close(&at);
	s = pv_table_release(table, level);
	space->tables--;
	if (s == PV_OK)
		space->isa[PV_RADIX_DEAD] = table.v;
	else
		lost(table, s);
	return s;
}

/* Take the empty table of `level` on the way to va out of the tree. */
static pv_status
unlink_table(struct pv_space *space, uintptr_t va, unsigned level)
{
	struct pv_radix_place at;

	pv_radix_find(space, va, level + 1, &at);
	pv_pte_clear(at.where);
	pv_radix_close(&at);
	mirror(space, va, at.level, pv_pte_of(0));
	pv_radix_stale(space, va, 1);
	return retire(space, pv_pte_frame(at.entry), level);
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

/* Only in the user half: the kernel's tables hang in all spaces, so they stay for the next mapping there. */
pv_status
pv_radix_prune(struct pv_space *space, uintptr_t va)
{
	unsigned stay = pv_radix_geometry.top - (pv_radix_geometry.root_plain ? 1 : 0);
	pv_status first = PV_OK, s;

	while (pv_radix_is_user(va)) {
		struct pv_radix_place at;
		bool gone;

		pv_radix_find(space, va, 1, &at);
		gone = at.level < stay && is_empty(&at, va);
		pv_radix_close(&at);
		if (!gone)
			break;
		s = unlink_table(space, va, at.level);
		first = first == PV_OK ? s : first;
	}
	return first;
}

void
pv_radix_bury(struct pv_space *space)
{
	pv_status settled = space->isa[PV_RADIX_DEAD] != 0 ? settle() : PV_OK;

	while (space->isa[PV_RADIX_DEAD] != 0) {
		pv_paddr page = pv_pa(space->isa[PV_RADIX_DEAD]);
		uint64_t *link = pv_radix_window(page);

		/* A layer that collects may have refused the link, and left an entry of old there. */
		space->isa[PV_RADIX_DEAD] = (*link & PV_PAGE_MASK) == LINK ? *link & ~(uint64_t)LINK : 0;
		if ((*link & PV_PAGE_MASK) != LINK)
			pv_log("page tables that wait behind the one at 0x%llx are lost, if there are some",
			    (unsigned long long)page.v);
		pv_window_close(link);
		/* It may have been refused in an operation before this one. */
		if (is_ordinary(page, PV_E_REFUSED))
			pv_radix_page_free(page);
		else
			lost(page, settled);
	}
}

void
pv_radix_begin(void)
{
}

pv_status
pv_radix_end(void)
{
	return PV_OK;
}

/* -- spaces ------------------------------------------------------------------ */

static pv_status
root_alloc(pv_paddr *root)
{
	const struct pv_hooks *h = pv_hooks_get();
	uint64_t limit = pv_radix_geometry.root_limit;
	pv_status s;

	if (limit != 0 && h->pages_alloc != NULL) {
		s = h->pages_alloc(h->context, 1, limit, root);
		if (s == PV_OK)
			pv_frame_zero(*root);
		return s;
	}
	s = h->page_alloc(h->context, root);
	if (s == PV_OK && limit != 0 && root->v >= limit) {
		pv_radix_page_free(*root);
		*root = pv_pa(0);
		return PV_E_NOMEM;
	}
	return s;
}

static void
root_free(pv_paddr root)
{
	const struct pv_hooks *h = pv_hooks_get();

	if (pv_radix_geometry.root_limit != 0 && h->pages_alloc != NULL)
		h->pages_free(h->context, root, 1);
	else
		pv_radix_page_free(root);
}

/* The next entry that leads on, of those from *i to `end`; *i is behind it then. No window stays open. */
static bool
next_below(pv_paddr table, unsigned level, unsigned *i, unsigned end, struct pv_radix_place *at)
{
	bool found = false;

	pv_radix_open(at, table, level, 0);
	for (; !found && *i < end; ++*i) {
		at->entry = pv_pte_get(at->where + *i);
		found = pv_radix_leads_on(at);
	}
	pv_radix_close(at);
	return found;
}

/* Retire a table and all below it. What led to it is gone or no table any more. */
static pv_status
tree_retire(struct pv_space *space, pv_paddr table, unsigned level)
{
	struct pv_radix_place at;
	pv_status s = PV_OK, here;
	unsigned i = 0;

	while (level > 1 && next_below(table, level, &i, 512, &at)) {
		here = tree_retire(space, pv_pte_frame(at.entry), level - 1);
		s = s == PV_OK ? here : s;
	}
	here = retire(space, table, level);
	return s == PV_OK ? here : s;
}

static pv_paddr
extra_of(const struct pv_space *space)
{
	return pv_pa(pv_radix.extra != NULL ? space->isa[PV_RADIX_EXTRA] : 0);
}

/* All that the user half has, then the root and what else stood beside it, which are no tables any more. */
static pv_status
space_free(struct pv_space *space)
{
	const struct pv_radix_geometry *g = &pv_radix_geometry;
	struct pv_radix_place at;
	pv_status s = PV_OK, below;
	unsigned i = 0;

	while (next_below(space->root, g->top, &i, g->kernel_first, &at)) {
		if (!is_table(pv_pte_frame(at.entry), g->top - 1))
			continue;
		below = tree_retire(space, pv_pte_frame(at.entry), g->top - 1);
		s = s == PV_OK ? below : s;
	}
	if (extra_of(space).v != 0) {
		pv_radix_page_free(extra_of(space));
		space->tables--;
	}
	pv_radix_sync(space);
	root_free(space->root);
	space->tables--;
	space->root = pv_pa(0);
	return s;
}

/* The tables that a space has from the beginning, below a root that is not yet in use. */
static pv_status
space_fill(struct pv_space *space)
{
	const struct pv_radix_geometry *g = &pv_radix_geometry;
	struct pv_radix_place at;
	pv_status s = PV_OK;

	for (unsigned i = 0; g->root_plain && i < g->kernel_first && s == PV_OK; i++) {
		uintptr_t va = i * pv_radix_span(g->top);

		pv_radix_open(&at, space->root, g->top, va);
		s = pv_radix_table_make(space, &at, va);
		pv_radix_close(&at);
	}
	if (s == PV_OK && pv_radix.extra != NULL)
		s = pv_radix.extra->make(space);
	if (s == PV_OK)
		(void)share_kernel(space);
	return s;
}

/*
 * Let the roots be no tables any more; what hangs in them is not in use. PV_E_BUSY: they are roots as
 * before.
 */
static pv_status
roots_release(struct pv_space *space)
{
	const pv_paddr extra = extra_of(space);
	pv_status s = pv_table_release(space->root, pv_radix_geometry.top), settled;

	if (s != PV_OK)
		return s;
	if (extra.v != 0)
		s = pv_table_release(extra, pv_radix.extra->level());
	settled = settle();
	if (s == PV_OK && is_ordinary(space->root, settled) && (extra.v == 0 || is_ordinary(extra, settled)))
		return PV_OK;
	if (is_ordinary(space->root, settled))
		(void)pv_table_claim(space->root, pv_radix_geometry.top);
	if (s == PV_OK && extra.v != 0 && is_ordinary(extra, settled))
		(void)pv_table_claim(extra, pv_radix.extra->level());
	return s == PV_OK ? PV_E_BUSY : s;
}

/* What there is of a space that could not be made; its root is none. */
static void
space_abandon(struct pv_space *space)
{
	const pv_paddr extra = extra_of(space);

	if (extra.v != 0) {
		pv_status s = pv_table_release(extra, pv_radix.extra->level());

		if (s != PV_OK || !is_ordinary(extra, settle())) {
			lost(extra, PV_E_BUSY);
			space->isa[PV_RADIX_EXTRA] = 0;
		}
	}
	(void)space_free(space);
}

pv_status
pv_radix_create(struct pv_space *space)
{
	pv_status s;

	memset(space, 0, sizeof(*space));
	pv_radix_stale_none(space);
	s = root_alloc(&space->root);
	if (s != PV_OK)
		return s;
	space->tables = 1;
	s = space_fill(space);
	/* Last, because a root may have to be complete before it can be one. */
	if (s == PV_OK)
		s = pv_table_claim(space->root, pv_radix_geometry.top);
	if (s != PV_OK) {
		space_abandon(space);
		return s;
	}
	s = settle();
	if (s == PV_OK)
		return s;
	if (roots_release(space) == PV_OK)
		(void)space_free(space);
	else
		lost(space->root, s);
	return s;
}

pv_status
pv_radix_destroy(struct pv_space *space)
{
	pv_status s = roots_release(space);

	if (s != PV_OK)
		return s;
	pv_radix_sync(space);
	return space_free(space);
}

void
pv_radix_activate(struct pv_space *space)
{
	if (space == NULL)
		space = pv_radix.kernel;
	else if (space->isa[PV_RADIX_SEEN] != pv_radix.generation)
		share_surely(space);
	pv_root_set(space->root, pv_radix.split ? pv_pa(space->isa[PV_RADIX_EXTRA]) : space->root);
}

/* Tables down to v->level. */
static pv_status
make_tables(struct pv_radix_visit *v, struct pv_radix_place *at)
{
	if (at->level <= v->level || at->entry.v != 0)
		return PV_OK;
	return pv_radix_table_make(v->space, at, v->va);
}

pv_status
pv_radix_share(struct pv_space *kernel)
{
	const struct pv_hooks *h = pv_hooks_get();
	struct pv_radix_visit v = { .space = kernel, .left = 1, .level = shared_of(kernel).level - 1 };
	pv_vaddr va;
	pv_status s;

	/* A kernel that maps by itself keeps its spaces, too. */
	if (h->va_map != NULL)
		return PV_OK;
	s = h->va_alloc(h->context, PV_PAGE_SIZE, &va);
	if (s != PV_OK)
		return s;
	v.va = va.v;
	s = pv_radix_visit(&v, make_tables);
	h->va_free(h->context, va, PV_PAGE_SIZE);
	return s;
}
