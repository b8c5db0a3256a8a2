/*
 * The memory of a process. A region says what may be there; a page comes when it is
 * touched: a zeroed one, or what the region's file has at that place. At fork both
 * sides get the same pages without the right to write, and whoever writes first gets
 * a copy. libpv's space is the truth about which pages are there.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "kernel.h"

#define LOWEST		(16 * PV_PAGE_SIZE)	/* nothing below: null pointers with an offset are faults */
#define MAP_GAP		(64 * PV_PAGE_SIZE)	/* between the stack's lowest place and what is mapped anywhere */

uintptr_t
space_user_end(void)
{
	pv_vaddr start, end;

	pv_space_user_range(&start, &end);
	return end.v;
}

static unsigned
flags_of(const struct region *r, bool writable)
{
	unsigned flags = PV_PROT_READ;

	flags |= PV_PROT_USER;
	if ((r->prot & PROT_EXEC) != 0)
		flags |= PV_PROT_EXEC;
	if ((r->prot & PROT_WRITE) != 0 && writable)
		flags |= PV_PROT_WRITE;
	return flags;
}

struct space *
space_new(void)
{
	struct space *s = heap_new(sizeof(*s));

	if (s != NULL && pv_space_create(&s->pv) != PV_OK) {
		heap_free(s);
		s = NULL;
	}
	return s;
}

/* -- regions ---------------------------------------------------------------------- */

static struct region *
region_at(struct space *s, uintptr_t address)
{
	struct region *r = s->regions;

	while (r != NULL && r->end <= address)
		r = r->next;
	return r != NULL && r->start <= address ? r : NULL;
}

static bool
is_free(struct space *s, uintptr_t start, uintptr_t size)
{
	uintptr_t end = space_user_end();

	if (start < LOWEST || start >= end || size > end - start)
		return false;
	for (struct region *r = s->regions; r != NULL; r = r->next)
		if (r->start < start + size && start < r->end)
			return false;
	return true;
}

static struct region *
region_add(struct space *s, const struct region *like)
{
	struct region **link = &s->regions, *r = NULL;

	if (s->nr_regions < MAX_REGIONS && like->end - like->start <= MAX_SPACE - s->size && !page_scarce())
		r = heap_new(sizeof(*r));
	if (r == NULL)
		return NULL;
	s->nr_regions++;
	s->size += like->end - like->start;
	*r = *like;
	while (*link != NULL && (*link)->start < r->start)
		link = &(*link)->next;
	r->next = *link;
	*link = r;
	if (r->node != NULL)
		node_share(r->node);
	return r;
}

static void
region_remove(struct space *s, struct region *gone)
{
	struct region **link = &s->regions;

	while (*link != gone)
		link = &(*link)->next;
	*link = gone->next;
	s->nr_regions--;
	s->size -= gone->end - gone->start;
	if (gone->node != NULL)
		node_drop(gone->node);
	heap_free(gone);
}

/* Make `at` a border between regions. */
static int
region_split(struct space *s, uintptr_t at)
{
	struct region *r = region_at(s, at), upper;

	if (r == NULL || r->start == at)
		return 0;
	upper = *r;
	upper.start = at;
	upper.lowest = 0;
	r->end = at;
	s->size -= upper.end - at;
	if (region_add(s, &upper) != NULL)
		return 0;
	r->end = upper.end;
	s->size += upper.end - at;
	return -ENOMEM;
}

/* The highest free place below the stack's room. */
static uintptr_t
find_place(struct space *s, uintptr_t size)
{
	uintptr_t top = space_user_end() - USER_STACK_SIZE - MAP_GAP;

	while (top > LOWEST && size <= top - LOWEST) {
		struct region *below = NULL;

		if (is_free(s, top - size, size))
			return top - size;
		for (struct region *r = s->regions; r != NULL && r->start < top; r = r->next)
			below = r;
		if (below == NULL)
			return 0;
		top = below->start;
	}
	return 0;
}

int
space_map_segment(struct space *s, const struct region *like)
{
	if (((like->start | like->end) & PV_PAGE_MASK) != 0 || like->end <= like->start ||
	    !is_free(s, like->start, like->end - like->start))
		return -EINVAL;
	return region_add(s, like) != NULL ? 0 : -ENOMEM;
}

int
space_map(struct space *s, uintptr_t *address, uintptr_t size, unsigned prot, struct node *node, uint64_t offset)
{
	struct region r = { .prot = prot, .node = node, .node_offset = offset };

	if (size == 0 || size > space_user_end() || (*address & PV_PAGE_MASK) != 0 || (offset & PV_PAGE_MASK) != 0)
		return -EINVAL;
	size = (uintptr_t)pv_page_up(size);
	if (*address == 0)
		*address = find_place(s, size);
	if (*address == 0)
		return -ENOMEM;
	r.start = r.node_at = *address;
	r.end = r.start + size;
	if (node != NULL && offset < node->size)
		r.node_size = (uintptr_t)MIN(node->size - offset, (uint64_t)size);
	return space_map_segment(s, &r);
}

/* -- pages ------------------------------------------------------------------------ */

