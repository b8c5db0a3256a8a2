/*
 * Tables of a radix tree: where they come from and go to, what all spaces share,
 * which root is in use, and when old translations are gone.
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
#include "../../../hooks/arith.h"
#include "../../../hooks/hooks_internal.h"

struct pv_radix pv_radix;

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

/* Take over what the kernel's space has and this one has not. */
static void
share_kernel(struct pv_space *space)
{
	struct pv_radix_shared from = shared_of(pv_radix.kernel), to = shared_of(space);
	struct pv_radix_place src, dst;

	pv_radix_open(&src, from.table, from.level, 0);
	pv_radix_open(&dst, to.table, to.level, 0);
	for (unsigned i = 0; i < from.count; i++) {
		uintptr_t va = pv_radix_geometry.kernel_start + i * pv_radix_span(from.level);
		pv_pte e;

		if (va - pv_radix.hole_start < pv_radix.hole_size)
			continue;
		e = pv_pte_get(src.where + from.first + i);
		if (((e.v ^ pv_pte_get(dst.where + to.first + i).v) & (PV_PTE_FRAME | PV_PTE_P)) != 0)
			pv_pte_set(dst.where + to.first + i, pv_pte_of(e.v & ~(PV_PTE_A | PV_PTE_D)));
	}
	pv_radix_close(&dst);
	pv_radix_close(&src);
	space->isa[PV_RADIX_SEEN] = pv_radix.generation;
}

/* -- table pages ------------------------------------------------------------ */

void
pv_radix_page_free(pv_paddr page)
{
	const struct pv_hooks *h = pv_hooks_get();

	h->page_free(h->context, page);
}

/* A zeroed page, not yet a table. */
pv_status
pv_radix_table_new(struct pv_space *space, pv_paddr *table)
{
	const struct pv_hooks *h = pv_hooks_get();
	pv_status s = h->page_alloc(h->context, table);

	if (s == PV_OK || space->isa[PV_RADIX_DEAD] == 0)
		return s;
	/* Some of the space's own wait for a sync. */
	pv_radix_sync(space);
	return h->page_alloc(h->context, table);
}

/* What an entry that leads to a table carries: it allows all that the leaves may allow. */
uint64_t
pv_radix_table_bits(uintptr_t va, unsigned level)
{
	if (level == pv_radix_geometry.top && pv_radix_geometry.root_plain)
		return PV_PTE_P;
	return PV_PTE_P | PV_PTE_W | (pv_radix_is_user(va) ? PV_PTE_U : 0);
}

static void
mirror(struct pv_space *space, uintptr_t va, unsigned level, pv_pte entry)
{
	if (pv_radix.extra != NULL && level == pv_radix_geometry.top && pv_radix_is_user(va))
		pv_radix.extra->mirror(space, va, entry);
}

/* Make the table that the empty entry at this place is to lead to. */
pv_status
pv_radix_table_make(struct pv_space *space, struct pv_radix_place *at, uintptr_t va)
{
	pv_paddr table;
	pv_status s = pv_radix_table_new(space, &table);

	if (s != PV_OK)
		return s;
	s = pv_table_claim(table, at->level - 1);
	if (s != PV_OK) {
		pv_radix_page_free(table);
		return s;
	}
	space->tables++;
	at->entry = pv_pte_make(table, pv_radix_table_bits(va, at->level));
	pv_pte_set(at->where, at->entry);
	mirror(space, va, at->level, at->entry);
	if (space == pv_radix.kernel && at->level == shared_of(space).level) {
		struct pv_space *now = pv_cpu()->space;

		pv_radix.generation++;
		if (now != NULL && now != space)
			share_kernel(now);
	}
	return PV_OK;
}

/*
 * A table that nothing leads to any more. It is given back by sync(): until then a CPU may still
 * walk through it. The link lies in the page itself and is aligned, so to such a CPU it is an
 * entry that is not present.
 */
