/*
 * Physical memory of this kernel: the RAM of the boot map that is shown, taken from
 * the bottom up; single pages that came back are kept in a list through the direct
 * map.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "attach.h"

static uint32_t range;			/* of the boot map, that pages are being taken from, */
static uint64_t next;			/* from here on */
static uint64_t free_list;		/* first page, or 0; each begins with the next one's address */
unsigned pages_out;

uintptr_t direct_base = DIRECT;
uint64_t direct_size = DIRECT_SIZE;

/*
 * Until this kernel's own tables are in force, Xen shows what it loaded and made at KERNBASE, and half
 * a MiB more, up to an edge of 4 MiB (Xen: xen.h, "Start-of-day memory layout").
 */
void
direct_by_xen(void)
{
	uint64_t end = 0, all = 0;

	for (uint32_t i = 0; i < boot.nr_ranges; i++) {
		all = boot.range[i].base.v + boot.range[i].size;
		if (boot.range[i].kind != PV_MEM_RAM)
			end = all;
	}
	end = ((end + 0x80000) | 0x3fffff) + 1;
	direct_base = KERNBASE;
	direct_size = end < all ? end : all;
}

void *
direct(pv_paddr pa)
{
	return pa.v < direct_size ? (void *)(direct_base + (uintptr_t)pa.v) : NULL;
}

void
pages_init(void)
{
	range = 0;
	next = 0;
}

/* The first `size` bytes of RAM from `next` on; `next` goes behind them. */
static bool
take(uint64_t size, uint64_t limit, uint64_t *at)
{
	for (; range < boot.nr_ranges; range++) {
		const struct pv_boot_range *r = &boot.range[range];
		uint64_t end = r->base.v + r->size < direct_size ? r->base.v + r->size : direct_size;

		/* Below 1 MiB are the firmware's tables and the screen: this kernel does not need it. */
		if (r->kind != PV_MEM_RAM || r->base.v < 0x100000 || r->base.v >= end)
			continue;
		if (next < r->base.v)
			next = r->base.v;
		if (limit != 0 && next + size > limit)
			return false;
		if (size <= end - next) {
			*at = next;
			next += size;
			return true;
		}
	}
	return false;
}

pv_status
pages_alloc(void *context, size_t nr, uint64_t limit, pv_paddr *base)
{
	(void)context;
	if (nr == 0 || !take((uint64_t)nr * PV_PAGE_SIZE, limit, &base->v))
		return PV_E_NOMEM;
	pages_out += (unsigned)nr;
	memset(direct(*base), 0, nr * PV_PAGE_SIZE);
	return PV_OK;
}

pv_status
page_alloc(void *context, pv_paddr *frame)
{
	if (free_list == 0)
		return pages_alloc(context, 1, 0, frame);
	*frame = pv_pa(free_list);
	free_list = *(uint64_t *)direct(*frame);
	pages_out++;
	memset(direct(*frame), 0, PV_PAGE_SIZE);
	return PV_OK;
}

void
page_free(void *context, pv_paddr frame)
{
	(void)context;
	*(uint64_t *)direct(frame) = free_list;
	free_list = frame.v;
	pages_out--;
}

void
pages_free(void *context, pv_paddr base, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		page_free(context, pv_pa_add(base, i * PV_PAGE_SIZE));
}
