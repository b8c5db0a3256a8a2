/*
 * Page-table pages as AllocatePage and ReleasePage register them. Of each the ROM keeps
 * two sums over its present entries, without the bits that the processor sets: an entry
 * that was written past the ROM makes them differ. Where an entry was stored and told
 * (UpdatePxE) both together say whether no other was, and what it was before.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "rom.h"
#include "rom_io.h"

#define PRESENT		0x01u
#define ACCESSED_DIRTY	0x60u
#define LARGE		0x80u
#define ALLOCATE_FLAGS	(VMI_PAGE_LEVELS | VMI_PAGE_PAE | VMI_PAGE_CLONE | VMI_PAGE_ZEROED)
#define CHECKED_AT_ONCE	2u	/* tables that a flush looks at beyond its own */

struct table *
pages_find(uint32_t frame)
{
	struct table *table = ram()->table;

	for (uint32_t i = 0; i < TABLES; i++) {
		struct table *t = &table[(frame + i) % TABLES];

		if (t->state == TABLE_FREE)
			return 0;
		if (t->frame == frame)
			return t;
	}
	return 0;
}

/* A place for FRAME, that of a released one if need be; 0 if all are in use. */
static struct table *
insert(uint32_t frame)
{
	struct ram *r = ram();

	for (uint32_t i = 0; i < TABLES; i++) {
		struct table *t = &r->table[(frame + i) % TABLES];

		if (t->state != TABLE_USED)
			return t;
	}
	return 0;
}

static bool
used(const struct table *t)
{
	return t && t->state == TABLE_USED;
}

/*
 * Which entry a difference comes from: no two weights are the same in their low ten bits, and above
 * these they follow no pattern that entries may have, as the index alone would.
 */
static uint32_t
weight(uint32_t index)
{
	uint32_t mixed = (index + 1) * 0x9e3779b1u;

	return ((mixed ^ mixed >> 15) * 0x85ebca6bu & ~1023u) | index;
}

/*
 * Turned until no bit that an entry may have is among the nine at the top: two weights may have so many
 * factors of two in common, which would lose it.
 */
static uint64_t
part(const uint32_t *entry, bool pae)
{
	uint64_t value = entry[0] & ~ACCESSED_DIRTY;

	if (pae)
		value |= (uint64_t)entry[1] << 32;
	return (value & PRESENT) ? value << 12 | value >> 52 : 0;
}

/* Of table T as PAGE has it now. */
static void
sums(const struct table *t, const uint32_t *page, uint64_t *sum, uint64_t *weighted)
{
	bool pae = t->flags & VMI_PAGE_PAE;
	uint32_t words = pae ? 2 : 1;
	uint64_t value;

	*sum = *weighted = 0;
	for (uint32_t i = 0; i < 1024; i += words)
		if (page[i] & PRESENT) {	/* most are not */
			value = part(page + i, pae);
			*sum += value;
			*weighted += value * weight(i / words);
		}
}

void
pages_resum(struct table *t)
{
	const uint32_t *page = space_page(t->frame);

	t->seen = page != 0;
	if (page)
		sums(t, page, &t->sum, &t->weighted);
}

void
pages_entry_changed(struct table *t, uint32_t index, const uint32_t *old, const uint32_t *new)
{
	bool pae = t->flags & VMI_PAGE_PAE;
	uint64_t more = part(new, pae) - part(old, pae);

	t->sum += more;
	t->weighted += more * weight(index);
}

void
pages_check(struct frame *f, struct table *t)
{
	const uint32_t *page = used(t) ? space_page(t->frame) : 0;
	uint64_t sum, weighted;

	if (!page)
		return;
	sums(t, page, &sum, &weighted);
	if (t->seen && (sum != t->sum || weighted != t->weighted))
		complain(f, "a table was written past the interface (page %x", t->frame * PAGE);
	t->seen = true;
	t->sum = sum;
	t->weighted = weighted;
}

/*
 * Entry INDEX was stored by the client, which tells so. True if nothing else has changed since the ROM last knew the
 * table; OLD is then what the entry was, with the processor's bits set: nobody knows those.
 */
