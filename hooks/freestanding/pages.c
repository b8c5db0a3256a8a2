/*
 * Pages for a kernel that has nothing: one bit per page over the RAM of the boot
 * map. Simple and checkable rather than fast: a next-fit search, contiguous runs
 * for the asking, and a page given back twice is found out.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "freestanding.h"

#define NONE	UINTPTR_MAX

/* Pages are numbered from the first one of RAM on; the machine's number is `first` more. */
static struct {
	uintptr_t used;		/* physical address of bits; set: taken, or not RAM */
	uintptr_t first, count;
	uintptr_t hint;
	uintptr_t free, total;
} pool;

/* The direct map may move before the kernel's own is in place. */
static uint8_t *
used_byte(uintptr_t at)
{
	return (uint8_t *)(pv_direct_map.base + pool.used) + (at >> 3);
}

/* A walk over the RAM of the boot map. */
struct walk {
	uint32_t next;
	uintptr_t from, to;	/* numbers of the machine's pages */
};

static PV_APART bool
next_ram(const struct pv_boot *boot, struct walk *w)
{
	while (w->next < boot->nr_ranges) {
		const struct pv_boot_range *r = &boot->range[w->next++];
		uint64_t end = (r->base.v + r->size) >> PV_PAGE_SHIFT;

		w->from = (uintptr_t)(r->base.v >> PV_PAGE_SHIFT);
		w->to = (uintptr_t)end;
		/* What has numbers that do not fit cannot be reached either. */
		if (r->kind == PV_MEM_RAM && w->to == end)
			return true;
	}
	w->next = 0;
	return false;
}

/* Take pages, or free them; which one of them is taken or free already, or NONE. */
static uintptr_t
mark(uintptr_t at, uintptr_t nr, bool take)
{
	for (; nr > 0; at++, nr--) {
		uint8_t *byte = used_byte(at), bit = (uint8_t)(1u << (at & 7));

		if (((*byte & bit) != 0) == take)
			return at;
		*byte ^= bit;
	}
	return NONE;
}

pv_status
pv_freestanding_pages_init(const struct pv_boot *boot)
{
	uintptr_t reach = (uintptr_t)(pv_direct_map.size >> PV_PAGE_SHIFT), nr, place = NONE;
	struct walk w = { .next = 0 };

	pool.total = pool.count = 0;
	while (next_ram(boot, &w)) {
		/* The map is sorted. */
		if (pool.count == 0)
			pool.first = w.from;
		pool.count = w.to - pool.first;
		pool.total += w.to - w.from;
	}
	/* The bitmap lies at the end of the first range that has room and can be reached. */
	nr = (uintptr_t)pv_page_up((pool.count + 7) >> 3) >> PV_PAGE_SHIFT;
	while (next_ram(boot, &w)) {
		uintptr_t to = w.to < reach ? w.to : reach;

		if (place == NONE && to > w.from && to - w.from > nr)
			place = to - nr;
	}
	if (place == NONE)
		return PV_E_NOMEM;
	pool.used = place << PV_PAGE_SHIFT;
	memset(used_byte(0), 0xff, nr << PV_PAGE_SHIFT);
	while (next_ram(boot, &w))
		mark(w.from - pool.first, w.to - w.from, false);
	mark(place - pool.first, nr, true);
	pool.free = pool.total -= nr;
	return PV_OK;
}

static void
zero_page(pv_paddr pa)
{
	void *p = pv_window_open(pa);

	if (p == NULL)
		pv_panic("page 0x%llx cannot be zeroed: four windows of this CPU are open already",
		    (unsigned long long)pa.v);
	memset(p, 0, PV_PAGE_SIZE);
	pv_window_close(p);
}

/* First run of nr free pages that ends at or below `end`, from `at` on; NONE: there is none. */
static uintptr_t
find_run(uintptr_t at, uintptr_t end, uintptr_t nr)
{
	for (uintptr_t run = 0; at < end; at++) {
		uint8_t byte = *used_byte(at);

		run = (byte >> (at & 7) & 1) != 0 ? 0 : run + 1;
		if (run == nr)
			return at + 1 - nr;
		/* Full bytes are passed over quickly. */
		if (byte == 0xff)
			at |= 7;
	}
	return NONE;
}

pv_status
pv_freestanding_pages_alloc(void *context, size_t nr, uint64_t limit, pv_paddr *base)
{
	uintptr_t end = pool.count, at;
	pv_irq_state gate;
	pv_paddr pa;

	(void)context;
	if (limit == 0)
		limit = ~0ull;
	/* Before the kernel's own map exists only what can be reached may be handed out. */
	if (pv_direct_map.window == NULL && limit > pv_direct_map.size)
		limit = pv_direct_map.size;
	limit >>= PV_PAGE_SHIFT;
	limit = limit > pool.first ? limit - pool.first : 0;
	if (end > limit)
		end = (uintptr_t)limit;
	if (nr == 0)
		end = 0;
	gate = pv_irq_save();
	at = find_run(pool.hint, end, nr);
	if (at == NONE)
		at = find_run(0, end, nr);
	if (at != NONE) {
		mark(at, nr, true);
		pool.free -= nr;
		if (nr == 1)
			pool.hint = at + 1;
	}
	pv_irq_restore(gate);
	if (at == NONE)
		return PV_E_NOMEM;
	pa = pv_pa((uint64_t)(pool.first + at) << PV_PAGE_SHIFT);
	*base = pa;
	for (; nr > 0; nr--, pa.v += PV_PAGE_SIZE)
		zero_page(pa);
	return PV_OK;
}

void
pv_freestanding_pages_free(void *context, pv_paddr base, size_t nr)
{
	uint64_t at = (base.v >> PV_PAGE_SHIFT) - pool.first;
	uintptr_t wrong;
	pv_irq_state gate;

	(void)context;
	if ((base.v & PV_PAGE_MASK) != 0 || at >= pool.count || nr > pool.count - at)
		pv_panic("page 0x%llx was given back but is none of the pool's", (unsigned long long)base.v);
	gate = pv_irq_save();
	wrong = mark((uintptr_t)at, nr, false);
	if (wrong != NONE)
		pv_panic("page 0x%llx was given back twice",
		    (unsigned long long)(pool.first + wrong) << PV_PAGE_SHIFT);
	pool.free += nr;
	if (at < pool.hint)
		pool.hint = (uintptr_t)at;
	pv_irq_restore(gate);
}

void
pv_freestanding_pages(uint64_t *free_pages, uint64_t *total_pages)
{
	*free_pages = pool.free;
	*total_pages = pool.total;
}
