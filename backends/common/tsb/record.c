/*
 * The one walk through a record, and on it what the kernel's own space needs: map,
 * remove, and the end of old translations.
 *
 * Arguments come checked from hooks/: aligned, not empty, within one half.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "tsb.h"

PV_STATIC_ASSERT(PV_TSB_WRITE == PV_PROT_WRITE && PV_TSB_EXEC == PV_PROT_EXEC && PV_TSB_LARGE == PV_MAP_LARGE &&
    PV_TSB_REFERENCED == PV_MAP_REFERENCED && PV_TSB_MODIFIED == PV_MAP_MODIFIED, "numbers.h: flags");
PV_STATIC_ASSERT(PV_TSB_DECIDE == (PV_PROT_WRITE | PV_PROT_EXEC | PV_PROT_USER | PV_MAP_GLOBAL | PV_MAP_LARGE) &&
    PV_MAP_CACHE_MASK == 3u << PV_TSB_CACHE_SHIFT && PV_TSB_CACHE_OUT == (PV_MAP_WC & PV_MAP_UC),
    "numbers.h: what decides");
PV_STATIC_ASSERT(__builtin_offsetof(struct pv_cpu, hv_area) == PV_TSB_CPU_ROOT, "numbers.h: struct pv_cpu");

/* What map takes over into a leaf. */
#define KEPT	(PV_PROT_READ | PV_PROT_WRITE | PV_PROT_EXEC | PV_PROT_USER | PV_MAP_GLOBAL | PV_MAP_SOFT1 |	\
		 PV_MAP_SOFT2 | PV_MAP_CACHE_MASK)

const struct pv_tsb_machine *pv_tsb_machine;
uint64_t pv_tsb_bits[PV_TSB_NR_BITS];
uint64_t pv_tsb_kernel_root;
uint64_t pv_tsb_generation = 1;
/* Aligned to its size, because hardware puts base and index together. */
volatile struct pv_tsb_pair pv_tsb_buffer[PV_TSB_ENTRIES]
    __attribute__((aligned(PV_TSB_ENTRIES * sizeof(struct pv_tsb_pair))));

struct pv_tsb_current pv_tsb_current = { pv_tsb_buffer, PV_TSB_ENTRIES };

/* Defined by the kernel's linker script, page aligned; see the fragments of libpv. */
extern const char __pv_text_start[] PV_WEAK, __pv_text_end[] PV_WEAK;
extern const char __pv_rodata_start[] PV_WEAK, __pv_rodata_end[] PV_WEAK;
extern const char __pv_data_start[] PV_WEAK, __pv_data_end[] PV_WEAK;

/* -- the tree ------------------------------------------------------------------ */

void
pv_tsb_find(struct pv_space *space, uintptr_t va, unsigned level, struct pv_tsb_place *at)
{
	uint64_t table = space->root.v;

	for (at->level = PV_TSB_TOP;; at->level--) {
		at->where = table + 8 * pv_tsb_index(va, at->level);
		at->entry = pv_tsb_real_get(at->where);
		if (at->level == level || !pv_tsb_leads_on(at))
			return;
		table = at->entry;
	}
}

/* Go on to the next entry of the table. False: there is none, or it needs a walk of its own. */
static bool
next(struct pv_tsb_visit *v, struct pv_tsb_place *at)
{
	uintptr_t span = pv_tsb_span(at->level), step = span - (v->va & (span - 1));

	if (pv_tsb_leads_on(at))
		return false;
	step = step < v->left ? step : v->left;
	v->va += step;
	v->left -= step;
	if (v->left == 0 || pv_tsb_index(v->va, at->level) == 0)
		return false;
	at->where += 8;
	at->entry = pv_tsb_real_get(at->where);
	return !pv_tsb_leads_on(at);
}

/* The table of this place. Looks first where something is left when pages go one by one, upwards or downwards. */
static bool
is_empty(const struct pv_tsb_place *at)
{
	uint64_t table = at->where & ~(uint64_t)PV_PAGE_MASK;
	unsigned here = (unsigned)(at->where - table) / 8;

	for (unsigned i = 0; i <= 1024; i++)
		if (pv_tsb_real_get(table + 8 * (i == 0 ? 0 : (here + i) & 1023)) != 0)
			return false;
	return true;
}

pv_status
pv_tsb_visit(struct pv_tsb_visit *v, pv_tsb_fn fn)
{
	pv_status s = PV_OK;

	while (s == PV_OK && v->left > 0) {
		uintptr_t from = v->va;
		struct pv_tsb_place at;

		pv_tsb_find(v->space, from, 1, &at);
		do
			s = fn(v, &at);
		while (s == PV_OK && next(v, &at));
		if (v->removes && at.level < PV_TSB_TOP && is_empty(&at))
			pv_tsb_prune(v->space, from);
	}
	return s;
}