bool
pages_told(struct frame *f, struct table *t, uint32_t index, uint32_t *old)
{
	bool pae = t->flags & VMI_PAGE_PAE, known = used(t) && t->seen;
	const uint32_t *page = space_page(t->frame);
	struct table before = *t;
	uint64_t value;

	pages_resum(t);
	if (!known || !page)
		return false;
	if (t->weighted - before.weighted != (t->sum - before.sum) * weight(index)) {
		complain(f, "the table was written past the interface elsewhere (entry %x, page %x",
		    (uint32_t)(page + (pae ? 2 * index : index)), t->frame * PAGE);
		return false;
	}
	value = part(page + (pae ? 2 * index : index), pae) - (t->sum - before.sum);
	value = value >> 12 | value << 52;
	old[0] = (value & PRESENT) ? (uint32_t)value | ACCESSED_DIRTY : 0;
	old[1] = (uint32_t)(value >> 32);
	return true;
}

/* The directories of CR3, and a few more in turn. */
void
pages_check_some(struct frame *f, uint32_t cr3)
{
	struct ram *r = ram();
	uint32_t roots[4], count = space_roots(cr3, roots), checked = 0;

	while (count-- > 0)
		if (roots[count] != 0)
			pages_check(f, pages_find(roots[count]));
	for (uint32_t i = 0; i < TABLES && checked < CHECKED_AT_ONCE; i++) {
		struct table *t = &r->table[r->scan++ % TABLES];

		if (used(t)) {
			pages_check(f, t);
			checked++;
		}
	}
}

/* Index and level against the address that CURRENT_AS brings. */
static void
audit_current(struct frame *f, const struct table *t, uint32_t index, uint32_t flags)
{
	uint32_t page = flags & ~(PAGE - 1), levels = t->flags & VMI_PAGE_LEVELS, mapped;
	bool pae = t->flags & VMI_PAGE_PAE;
	uint32_t wanted = levels == VMI_PAGE_PT ? page >> 12 : page >> (pae ? 21 : 22);
	uint32_t roots[4], count;

	if (levels != VMI_PAGE_PT && levels != VMI_PAGE_PD)
		return;
	if ((wanted & (pae ? 511 : 1023)) != index) {
		complain(f, "the address is not what the entry maps (address %x, entry %u", page, index);
		return;
	}
	if (!(read_cr0() & CR0_PG))
		return;
	if (levels == VMI_PAGE_PT) {
		if (space_table_of(page, &mapped) && mapped != t->frame)
			complain(f, "not an entry of the current space (address %x, table %x", page, t->frame * PAGE);
		return;
	}
	count = space_roots(read_cr3(), roots);
	if (count != 0 && roots[count == 4 ? page >> 30 : 0] != t->frame)
		complain(f, "not a directory of the current space (address %x, page %x", page, t->frame * PAGE);
}

/* An entry about to be stored (or stored already, UpdatePxE). */
void
pages_audit_entry(struct frame *f, uint32_t where, uint32_t low, uint32_t high, uint32_t flags)
{
	struct ram *r = ram();
	bool pae = f->call == VMI_SET_PXE_LONG || f->call == VMI_UPDATE_PXE_LONG;
	uint32_t frame, target = low / PAGE | high << 20;
	struct table *t;

	if ((read_cr0() & CR0_PG) && pae != space_pae())
		complain(f, "the tables in use have the other form (CR4 %x", read_cr4());
	if (where % (pae ? 8 : 4) != 0)
		complain(f, "the entry is not aligned (entry %x", where);
	if (!r->allocated || (flags & VMI_PAGE_LEVELS) == VMI_PAGE_PDP)
		return;		/* the top table of PAE is part of a page and not registered */
	if (!space_frame(where, &frame)) {
		complain(f, "no linear mapping tells where the entry is (entry %x", where);
		return;
	}
	t = pages_find(frame);
	if (!t) {
		complain(f, "the page is not allocated (entry %x", where);
		return;
	}
	if (!used(t)) {
		complain(f, "the page was released (entry %x", where);
		return;
	}
	if ((t->flags & VMI_PAGE_PD) && (low & (PRESENT | LARGE)) == PRESENT && !used(pages_find(target)))
		complain(f, "leads to a page that is not allocated (entry %x, page %x", where, target * PAGE);
	if (flags & VMI_PTE_CURRENT_AS)
		audit_current(f, t, where % PAGE / (pae ? 8 : 4), flags);
}

/* What the client wrote there itself, without an entry being told, or before the page was allocated. */
static void
audit_directory(struct frame *f, uint32_t cr3, const struct table *t)
{
	uint32_t width = (t->flags & VMI_PAGE_PAE) ? 2 : 1, target;
	const uint32_t *page = space_page(t->frame);

	for (uint32_t i = 0; page && i < 1024; i += width) {
		if ((page[i] & (PRESENT | LARGE)) != PRESENT)
			continue;
		target = page[i] / PAGE | (width == 2 ? page[i + 1] << 20 : 0);
		if (!used(pages_find(target)))
			complain(f, "a directory leads to a page that is not allocated (CR3 %x, entry %x, page %x",
			    cr3, (uint32_t)(page + i), target * PAGE);
	}
}

