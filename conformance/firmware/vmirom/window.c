/*
 * Physical memory that the client has not mapped for the ROM: reached with page tables
 * of the ROM's own in place of the client's, for one access, interrupts off. They map
 * the first MiB where the client has it, and one page to look at. Also the first tables
 * of a processor that is being started: that page is then memory from 0 on.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "rom.h"
#include "rom_io.h"

#define MIB_PAGES	256u
#define PRESENT		0x1u
#define ENTRY		0x3u	/* and writable */
#define UNCACHED	0x18u

enum { TOP, DIRECTORY, DIRECTORY_2, TABLE, TABLE_2, LOOK, PAGES };
_Static_assert(PAGES <= WINDOW_PAGES, "rom.h");

/* Pages behind struct ram; physical with low_memory(0) taken off. */
static uint32_t *
page(uint32_t n)
{
	return (uint32_t *)((uint32_t)ram() + RAM_STRUCT + n * PAGE);
}

static uint32_t
physical(uint32_t n)
{
	return rom_facts.ram + RAM_STRUCT + n * PAGE;
}

/* Entry INDEX of a table in the form in use. */
static void
put(uint32_t *table, uint32_t index, uint32_t value, bool pae)
{
	table[pae ? 2 * index : index] = value;
}

/* Table N for the region of LINEAR; with PAE by the directory of MIB's GiB, or by the other. */
static void
hook(uint32_t linear, uint32_t n, uint32_t mib, bool pae)
{
	uint32_t directory = linear >> 30 == mib >> 30 ? DIRECTORY : DIRECTORY_2;

	if (!pae) {
		put(page(TOP), linear >> 22, physical(n) | ENTRY, false);
		return;
	}
	put(page(TOP), linear >> 30, physical(directory) | PRESENT, true);
	put(page(directory), linear >> 21 & 511, physical(n) | ENTRY, true);
}

/* The first MiB at MIB, and the region of LOOK for the page to look at. */
uint32_t
window_tables(uint32_t mib, uint32_t look, bool pae)
{
	uint32_t shift = pae ? 21 : 22, entries = pae ? 512 : 1024;

	for (uint32_t i = 0; i < PAGES * PAGE / 4; i++)
		((volatile uint32_t *)page(0))[i] = 0;
	hook(mib, TABLE, mib, pae);
	if (mib >> shift != (mib + MIB_PAGES * PAGE - 1) >> shift)
		hook(mib + MIB_PAGES * PAGE - 1, TABLE_2, mib, pae);
	if (look >> shift != mib >> shift)
		hook(look, LOOK, mib, pae);
	for (uint32_t i = 0; i < MIB_PAGES; i++) {
		uint32_t linear = mib + i * PAGE, table = linear >> shift == mib >> shift ? TABLE : TABLE_2;

		put(page(table), linear >> 12 & (entries - 1), i * PAGE | ENTRY, pae);
	}
	return physical(TOP);
}

/* For starting processors: memory from 0 on where it is, too. */
void
window_identity(bool pae)
{
	for (uint32_t i = 0; i < MIB_PAGES; i++)
		put(page(LOOK), i, i * PAGE | ENTRY, pae);
}

uint32_t
window(uint32_t where, uint32_t value, bool write)
{
	uint32_t mib = low_memory(0), look = (mib & 0xffc00000) ^ 0x80000000, cr3;
	volatile uint32_t *direct = (volatile uint32_t *)where;

	if (!(read_cr0() & CR0_PG)) {
		if (write)
			*direct = value;
		return *direct;
	}
	cr3 = window_tables(mib, look, space_pae());
	put(page(LOOK), 0, (where & ~(PAGE - 1)) | ENTRY | UNCACHED, space_pae());
	return window_go(cr3, look + where % PAGE, value, write);
}