static pv_status
bury(struct pv_space *space, pv_paddr table, unsigned level)
{
	pv_status s = pv_table_release(table, level);
	uint64_t *link;

	space->tables--;
	if (s != PV_OK) {
		pv_log("page table at 0x%llx cannot be given back and is lost: %s",
		    (unsigned long long)table.v, pv_status_text(s));
		return s;
	}
	link = pv_radix_window(table);
	PV_WRITE_SHARED(*link, space->isa[PV_RADIX_DEAD]);
	pv_window_close(link);
	space->isa[PV_RADIX_DEAD] = table.v;
	return PV_OK;
}

/* Take the empty table of `level` on the way to va out of the tree. */
void
pv_radix_table_unlink(struct pv_space *space, uintptr_t va, unsigned level, pv_status *first)
{
	struct pv_radix_place at;
	pv_status s;

	(void)pv_radix_walk(space, va, level + 1, false, &at);
	pv_pte_clear(at.where);
	pv_radix_close(&at);
	mirror(space, va, at.level, pv_pte_of(0));
	pv_radix_stale(space, va, 1);
	s = bury(space, pv_pte_frame(at.entry), level);
	if (*first == PV_OK)
		*first = s;
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

static void
stale_none(struct pv_space *space)
{
	space->stale_start = ~(uintptr_t)0;
	space->stale_end = 0;
}

void
pv_radix_sync(struct pv_space *space)
{
	/* A space that is not active here has nothing in this CPU: another root was loaded since. */
	bool here = space == pv_radix.kernel || space == pv_cpu()->space;

	if (here && space->stale_start <= space->stale_end) {
		uintptr_t start = space->stale_start & ~PV_PAGE_MASK;

		pv_flush_range(pv_va(start), (space->stale_end | PV_PAGE_MASK) - start + 1);
	}
	stale_none(space);
	while (space->isa[PV_RADIX_DEAD] != 0) {
		pv_paddr page = pv_pa(space->isa[PV_RADIX_DEAD]);
		uint64_t *link = pv_radix_window(page);

		space->isa[PV_RADIX_DEAD] = *link;
		pv_window_close(link);
		pv_radix_page_free(page);
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

/* Give back a table and all below it. What led to it is gone or no table any more. */
static pv_status
tree_free(struct pv_space *space, pv_paddr table, unsigned level)
{
	pv_status s = pv_table_release(table, level), below;
	struct pv_radix_place at;

	for (unsigned i = 0; level > 1 && i < 512; i++) {
		pv_radix_open(&at, table, level, 0);
		at.entry = pv_pte_get(at.where + i);
		pv_radix_close(&at);
		if (!pv_radix_is_table(at.entry))
			continue;
		below = tree_free(space, pv_pte_frame(at.entry), level - 1);
		s = s == PV_OK ? below : s;
	}
	space->tables--;
	if (s == PV_OK)
		pv_radix_page_free(table);
	return s;
}

/* All that the user half has, then the root, which is none any more. */
static pv_status
space_free(struct pv_space *space)
{
	const struct pv_radix_geometry *g = &pv_radix_geometry;
	struct pv_radix_place at;
	pv_status s = PV_OK, below;

	for (unsigned i = 0; i < g->kernel_first; i++) {
		pv_radix_open(&at, space->root, g->top, 0);
		at.entry = pv_pte_get(at.where + i);
		pv_radix_close(&at);
		if (!pv_radix_is_table(at.entry))
			continue;
		below = tree_free(space, pv_pte_frame(at.entry), g->top - 1);
		s = s == PV_OK ? below : s;
	}
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
		share_kernel(space);
	return s;
}

pv_status
pv_radix_create(struct pv_space *space)
{
	pv_status s;

	memset(space, 0, sizeof(*space));
	stale_none(space);
	s = root_alloc(&space->root);
	if (s != PV_OK)
		return s;
	space->tables = 1;
	s = space_fill(space);
	/* Last, because a root may have to be complete before it can be one. */
	if (s == PV_OK)
		s = pv_table_claim(space->root, pv_radix_geometry.top);
	if (s != PV_OK) {
		if (pv_radix.extra != NULL)
			(void)pv_radix.extra->drop(space);
		(void)space_free(space);
	}
	return s;
}

pv_status
pv_radix_destroy(struct pv_space *space)
{
	pv_status s = pv_table_release(space->root, pv_radix_geometry.top);

	if (s != PV_OK)
		return s;
	if (pv_radix.extra != NULL) {
		s = pv_radix.extra->drop(space);
		if (s != PV_OK) {
			(void)pv_table_claim(space->root, pv_radix_geometry.top);
			return s;
		}
	}
	pv_radix_sync(space);
	return space_free(space);
}

void
pv_radix_activate(struct pv_space *space)
{
	if (space == NULL)
		space = pv_radix.kernel;
	else if (space->isa[PV_RADIX_SEEN] != pv_radix.generation)
		share_kernel(space);
	pv_root_set(space->root, pv_radix.split ? pv_pa(space->isa[PV_RADIX_EXTRA]) : space->root);
}

/* -- the kernel's own --------------------------------------------------------- */

static bool
cpuid_edx(uint32_t leaf, unsigned bit)
{
	uint32_t r[4];

	pv_ops.isa.cpuid(leaf & 0x80000000u, 0, r);
	if (r[0] < leaf)
		return false;
	pv_ops.isa.cpuid(leaf, 0, r);
	return (r[3] >> bit & 1) != 0;
}

void
pv_radix_prepare(struct pv_space *kernel, pv_paddr root)
{
	uint64_t tables = kernel->root.v == root.v ? kernel->tables : 0;
	struct pv_cpu_id id;
	unsigned bits;

	pv_cpu_identify(&id);
	/* Without CPUID 0x80000008 physical addresses have 36 bits; an entry holds 52. */
	bits = id.phys_bits == 0 ? 36 : id.phys_bits > 52 ? 52 : id.phys_bits;
	pv_radix.last_pa = pv_shl64(1, bits) - 1;
	pv_radix.kernel = kernel;
	pv_radix.nx = pv_has(PV_CAP_NX) ? PV_PTE_NX : 0;
	pv_radix.global = pv_has(PV_CAP_GLOBAL_PAGES) ? PV_PTE_G : 0;
	pv_radix.wc = cpuid_edx(1, 16);
	pv_radix.max_leaf = 1;
	if (pv_has(PV_CAP_LARGE_PAGES))
		pv_radix.max_leaf = pv_radix_geometry.top > 3 && cpuid_edx(0x80000001u, 26) ? 3 : 2;
	memset(kernel, 0, sizeof(*kernel));
	stale_none(kernel);
	kernel->root = root;
	kernel->tables = tables;
}

pv_status
pv_radix_leaf_table(struct pv_space *space, pv_vaddr va, pv_paddr *table)
{
	struct pv_radix_place at;
	pv_status s = pv_radix_walk(space, va.v, 1, true, &at);

	if (s != PV_OK)
		return s;
	pv_radix_close(&at);
	*table = at.table;
	return at.level == 1 ? PV_OK : PV_E_EXIST;
}

pv_status
pv_radix_init(struct pv_space *kernel)
{
	const struct pv_hooks *h = pv_hooks_get();
	struct pv_radix_place at;
	pv_vaddr va;
	pv_status s;

	pv_radix_prepare(kernel, pv_pa(pv_cr3_read() & pv_radix_geometry.root_mask));
	/* A kernel that maps by itself keeps its spaces, too. */
	if (h->va_map != NULL)
		return PV_OK;
	s = h->va_alloc(h->context, PV_PAGE_SIZE, &va);
	if (s != PV_OK)
		return s;
	s = pv_radix_walk(kernel, va.v, shared_of(kernel).level - 1, true, &at);
	if (s == PV_OK)
		pv_radix_close(&at);
	h->va_free(h->context, va, PV_PAGE_SIZE);
	return s;
}