/* Nobody runs in this space before it is synced or gone, and nobody else takes a page before we sleep. */
static void
unmap_pages(struct space *s, uintptr_t start, uintptr_t end)
{
	for (uintptr_t at = start; at < end; at += PV_PAGE_SIZE) {
		pv_paddr page;
		unsigned flags;

		if (pv_space_query(&s->pv, pv_va(at), &page, &flags) != PV_OK)
			continue;
		page_drop(page);
		s->pages--;
	}
	/* Pages of one size only are mapped here, so this needs no memory and cannot fail. */
	if (pv_space_unmap(&s->pv, pv_va(start), end - start) != PV_OK)
		pv_panic("user pages at 0x%lx cannot be unmapped", (unsigned long)start);
}

/* In a batch, which ends with it: pages, tables and roots go at once, so no sync comes in between. */
static void
take_down(struct space *s)
{
	while (s->regions != NULL) {
		unmap_pages(s, s->regions->start, s->regions->end);
		region_remove(s, s->regions);
	}
	if (pv_space_destroy(&s->pv) != PV_OK)
		pv_panic("an address space that is in use was to be freed");
	if (pv_mmu_end() != PV_OK)
		pv_panic("pages of an address space cannot be unmapped");
	heap_free(s);
}

void
space_free(struct space *s)
{
	pv_mmu_begin();
	take_down(s);
}

void
space_leave(struct space *s, struct space *to)
{
	pv_mmu_begin();
	pv_space_activate(to != NULL ? &to->pv : NULL);
	take_down(s);
}

/* What the region's file has for that page. */
static int
fill(struct region *r, uintptr_t at, pv_paddr page)
{
	uintptr_t from = at > r->node_at ? at : r->node_at, end = r->node_at + r->node_size;
	uint64_t position = r->node_offset + (from - r->node_at);
	uint8_t part[512];

	if (r->node == NULL)
		return 0;
	end = MIN(end, at + PV_PAGE_SIZE);
	while (from < end) {
		int n = node_get(r->node, position, part, MIN(sizeof(part), end - from));

		if (n <= 0)
			return n;
		page_write(pv_pa_add(page, from & PV_PAGE_MASK), part, (size_t)n);
		from += (uintptr_t)n;
		position += (uint64_t)n;
	}
	return 0;
}

static int
add_page(struct space *s, struct region *r, uintptr_t at)
{
	pv_paddr page;
	int error = page_new_at(&page, at);

	if (error != 0)
		return error;
	error = fill(r, at, page);
	if (error == 0 && pv_space_map(&s->pv, pv_va(at), page, PV_PAGE_SIZE, flags_of(r, true)) != PV_OK)
		error = -ENOMEM;
	if (error != 0)
		page_drop(page);
	else
		s->pages++;
	if (error == 0 && (r->prot & PROT_EXEC) != 0)
		pv_code_sync((void *)at, PV_PAGE_SIZE);
	return error;
}

/* A page that may be written by its region, but not as it is mapped: it is shared since a fork, or was. */
static int
own_page(struct space *s, struct region *r, uintptr_t at, pv_paddr page)
{
	pv_status mapped, ended;
	pv_paddr own, now;
	unsigned flags;
	int error;

	if (page_users(page) == 1) {
		pv_mmu_begin();
		mapped = pv_space_protect(&s->pv, pv_va(at), PV_PAGE_SIZE, flags_of(r, true));
		pv_space_sync(&s->pv);
		ended = pv_mmu_end();
		return mapped == PV_OK && ended == PV_OK ? 0 : -ENOMEM;
	}
	error = page_new_at(&own, at);
	if (error != 0)
		return error;
	pv_frame_copy(own, page);
	/* One batch. Tables stay until its sync, so this needs no page (<pv/mmu.h>). */
	pv_mmu_begin();
	if (pv_space_unmap(&s->pv, pv_va(at), PV_PAGE_SIZE) != PV_OK)
		pv_panic("user page 0x%lx cannot be unmapped", (unsigned long)at);
	mapped = pv_space_map(&s->pv, pv_va(at), own, PV_PAGE_SIZE, flags_of(r, true));
	pv_space_sync(&s->pv);
	ended = pv_mmu_end();
	if (mapped == PV_OK && ended == PV_OK) {
		page_drop(page);
		return 0;
	}
	/* Some of it was not done: what is there counts. */
	if (pv_space_query(&s->pv, pv_va(at), &now, &flags) != PV_OK) {
		now = pv_pa(0);
		s->pages--;
	}
	if (now.v != own.v)
		page_drop(own);
	if (now.v != page.v)
		page_drop(page);
	return -EFAULT;
}

/* A stack region reaches down to what is touched, if that is in its room. */
static struct region *
grow(struct space *s, uintptr_t at)
{
	struct region *r = s->regions, *below = NULL;

	while (r != NULL && r->start <= at) {
		below = r;
		r = r->next;
	}
	if (r == NULL || r->lowest == 0 || at < r->lowest || (below != NULL && below->end > at) ||
	    r->start - at > MAX_SPACE - s->size)
		return NULL;
	s->size += r->start - at;
	r->start = at;
	return r;
}

