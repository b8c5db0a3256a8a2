/*
 * Translations that a change of an entry revoked, until they are flushed: a client that
 * goes to user code with one of its own left relies on an update that has not happened.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "rom.h"
#include "rom_io.h"

#define PRESENT		0x001u
#define WRITE		0x002u
#define USER		0x004u
#define ACCESSED	0x020u
#define LARGE		0x080u
#define GLOBAL		0x100u
#define UNKNOWN		1u	/* no page */

/* Only what the processor may hold: an entry never accessed is in no TLB. */
static bool
revokes(const struct table *t, const uint32_t *old, const uint32_t *new)
{
	bool leaf = !(t->flags & VMI_PAGE_PD) || (old[0] & LARGE);

	if ((old[0] & (PRESENT | ACCESSED)) != (PRESENT | ACCESSED) || !leaf)
		return false;
	return !(new[0] & PRESENT) || (old[0] ^ new[0]) / PAGE != 0 || (old[1] & 0xff) != (new[1] & 0xff) ||
	    (old[0] & ~new[0] & (WRITE | USER)) != 0 || (~old[1] & new[1] & 0x80000000u) != 0;
}

void
tlb_entry_changed(struct table *t, uint32_t where, const uint32_t *old, const uint32_t *new, uint32_t flags)
{
	struct cpu *c = this_cpu();
	bool global = (old[0] & GLOBAL) && (read_cr4() & CR4_PGE);

	if (!(read_cr0() & CR0_PG) || !revokes(t, old, new) || c->revoked_count == PENDING)
		return;
	c->revoked[c->revoked_count++] = (struct revoked){ t->frame, where,
	    (flags & VMI_PTE_CURRENT_AS) ? flags & ~(PAGE - 1) : UNKNOWN, global };
}

/* It is part of no space that runs: what its page maps when it is a table again has nothing to do with this. */
void
tlb_table_released(uint32_t frame)
{
	struct cpu *c = this_cpu();
	uint32_t kept = 0;

	for (uint32_t i = 0; i < c->revoked_count; i++)
		if (c->revoked[i].table != frame)
			c->revoked[kept++] = c->revoked[i];
	c->revoked_count = kept;
}

void
tlb_flushed(bool global)
{
	struct cpu *c = this_cpu();
	uint32_t kept = 0;

	for (uint32_t i = 0; i < c->revoked_count; i++)
		if (c->revoked[i].global && !global)
			c->revoked[kept++] = c->revoked[i];
	c->revoked_count = kept;
}

/* The page that an entry maps in the current space; UNKNOWN if in none. */
static uint32_t
page_of(const struct revoked *r)
{
	uint32_t start, width = space_pae() ? 8 : 4, index = r->entry % PAGE / width;
	const struct table *t = pages_find(r->table);

	if (r->page != UNKNOWN)
		return r->page;
	if (!t || !space_find(r->table, &start))
		return UNKNOWN;
	return start + index * ((t->flags & VMI_PAGE_PD) ? (width == 8 ? 512 : 1024) * PAGE : PAGE);
}

void
tlb_page_flushed(uint32_t page)
{
	struct cpu *c = this_cpu();
	uint32_t kept = 0;

	for (uint32_t i = 0; i < c->revoked_count; i++) {
		const struct table *t = pages_find(c->revoked[i].table);
		uint32_t size = t && (t->flags & VMI_PAGE_PD) ? (space_pae() ? 512 : 1024) * PAGE : PAGE;
		uint32_t of = page_of(&c->revoked[i]);

		if (of == UNKNOWN || (of ^ page) >= size)
			c->revoked[kept++] = c->revoked[i];
	}
	c->revoked_count = kept;
}

void
tlb_audit(struct frame *f)
{
	struct cpu *c = this_cpu();

	for (uint32_t i = 0; i < c->revoked_count; i++) {
		uint32_t page = page_of(&c->revoked[i]);

		if (page != UNKNOWN)
			complain(f, "a change was not flushed (entry %x, page %x", c->revoked[i].entry, page);
	}
	c->revoked_count = 0;
}