uint64_t
pv_tsb_swap(uint64_t where, uint64_t entry)
{
	uint64_t old = pv_tsb_real_get(where), seen;

	while ((seen = pv_tsb_real_cas(where, old, entry)) != old)
		old = seen;
	return old;
}

/* -- table pages --------------------------------------------------------------- */

pv_status
pv_tsb_table_new(struct pv_space *space, uint64_t *table)
{
	const struct pv_hooks *h = pv_hooks_get();
	pv_paddr page;
	pv_status s = h->page_alloc(h->context, &page);

	if (s != PV_OK && space->isa[PV_TSB_DEAD] != 0) {
		/* Some of the space's own wait for a sync. */
		pv_tsb_sync(space);
		s = h->page_alloc(h->context, &page);
	}
	if (s != PV_OK)
		return s;
	/* The zeroes were ordinary stores. */
	pv_mb();
	*table = page.v;
	space->tables++;
	return PV_OK;
}

void
pv_tsb_retire(struct pv_space *space, uint64_t table)
{
	pv_tsb_real_set(table, space->isa[PV_TSB_DEAD]);
	space->isa[PV_TSB_DEAD] = table;
	space->tables--;
}

static void
bury(struct pv_space *space)
{
	const struct pv_hooks *h = pv_hooks_get();

	while (space->isa[PV_TSB_DEAD] != 0) {
		pv_paddr page = pv_pa(space->isa[PV_TSB_DEAD]);

		space->isa[PV_TSB_DEAD] = pv_tsb_real_get(page.v);
		h->page_free(h->context, page);
	}
}

void
pv_tsb_prune(struct pv_space *space, uintptr_t va)
{
	struct pv_tsb_place at, above;

	for (pv_tsb_find(space, va, 1, &at); at.level < PV_TSB_TOP && is_empty(&at); at = above) {
		pv_tsb_find(space, va, at.level + 1, &above);
		pv_tsb_real_set(above.where, 0);
		pv_tsb_retire(space, above.entry);
	}
}

/* -- map and remove ------------------------------------------------------------- */

bool
pv_tsb_is_own(const struct pv_space *space, uintptr_t va, uintptr_t size)
{
	return space == pv_space_kernel() && va < pv_tsb_machine->own_end &&
	    va + (size - 1) >= pv_tsb_machine->own_start;
}

/* An empty entry becomes a leaf, or leads to a table where that would be too large. */
static pv_status
map_entry(struct pv_tsb_visit *v, struct pv_tsb_place *at)
{
	uintptr_t span = pv_tsb_span(at->level);
	pv_status s;

	if (at->entry != 0)
		return PV_E_EXIST;
	if (at->level > v->level || ((v->va | (uintptr_t)v->pa) & (span - 1)) != 0 || v->left < span) {
		s = pv_tsb_table_new(v->space, &at->entry);
		if (s == PV_OK)
			pv_tsb_real_set(at->where, at->entry);
		return s;
	}
	pv_tsb_real_set(at->where, PV_TSB_LEAF | v->pa | v->bits | (at->level > 1 ? PV_MAP_LARGE : 0));
	v->pa += span;
	return PV_OK;
}

static pv_status
map(struct pv_space *space, pv_vaddr va, pv_paddr pa, uintptr_t size, unsigned flags)
{
	struct pv_tsb_visit v = {
		.space = space, .va = va.v, .left = size, .pa = pa.v, .bits = (flags & KEPT) | PV_PROT_READ,
		.level = (flags & PV_MAP_LARGE) != 0 ? 2 : 1,
	};
	pv_status s;

	/*
	 * No TLB may have two entries for one address, and what is left of old ones may be of another size:
	 * it goes before new ones come.
	 */
	if (va.v <= space->stale_end && va.v + (size - 1) >= space->stale_start)
		pv_tsb_sync(space);
	s = pv_tsb_visit(&v, map_entry);
	if (s == PV_OK)
		return PV_OK;
	/* As it was before: entries out, tables made for it back. A CPU may have seen either. */
	if (v.va != va.v)
		(void)pv_tsb_remove(space, va, v.va - va.v, NULL, NULL);
	pv_tsb_prune(space, v.va);
	pv_tsb_sync(space);
	return s;
}

pv_status
pv_tsb_map(struct pv_space *space, pv_vaddr va, pv_paddr pa, uintptr_t size, unsigned flags)
{
	if (pa.v + (size - 1) > pv_tsb_machine->last_pa)
		return PV_E_RANGE;
	if (pv_tsb_is_own(space, va.v, size))
		return PV_E_EXIST;
	return map(space, va, pa, size, flags);
}

static pv_status
clear_leaf(struct pv_tsb_visit *v, struct pv_tsb_place *at)
{
	(void)v;
	if (at->entry != 0)
		(void)pv_tsb_swap(at->where, 0);
	return PV_OK;
}

