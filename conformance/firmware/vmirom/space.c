/*
 * Where frames are mapped (SetLinearMapping), and what the address space in CR3 holds.
 * All reads of tables go through the client's mapping slots; a frame that none of them
 * covers is not looked at.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "rom.h"
#include "rom_io.h"

#define PRESENT		0x01u
#define LARGE		0x80u

/* The frame behind a linear address; false where no slot tells. Without paging they are one. */
bool
space_frame(uint32_t linear, uint32_t *frame)
{
	const struct mapping *m = ram()->mapping;

	*frame = linear / PAGE;
	if (!(read_cr0() & CR0_PG))
		return true;
	for (uint32_t i = 0; i < SLOTS_OF_MAPPING; i++) {
		uint32_t page = (linear - m[i].start) / PAGE;

		if (linear >= m[i].start && page < m[i].pages) {
			*frame = m[i].frame + page;
			return true;
		}
	}
	return false;
}

/* The other way; 0 where no slot tells. */
uint32_t *
space_page(uint32_t frame)
{
	const struct mapping *m = ram()->mapping;

	if (!(read_cr0() & CR0_PG))
		return (uint32_t *)(frame * PAGE);
	for (uint32_t i = 0; i < SLOTS_OF_MAPPING; i++)
		if (frame - m[i].frame < m[i].pages)
			return (uint32_t *)(m[i].start + (frame - m[i].frame) * PAGE);
	return 0;
}

bool
space_pae(void)
{
	return (read_cr4() & CR4_PAE) != 0;
}

/* The frames of the page directories that CR3 reaches; their number is 0 if they cannot be read. */
uint32_t
space_roots(uint32_t cr3, uint32_t roots[4])
{
	const uint32_t *top;

	if (!space_pae()) {
		roots[0] = cr3 / PAGE;
		return 1;
	}
	top = space_page(cr3 / PAGE);
	if (!top)
		return 0;
	top += (cr3 & 0xfe0) / 4;
	for (uint32_t i = 0; i < 4; i++)
		roots[i] = (top[2 * i] & PRESENT) ? top[2 * i] / PAGE | top[2 * i + 1] << 20 : 0;
	return 4;
}

/* The directory entry of a page of the current space: its low half, or 0. */
static uint32_t
directory_entry(uint32_t page, uint32_t *frame)
{
	uint32_t roots[4], count = space_roots(read_cr3(), roots), low;
	const uint32_t *directory;

	if (count == 0)
		return 0;
	directory = space_page(roots[count == 4 ? page >> 30 : 0]);
	if (!directory)
		return 0;
	if (count == 4) {
		directory += 2 * (page >> 21 & 511);
		*frame = directory[0] / PAGE | directory[1] << 20;
	} else {
		directory += page >> 22;
		*frame = directory[0] / PAGE;
	}
	low = directory[0];
	return (low & PRESENT) ? low : 0;
}

/* The page table that maps PAGE now. */
bool
space_table_of(uint32_t page, uint32_t *frame)
{
	uint32_t entry = directory_entry(page, frame);

	return entry != 0 && !(entry & LARGE);
}

/* Where the pages of a table, or of a directory, start in the current space; false if it is not part of it. */
bool
space_find(uint32_t table, uint32_t *start)
{
	uint32_t roots[4], count = space_roots(read_cr3(), roots), shift = count == 4 ? 21 : 22;

	for (uint32_t i = 0; i < count; i++) {
		const uint32_t *directory = roots[i] != 0 ? space_page(roots[i]) : 0;

		if (roots[i] == table) {
			*start = i << 30;
			return true;
		}
		for (uint32_t n = 0; directory && n < (count == 4 ? 512u : 1024u); n++) {
			uint32_t low = count == 4 ? directory[2 * n] : directory[n];
			uint32_t high = count == 4 ? directory[2 * n + 1] : 0;

			if ((low & (PRESENT | LARGE)) == PRESENT && (low / PAGE | high << 20) == table) {
				*start = i << 30 | n << shift;
				return true;
			}
		}
	}
	return false;
}

/* Whether entry INDEX of this directory maps what the hypervisor claims. */
bool
space_in_hole(uint32_t table, uint32_t index)
{
	uint32_t roots[4], top = WORDS->top, count;

	if (top == 0 || !(read_cr0() & CR0_PG))
		return false;
	count = space_roots(read_cr3(), roots);
	for (uint32_t i = (top >> 30) + 1; i < count; i++)
		if (roots[i] == table)
			return true;
	if (count == 4)
		return roots[top >> 30] == table && index >= (top >> 21 & 511);
	return count == 1 && roots[0] == table && index >= top >> 22;
}

/* Entries of the hole are taken out: what is there is the ROM's. */
void
space_check_hole(struct frame *f, uint32_t cr3)
{
	uint32_t roots[4], top = WORDS->top, count = space_roots(cr3, roots), width = count == 4 ? 2 : 1;
	uint32_t index = count == 4 ? top >> 21 & 511 : top >> 22;

	if (top == 0 || count == 0)
		return;
	for (uint32_t i = count == 4 ? top >> 30 : 0; i < count; i++, index = 0) {
		uint32_t *directory = roots[i] != 0 ? space_page(roots[i]) : 0;
		bool found = false;

		for (; directory && index < 1024 / width; index++)
			if (directory[index * width] & PRESENT) {
				complain(f, "what virtual_top claims is mapped (directory entry %u", index);
				directory[index * width] = 0;
				found = true;
			}
		if (found && pages_find(roots[i]))
			pages_resum(pages_find(roots[i]));
	}
}