void
pages_audit_root(struct frame *f, uint32_t cr3)
{
	uint32_t roots[4], count;

	if (!ram()->allocated)
		return;
	count = space_roots(cr3, roots);
	while (count-- > 0) {
		const struct table *t = pages_find(roots[count]);

		if (roots[count] == 0)
			continue;
		if (used(t) && (t->flags & VMI_PAGE_PD))
			audit_directory(f, cr3, t);
		else
			complain(f, "a page directory is not allocated (CR3 %x, page %x", cr3, roots[count] * PAGE);
	}
}

static void
clone(struct frame *f, struct table *t)
{
	uint32_t first = f->stack[0], count = f->stack[1], width = (t->flags & VMI_PAGE_PAE) ? 2 : 1;
	uint32_t *from = space_page(f->ecx), *to = space_page(t->frame);

	if (first > 1024 / width || count > 1024 / width - first) {
		complain(f, "more entries than a table has (first %u, count %u", first, count);
		return;
	}
	if (!used(pages_find(f->ecx)))
		complain(f, "the source is not allocated (page %x", f->ecx * PAGE);
	if (!from || !to) {
		complain(f, "no linear mapping tells where the pages are (page %x", f->eax * PAGE);
		return;
	}
	for (uint32_t i = first * width; i < (first + count) * width; i++)
		to[i] = from[i];
}

/* EAX page, EDX flags, ECX source, then first and count. */
void
pages_allocate(struct frame *f)
{
	struct ram *r = ram();
	struct table *t = pages_find(f->eax);
	uint32_t flags = f->edx & (VMI_PAGE_LEVELS | VMI_PAGE_PAE);

	r->allocated = true;
	if ((flags & VMI_PAGE_LEVELS) == 0 || (f->edx & ~ALLOCATE_FLAGS) != 0)
		complain(f, "no level, or flags that do not exist (flags %x", f->edx);
	if ((read_cr0() & CR0_PG) && !(flags & VMI_PAGE_PAE) != !space_pae())
		complain(f, "the tables in use have the other form (flags %x", f->edx);
	if (used(t) && (t->flags & flags & VMI_PAGE_LEVELS) != 0)
		complain(f, "allocated already (page %x", f->eax * PAGE);
	if (!used(t)) {
		t = t ? t : insert(f->eax);
		if (!t) {
			if (!r->tables_full)
				complain(f, "more pages than this ROM can watch (page %x", f->eax * PAGE);
			r->tables_full = true;
			r->allocated = false;	/* from now on nobody could tell right from wrong */
			return;
		}
		*t = (struct table){ .frame = f->eax, .state = TABLE_USED };
	} else {
		pages_check(f, t);
	}
	t->flags |= (uint8_t)flags;
	if (f->edx & VMI_PAGE_CLONE)
		clone(f, t);
	guard_table(f, t);
	pages_resum(t);
}

static bool
in_use(uint32_t frame)
{
	struct ram *r = ram();
	uint32_t roots[4], count, start;

	for (uint32_t i = 0; i < CPUS; i++) {
		count = r->cpu[i].cr3 != 0 && (read_cr0() & CR0_PG) ? space_roots(r->cpu[i].cr3, roots) : 0;
		while (count-- > 0)
			if (roots[count] == frame)
				return true;
	}
	return (read_cr0() & CR0_PG) && space_find(frame, &start);
}

/* EAX page, EDX flags. */
void
pages_release(struct frame *f)
{
	struct table *t = pages_find(f->eax);
	uint32_t levels = f->edx & VMI_PAGE_LEVELS;

	if (!used(t)) {
		if (!ram()->tables_full)
			complain(f, "not allocated (page %x", f->eax * PAGE);
		return;
	}
	if ((levels & ~t->flags) != 0 || levels == 0)
		complain(f, "allocated for another level (page %x, flags %x", f->eax * PAGE, f->edx);
	pages_check(f, t);
	if (in_use(f->eax))
		complain(f, "still part of the current space (page %x", f->eax * PAGE);
	t->flags &= (uint8_t)~levels;
	if ((t->flags & VMI_PAGE_LEVELS) == 0) {
		t->state = TABLE_RELEASED;
		tlb_table_released(f->eax);
	}
}
