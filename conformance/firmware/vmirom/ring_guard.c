/*
 * Guards of the personality that keeps ring 0: no program reaches the ROM's private
 * memory, and no address space is without the mapping in which the ROM runs. The calls
 * that change tables ask here; what would break a guard is told, and undone or not done.
 * Tables that no mapping slot shows cannot be judged.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "rom.h"
#include "rom_io.h"

#define PRESENT		0x01u
#define WRITE		0x02u
#define USER		0x04u
#define LARGE		0x80u
#define OWN		0x63u		/* present, writable, what the processor sets */
#define NO_EXECUTE	0x80000000u	/* of the high half */

/* Tables as they would be: one entry is taken to hold VALUE already. */
struct view {
	uint32_t cr3;
	bool pae;
	uint32_t frame, index;
	const uint32_t *value;		/* 0: all as it is */
};

/* An entry on the way to a page. */
struct step {
	uint32_t frame, index;
	uint32_t value[2];
};

static bool
is_private(uint32_t physical)
{
	return physical - rom_facts.ram < RAM_KB * 1024;
}

/* The ROM's pages one after the other: private memory, image. From 0 on, and 0 behind the last. */
static uint32_t
next_page(uint32_t physical)
{
	uint32_t image = rom_facts.rom & ~(PAGE - 1), end = rom_facts.rom + (uint32_t)(rom_end - rom_start);

	if (physical == 0)
		return rom_facts.ram;
	physical += PAGE;
	if (is_private(physical))
		return physical;
	if (physical < image)
		return image;
	return physical < end ? physical : 0;
}

/* False where no slot shows the table. */
static bool
take(const struct view *v, struct step *s)
{
	const uint32_t *page = space_page(s->frame), *value = page ? page + s->index * (v->pae ? 2 : 1) : 0;

	if (v->value && v->frame == s->frame && v->index == s->index)
		value = v->value;
	if (!value)
		return false;
	s->value[0] = value[0];
	s->value[1] = v->pae ? value[1] : 0;
	return true;
}

static bool
is_large(const struct view *v, const struct step *directory)
{
	return (directory->value[0] & LARGE) && (v->pae || (read_cr4() & CR4_PSE));
}

/* The entries of LINEAR, of directory and table, a large page's twice. False where they cannot be seen. */
static bool
walk(const struct view *v, uint32_t linear, struct step s[2])
{
	uint32_t roots[4], count = space_roots(v->cr3, roots);

	if (count == 0)
		return false;
	s[0] = (struct step){ .frame = roots[count == 4 ? linear >> 30 : 0],
	    .index = v->pae ? linear >> 21 & 511 : linear >> 22 };
	if (s[0].frame != 0 && !take(v, &s[0]))
		return false;
	s[1] = s[0];
	if (!(s[0].value[0] & PRESENT) || is_large(v, &s[0]))
		return true;
	s[1] = (struct step){ .frame = s[0].value[0] / PAGE | s[0].value[1] << 20,
	    .index = linear >> 12 & (v->pae ? 511 : 1023) };
	return take(v, &s[1]);
}

/* Whether one of the ROM's pages is as ring 0 needs it. */
static bool
stays(const struct view *v, uint32_t physical, struct step s[2])
{
	uint32_t both, frame, small = v->pae ? 511 : 1023;

	if (!walk(v, low_memory(physical), s))
		return true;
	both = s[0].value[0] & s[1].value[0];
	frame = s[1].value[0] / PAGE | s[1].value[1] << 20;
	if (is_large(v, &s[0]))
		frame = (frame & ~small) | (low_memory(physical) / PAGE & small);
	if (!(both & PRESENT) || frame != physical / PAGE)
		return false;
	if (is_private(physical))
		return both & WRITE;
	return !((s[0].value[1] | s[1].value[1]) & NO_EXECUTE);
}

/* The first of the ROM's pages that is not, with its entries; 0 if all are. */
static uint32_t
lost(const struct view *v, struct step s[2])
{
	for (uint32_t p = next_page(0); p != 0; p = next_page(p))
		if (!stays(v, p, s))
			return p;
	return 0;
}

/* The ROM's pages lie in one MiB: under two entries of directories at most, that of the first and the last. */
static uint32_t
end_of_rom(uint32_t which)
{
	return low_memory(which == 0 ? rom_facts.ram : rom_facts.rom + (uint32_t)(rom_end - rom_start) - 1);
}

