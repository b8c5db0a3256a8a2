/*
 * Pages for a kernel that has nothing: one bit per page over the RAM of the boot
 * map. Simple and checkable rather than fast: a next-fit search, contiguous runs
 * for the asking, and a page given back twice is found out.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "freestanding.h"

static struct {
	uint8_t *used;		/* bit set: taken, or not RAM */
	uint64_t first;		/* frame number of bit 0 */
	uint64_t count;		/* bits */
	uint64_t hint;
	uint64_t free, total;
} pool;

static bool
taken(uint64_t i)
{
	return (pool.used[i >> 3] >> (i & 7) & 1) != 0;
}

static void
take(uint64_t i)
{
	pool.used[i >> 3] |= (uint8_t)(1u << (i & 7));
	pool.free--;
}

/* Memory that the direct map does not reach can be handed out, not used here. */
static void *
reach(uint64_t base, uint64_t size)
{
	if (base + size > pv_direct_map.size)
		return NULL;
	return (void *)(pv_direct_map.base + (uintptr_t)base);
}

/* A place for the bitmap: the end of the first range that has room and can be reached. */
static bool
place_bitmap(const struct pv_boot *boot, uint64_t bytes, pv_paddr *at)
{
	for (uint32_t i = 0; i < boot->nr_ranges; i++) {
		const struct pv_boot_range *r = &boot->range[i];
		uint64_t end = r->base.v + r->size;

		if (r->kind != PV_MEM_RAM || r->base.v >= pv_direct_map.size)
			continue;
		if (end > pv_direct_map.size)
			end = pv_page_down(pv_direct_map.size);
		if (end - r->base.v < bytes + PV_PAGE_SIZE)
			continue;
		*at = pv_pa(end - bytes);
		pool.used = reach(at->v, bytes);
		return pool.used != NULL;
	}
	return false;
}

pv_status
pv_freestanding_pages_init(const struct pv_boot *boot)
{
	uint64_t low = ~0ull, high = 0, bytes;
	pv_paddr bitmap = pv_pa(0);

	for (uint32_t i = 0; i < boot->nr_ranges; i++) {
		const struct pv_boot_range *r = &boot->range[i];

		if (r->kind != PV_MEM_RAM)
			continue;
		low = r->base.v < low ? r->base.v : low;
		high = r->base.v + r->size > high ? r->base.v + r->size : high;
	}
	if (low >= high)
		return PV_E_NOMEM;
	pool.first = low >> PV_PAGE_SHIFT;
	pool.count = (high - low) >> PV_PAGE_SHIFT;
	bytes = pv_page_up((pool.count + 7) >> 3);
	if (!place_bitmap(boot, bytes, &bitmap))
		return PV_E_NOMEM;
	memset(pool.used, 0xff, (size_t)bytes);
	for (uint32_t i = 0; i < boot->nr_ranges; i++) {
		const struct pv_boot_range *r = &boot->range[i];

		if (r->kind != PV_MEM_RAM)
			continue;
		for (uint64_t pa = r->base.v; pa < r->base.v + r->size; pa += PV_PAGE_SIZE) {
			uint64_t n = (pa >> PV_PAGE_SHIFT) - pool.first;

			if (pa >= bitmap.v && pa < bitmap.v + bytes)
				continue;
			pool.used[n >> 3] &= (uint8_t)~(1u << (n & 7));
			pool.total++;
		}
	}
	pool.free = pool.total;
	return PV_OK;
}

/* The direct map moved or grew: so did the bitmap's address. */
void
pv_freestanding_pages_moved(uintptr_t old_base)
{
	if (pool.used != NULL)
		pool.used += pv_direct_map.base - old_base;
}

static void
zero_frame(uint64_t base)
{
	void *p = reach(base, PV_PAGE_SIZE);

	if (p != NULL) {
		memset(p, 0, PV_PAGE_SIZE);
	} else if (pv_direct_map.window != NULL) {
		p = pv_direct_map.window(pv_pa(base));
		if (p == NULL)
			pv_panic("page 0x%llx cannot be zeroed: four windows of this CPU are open already",
			    (unsigned long long)base);
		memset(p, 0, PV_PAGE_SIZE);
		pv_direct_map.window_close(p);
	}
}

/* First run of nr free pages that ends at or below `end` (bits), starting the search at `from`. */
static bool
find_run(uint64_t from, uint64_t end, uint64_t nr, uint64_t *at)
{
	uint64_t run = 0;

	for (uint64_t i = from; i < end; i++) {
		/* Full bytes are passed over quickly. */
		if ((i & 7) == 0 && pool.used[i >> 3] == 0xff) {
			run = 0;
			i += 7;
			continue;
		}
		run = taken(i) ? 0 : run + 1;
		if (run == nr) {
			*at = i + 1 - nr;
			return true;
		}
	}
	return false;
}

pv_status
pv_freestanding_pages_alloc(void *context, size_t nr, uint64_t limit, pv_paddr *base)
{
	pv_irq_state gate = pv_irq_save();
	uint64_t end = pool.count, at;
	bool found;

	(void)context;
	if (limit != 0 && (limit >> PV_PAGE_SHIFT) < pool.first + end)
		end = (limit >> PV_PAGE_SHIFT) > pool.first ? (limit >> PV_PAGE_SHIFT) - pool.first : 0;
	/* Before the kernel's own map exists only what can be reached may be handed out. */
	if (pv_direct_map.window == NULL && (pv_direct_map.size >> PV_PAGE_SHIFT) < pool.first + end)
		end = (pv_direct_map.size >> PV_PAGE_SHIFT) - pool.first;
	found = nr > 0 && ((pool.hint < end && find_run(pool.hint, end, nr, &at)) || find_run(0, end, nr, &at));
	if (found) {
		for (uint64_t i = 0; i < nr; i++)
			take(at + i);
		pool.hint = nr == 1 ? at + 1 : pool.hint;
	}
	pv_irq_restore(gate);
	if (!found)
		return PV_E_NOMEM;
	*base = pv_pa((pool.first + at) << PV_PAGE_SHIFT);
	for (size_t i = 0; i < nr; i++)
		zero_frame(base->v + i * PV_PAGE_SIZE);
	return PV_OK;
}

void
pv_freestanding_pages_free(void *context, pv_paddr base, size_t nr)
{
	uint64_t at = (base.v >> PV_PAGE_SHIFT) - pool.first;
	pv_irq_state gate;

	(void)context;
	if ((base.v & PV_PAGE_MASK) != 0 || at >= pool.count || nr > pool.count - at)
		pv_panic("page 0x%llx was given back but is none of the pool's", (unsigned long long)base.v);
	gate = pv_irq_save();
	for (uint64_t i = at; i < at + nr; i++) {
		if (!taken(i))
			pv_panic("page 0x%llx was given back twice",
			    (unsigned long long)((pool.first + i) << PV_PAGE_SHIFT));
		pool.used[i >> 3] &= (uint8_t)~(1u << (i & 7));
		pool.free++;
	}
	if (at < pool.hint)
		pool.hint = at;
	pv_irq_restore(gate);
}

void
pv_freestanding_pages(uint64_t *free_pages, uint64_t *total_pages)
{
	*free_pages = pool.free;
	*total_pages = pool.total;
}