pv_status
pv_tsb_remove(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg)
{
	struct pv_tsb_visit v = { .space = space, .va = va.v, .left = size, .removes = true };

	(void)fn;
	(void)arg;
	if (pv_tsb_is_own(space, va.v, size))
		return PV_E_RANGE;
	pv_tsb_stale(space, va.v, size);
	return pv_tsb_visit(&v, clear_leaf);
}

/* -- what caches may still remember ----------------------------------------------- */

void
pv_tsb_stale(struct pv_space *space, uintptr_t va, uintptr_t size)
{
	uintptr_t end = va + (size - 1);

	if (va < space->stale_start)
		space->stale_start = va;
	if (end > space->stale_end)
		space->stale_end = end;
}

void
pv_tsb_wipe(void)
{
	for (unsigned i = 0; i < PV_TSB_ENTRIES; i++)
		pv_tsb_buffer[i].tag = 1ull << PV_TSB_TAG_INVALID;
}

unsigned
pv_tsb_context(const struct pv_space *space)
{
	if (space == pv_space_kernel())
		return 0;
	return space->isa[PV_TSB_CONTEXT] / PV_TSB_CONTEXTS == pv_tsb_generation ?
	    (unsigned)(space->isa[PV_TSB_CONTEXT] % PV_TSB_CONTEXTS) : PV_TSB_CONTEXTS;
}

/* Entries of the buffer for these pages; a piece of a large page may be in any of its pages' entries. */
static void
forget(uint64_t context, uintptr_t va, uintptr_t pages)
{
	const struct pv_tsb_current *now = &pv_tsb_current;
	uintptr_t n = pages < now->entries ? pages : now->entries;

	for (uintptr_t i = 0; i < n; i++, va += PV_PAGE_SIZE) {
		volatile struct pv_tsb_pair *e = &now->buffer[va >> PV_PAGE_SHIFT & (now->entries - 1)];
		uint64_t tag = e->tag;

		if (pages >= now->entries ? tag >> 48 == context : tag == (context << 48 | va >> 22))
			e->tag = 1ull << PV_TSB_TAG_INVALID;
	}
	pv_wmb();
}

void
pv_tsb_flush(const struct pv_space *space, uintptr_t start, uintptr_t end)
{
	unsigned context = pv_tsb_context(space);
	uintptr_t va = start & ~PV_PAGE_MASK;
	uintptr_t pages = ((end - va) >> PV_PAGE_SHIFT) + 1;

	if (context == PV_TSB_CONTEXTS)
		return;
	forget(context, va, pages);
	if (pages >= PV_TSB_MANY) {
		pv_tsb_machine->demap_context(context);
		return;
	}
	for (; pages > 0; pages--, va += PV_PAGE_SIZE)
		pv_tsb_machine->demap_page(va, context);
}

void
pv_tsb_sync(struct pv_space *space)
{
	if (space->stale_start <= space->stale_end)
		pv_tsb_flush(space, space->stale_start, space->stale_end);
	pv_tsb_stale_none(space);
	bury(space);
}

/* -- the kernel's own ---------------------------------------------------------------- */

static pv_status
map_section(struct pv_space *kernel, const char *start, const char *end, unsigned flags)
{
	pv_paddr pa;
	pv_status s;

	if (start == end)
		return PV_OK;
	s = pv_virt_to_phys(start, &pa);
	return s == PV_OK ? map(kernel, pv_va_of(start), pa, (uintptr_t)(end - start), flags) : s;
}

/* The image is under a permanent translation; the record has it for those who ask. */
static pv_status
map_image(struct pv_space *kernel)
{
	pv_status s = map_section(kernel, __pv_text_start, __pv_text_end, PV_PROT_EXEC);

	if (s == PV_OK)
		s = map_section(kernel, __pv_rodata_start, __pv_rodata_end, PV_PROT_READ);
	return s == PV_OK ? map_section(kernel, __pv_data_start, __pv_data_end, PV_PROT_WRITE) : s;
}

pv_status
pv_tsb_init(struct pv_space *kernel, const struct pv_tsb_machine *machine)
{
	uint64_t root;
	pv_status s;

	pv_tsb_machine = machine;
	for (unsigned i = 0; i < PV_TSB_NR_BITS; i++)
		pv_tsb_bits[i] = machine->bits((i << 1 & PV_TSB_DECIDE) | i >> 5 << PV_TSB_CACHE_SHIFT);
	if (kernel == NULL)
		return PV_OK;
	memset(kernel, 0, sizeof(*kernel));
	pv_tsb_stale_none(kernel);
	s = pv_tsb_table_new(kernel, &root);
	if (s != PV_OK)
		return s;
	kernel->root = pv_pa(root);
	s = map_image(kernel);
	if (s == PV_OK)
		pv_tsb_kernel_root = root;
	return s;
}
