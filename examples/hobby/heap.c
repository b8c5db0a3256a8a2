/*
 * Small objects: blocks of powers of two, cut from pages, kept in lists by size. A
 * block has a word in front, which says its class. Pages that became blocks stay blocks.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "kernel.h"

#define SMALLEST	5	/* 32 bytes */

struct block {
	union {
		struct {
			uint32_t class;
			uint32_t taken;
		} head;
		uint64_t align[2];
	};
	struct block *next;	/* in its list; the object's while taken */
};
#define HEAD		__builtin_offsetof(struct block, next)

static struct block *lists[PV_PAGE_SHIFT + 1];
static size_t in_use;

/* A page becomes blocks of one class. */
static bool
refill(unsigned class)
{
	const struct pv_hooks *h = pv_hooks_get();
	uint8_t *at;
	pv_paddr page;

	if (page_new(&page, PAGE_HEAP) != 0)
		return false;
	at = h->phys_to_virt != NULL ? h->phys_to_virt(h->context, page) : NULL;
	if (at == NULL) {
		pv_vaddr va;

		if (h->va_alloc(h->context, PV_PAGE_SIZE, &va) != PV_OK) {
			page_drop(page);
			return false;
		}
		if (pv_space_map(pv_space_kernel(), va, page, PV_PAGE_SIZE, PV_PROT_WRITE) != PV_OK) {
			h->va_free(h->context, va, PV_PAGE_SIZE);
			page_drop(page);
			return false;
		}
		at = pv_va_ptr(va);
	}
	for (size_t offset = 0; offset < PV_PAGE_SIZE; offset += (size_t)1 << class) {
		struct block *b = (struct block *)(void *)(at + offset);

		b->head.class = class;
		b->head.taken = 0;
		b->next = lists[class];
		lists[class] = b;
	}
	return true;
}

void *
heap_new(size_t size)
{
	unsigned class = SMALLEST;
	struct block *b;

	while (((size_t)1 << class) < size + HEAD)
		if (++class > PV_PAGE_SHIFT)
			return NULL;
	if (lists[class] == NULL && !refill(class))
		return NULL;
	b = lists[class];
	lists[class] = b->next;
	b->head.taken = 1;
	in_use += (size_t)1 << class;
	memset(&b->next, 0, ((size_t)1 << class) - HEAD);
	return &b->next;
}

void
heap_free(void *object)
{
	struct block *b;

	if (object == NULL)
		return;
	b = (struct block *)(void *)((uint8_t *)object - HEAD);
	if (b->head.taken != 1 || b->head.class > PV_PAGE_SHIFT)
		pv_panic("heap_free(%p): not an object of the heap, or freed twice", object);
	b->head.taken = 0;
	in_use -= (size_t)1 << b->head.class;
	b->next = lists[b->head.class];
	lists[b->head.class] = b;
}

size_t
heap_in_use(void)
{
	return in_use;
}