/* Directory entries as they are good, for when the client has stored another one already. */
static void
remember(const struct view *v)
{
	struct step s[2];

	for (uint32_t i = 0; i < 2; i++)
		if (walk(v, end_of_rom(i), s)) {
			ram()->ring.directory[i][0] = s[0].value[0];
			ram()->ring.directory[i][1] = s[0].value[1];
		}
}

/* An entry by which a program could reach the private memory; LEVELS as AllocatePage has them. */
static bool
reaches(uint32_t levels, const uint32_t *value, bool pae)
{
	uint32_t low = value[0];

	if ((low & (PRESENT | USER)) != (PRESENT | USER) || (pae && value[1] << 12 != 0))
		return false;
	if ((levels & VMI_PAGE_PD) && (low & LARGE))
		return pae ? low >> 21 == 0 : low >> 22 == 0 && (low >> 13 & 0xff) == 0;
	return (levels & VMI_PAGE_LEVELS) != VMI_PAGE_PD && is_private(low & ~(PAGE - 1));
}

/* Makes it the kernel's. True: it was not. */
bool
guard_user(struct frame *f, uint32_t levels, uint32_t where, uint32_t *value, bool pae)
{
	if (!ram()->ring.on || !reaches(levels, value, pae))
		return false;
	complain(f, "a program could reach the ROM's memory (entry %x, value %x", where, value[0]);
	value[0] &= ~USER;
	return true;
}

/* The same of what is in a page that becomes a table. */
void
guard_table(struct frame *f, const struct table *t)
{
	bool pae = t->flags & VMI_PAGE_PAE, told = false;
	uint32_t *page = ram()->ring.on ? space_page(t->frame) : 0, width = pae ? 2 : 1;

	for (uint32_t i = 0; page && i < 1024; i += width)
		if (reaches(t->flags, page + i, pae)) {
			if (!told)
				complain(f, "a program could reach the ROM's memory (entry %x, value %x",
				    (uint32_t)(page + i), page[i]);
			told = true;
			page[i] &= ~USER;
		}
}

static bool
on_the_way(const struct view *v)
{
	struct step s[2];

	for (uint32_t i = 0; i < 2; i++)
		if (walk(v, end_of_rom(i), s) && (s[0].frame == v->frame || s[1].frame == v->frame))
			return true;
	return false;
}

/* True: with VALUE in it the ROM would lose a page, and VALUE is now what has to be there. */
bool
guard_away(struct frame *f, uint32_t where, uint32_t *value, bool pae)
{
	struct ring *g = &ram()->ring;
	struct view v = { read_cr3(), pae, 0, where % PAGE / (pae ? 8 : 4), value };
	struct step s[2];
	uint32_t page, region;

	if (!g->on || !(read_cr0() & CR0_PG) || pae != space_pae())
		return false;
	if (!space_frame(where, &v.frame) || !on_the_way(&v))
		return false;
	page = lost(&v, s);
	if (page == 0) {
		remember(&v);
		return false;
	}
	complain(f, "this takes the ROM's memory away (entry %x, value %x", where, value[0]);
	if (s[0].frame == v.frame && s[0].index == v.index) {
		region = ((low_memory(page) ^ end_of_rom(0)) >> (pae ? 21 : 22)) != 0;
		value[0] = g->directory[region][0];
		value[1] = g->directory[region][1];
	} else {
		value[0] = page | OWN;
		value[1] = 0;
	}
	return true;
}

/* An entry that nobody told is made the kernel's. */
static void
mend(struct frame *f, const struct step *s, bool pae)
{
	struct table *t = pages_find(s->frame);

	if (WORDS->audit)
		pages_check(f, t);
	space_page(s->frame)[s->index * (pae ? 2 : 1)] &= ~USER;
	if (t && t->state == TABLE_USED)
		pages_resum(t);
}

/* False: ring 0 could not run in that space. */
bool
guard_root(struct frame *f, uint32_t cr3)
{
	struct view v = { .cr3 = cr3, .pae = space_pae() };
	bool told = false;
	struct step s[2];
	uint32_t page;

	if (!ram()->ring.on)
		return true;
	page = lost(&v, s);
	if (page != 0) {
		complain(f, "the ROM's memory is not mapped there (CR3 %x, address %x", cr3, low_memory(page));
		return false;
	}
	for (uint32_t p = next_page(0); is_private(p); p = next_page(p))
		if (walk(&v, low_memory(p), s) && (s[0].value[0] & s[1].value[0] & USER)) {
			if (!told)
				complain(f, "programs could reach the ROM's memory there (CR3 %x, address %x", cr3,
				    low_memory(p));
			told = true;
			mend(f, &s[1], v.pae);
		}
	remember(&v);
	return true;
}