int
space_fault(struct space *s, uintptr_t address, unsigned access)
{
	uintptr_t at = address & ~(uintptr_t)PV_PAGE_MASK;
	struct region *r = region_at(s, at);
	pv_paddr page;
	unsigned flags;

	if (r == NULL)
		r = grow(s, at);
	if (r == NULL || r->prot == 0)		/* a hole, or kept free on purpose */
		return -EFAULT;
	if ((access & PV_ACCESS_WRITE) != 0 && (r->prot & PROT_WRITE) == 0)
		return -EFAULT;
	if ((access & PV_ACCESS_EXEC) != 0 && (r->prot & PROT_EXEC) == 0)
		return -EFAULT;
	if (pv_space_query(&s->pv, pv_va(at), &page, &flags) != PV_OK)
		return add_page(s, r, at);
	if ((r->prot & PROT_WRITE) != 0 && (flags & PV_PROT_WRITE) == 0)
		return own_page(s, r, at, page);
	/* It is as it should be: an old translation was used, unless the CPU cannot tell kinds of access. */
	pv_space_sync(&s->pv);
	return (access & PV_ACCESS_UNKNOWN) != 0 ? -EFAULT : 0;
}

/* -- fork, and changes ------------------------------------------------------------- */

/* The pages of one region, for the child: the same ones, and from now on nobody may write. */
static int
share_pages(struct space *child, struct space *parent, struct region *r)
{
	if ((r->prot & PROT_WRITE) != 0 &&
	    pv_space_protect(&parent->pv, pv_va(r->start), r->end - r->start, flags_of(r, false)) != PV_OK)
		return -ENOMEM;
	for (uintptr_t at = r->start; at < r->end; at += PV_PAGE_SIZE) {
		pv_paddr page;
		unsigned flags;

		if (pv_space_query(&parent->pv, pv_va(at), &page, &flags) != PV_OK)
			continue;
		if (pv_space_map(&child->pv, pv_va(at), page, PV_PAGE_SIZE, flags_of(r, false)) != PV_OK)
			return -ENOMEM;
	}
	return 0;
}

/* Count the child as a user of what is mapped there: known for certain once the batch has ended. */
static void
count_pages(struct space *child)
{
	for (struct region *r = child->regions; r != NULL; r = r->next)
		for (uintptr_t at = r->start; at < r->end; at += PV_PAGE_SIZE) {
			pv_paddr page;
			unsigned flags;

			if (pv_space_query(&child->pv, pv_va(at), &page, &flags) != PV_OK)
				continue;
			page_share(page);
			child->pages++;
		}
}

struct space *
space_fork(struct space *from)
{
	struct space *s = space_new();
	bool good = s != NULL;

	if (!good)
		return NULL;
	for (struct region *r = from->regions; r != NULL && good; r = r->next)
		good = region_add(s, r) != NULL;
	pv_mmu_begin();
	for (struct region *r = s->regions; r != NULL && good; r = r->next)
		good = share_pages(s, from, r) == 0;
	pv_space_sync(&from->pv);
	good = pv_mmu_end() == PV_OK && good;
	count_pages(s);
	if (good)
		return s;
	space_free(s);
	return NULL;
}

static int
borders(struct space *s, uintptr_t address, uintptr_t size)
{
	uintptr_t end = space_user_end();
	int error;

	if ((address & PV_PAGE_MASK) != 0 || size == 0 || address >= end || size > end - address)
		return -EINVAL;
	error = region_split(s, address);
	return error != 0 ? error : region_split(s, address + (uintptr_t)pv_page_up(size));
}

int
space_unmap(struct space *s, uintptr_t address, uintptr_t size)
{
	uintptr_t end = address + (uintptr_t)pv_page_up(size);
	int error = borders(s, address, size);
	struct region *r, *next;

	if (error != 0)
		return error;
	for (r = s->regions; r != NULL; r = next) {
		next = r->next;
		if (r->start < address || r->end > end)
			continue;
		unmap_pages(s, r->start, r->end);
		region_remove(s, r);
	}
	pv_space_sync(&s->pv);
	return 0;
}

int
space_protect(struct space *s, uintptr_t address, uintptr_t size, unsigned prot)
{
	uintptr_t end = address + (uintptr_t)pv_page_up(size), covered = 0;
	int error = borders(s, address, size);

	if (error != 0)
		return error;
	for (struct region *r = s->regions; r != NULL; r = r->next)
		if (r->start >= address && r->end <= end)
			covered += r->end - r->start;
	if (covered != end - address)
		return -ENOMEM;
	for (struct region *r = s->regions; r != NULL; r = r->next) {
		if (r->start < address || r->end > end)
			continue;
		r->prot = prot;
		/* The right to write comes with the first write: the page may be shared since a fork. */
		if (pv_space_protect(&s->pv, pv_va(r->start), r->end - r->start, flags_of(r, false)) != PV_OK)
			return -ENOMEM;
	}
	pv_space_sync(&s->pv);
	return 0;
}
