/*
 * Kernel stacks. Each has a place of its own, above a page that is never mapped: a
 * stack that is too small is a fault there, not damage elsewhere. The pages of a few
 * are kept for the next process.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "kernel.h"

#define PLACE_SIZE	(PV_PAGE_SIZE + STACK_SIZE)
#define STACK_PAGES	(STACK_SIZE / PV_PAGE_SIZE)
#define KEPT		8

enum place { PLACE_EMPTY, PLACE_KEPT, PLACE_USED };

static enum place places[MAX_PROCESSES];
static unsigned nr_kept;
static uintptr_t first;

static uintptr_t
stack_at(unsigned place)
{
	return first + place * PLACE_SIZE + PV_PAGE_SIZE;
}

static void
unmap(uintptr_t start, unsigned pages)
{
	for (unsigned i = 0; i < pages; i++) {
		pv_vaddr va = pv_va(start + i * PV_PAGE_SIZE);
		pv_paddr page;
		unsigned flags;

		if (pv_space_query(pv_space_kernel(), va, &page, &flags) != PV_OK ||
		    pv_space_unmap(pv_space_kernel(), va, PV_PAGE_SIZE) != PV_OK)
			pv_panic("a kernel stack at 0x%lx cannot be unmapped", (unsigned long)start);
		pv_space_sync(pv_space_kernel());
		page_drop(page);
	}
}

static bool
map(uintptr_t start)
{
	for (unsigned i = 0; i < STACK_PAGES; i++) {
		pv_vaddr va = pv_va(start + i * PV_PAGE_SIZE);
		pv_paddr page;

		if (page_new(&page, PAGE_STACK) != 0) {
			unmap(start, i);
			return false;
		}
		if (pv_space_map(pv_space_kernel(), va, page, PV_PAGE_SIZE, PV_PROT_WRITE) != PV_OK) {
			page_drop(page);
			unmap(start, i);
			return false;
		}
	}
	return true;
}

static int
find(enum place kind)
{
	for (unsigned i = 0; i < MAX_PROCESSES; i++)
		if (places[i] == kind)
			return (int)i;
	return -1;
}

void *
stack_new(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	int place = find(PLACE_KEPT);
	pv_vaddr va;

	if (first == 0) {
		if (h->va_alloc(h->context, MAX_PROCESSES * PLACE_SIZE, &va) != PV_OK)
			return NULL;
		first = va.v;
	}
	if (place >= 0) {
		nr_kept--;
	} else {
		place = find(PLACE_EMPTY);
		if (place < 0 || !map(stack_at((unsigned)place)))
			return NULL;
	}
	places[place] = PLACE_USED;
	return (void *)stack_at((unsigned)place);
}

void
stack_free(void *stack)
{
	unsigned place = (unsigned)(((uintptr_t)stack - first) / PLACE_SIZE);

	if (nr_kept < KEPT) {
		nr_kept++;
		places[place] = PLACE_KEPT;
		return;
	}
	unmap((uintptr_t)stack, STACK_PAGES);
	places[place] = PLACE_EMPTY;
}
