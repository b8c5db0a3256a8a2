/*
 * What a ROM that keeps ring 0 does not let happen to its memory, nor to the addresses it
 * claims: sections 1.1, 1.3 and 1.7, each rule seen to fire.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "paging.h"

static struct page page_a;

/* What the BIOS left. */
static uint32_t
bios_word(uint32_t where)
{
	__asm__("" : "+r"(where));
	return *(uint16_t *)where;
}

/* The first page of the ROM's private memory, which begins where base memory ends. */
static uint32_t
private_page(void)
{
	return bios_word(0x413) * 1024u;
}

TEST(ring1, memory, "the ROM's memory is not for programs: audited in the page-table calls")
{
	uint32_t private = private_page();

	announce("SetPxE(Long)?: a program could reach the ROM's memory");
	show(9, (struct page *)private, USER, 0);
	IS(entry_low(&window_table, 9) & US, 0);
	show(9, (struct page *)private, KERNEL, 0);
	IS(entry_low(&window_table, 9) & (P | US), P);
	show(9, 0, 0, 0);
	VMI(VMI_INVAL_PAGE, (uint32_t)shown(9));
}

TEST(ring1, memory_update, "the same of an entry that the kernel has stored: it is made the kernel's")
{
	announce("UpdatePxE(Long)?: a program could reach the ROM's memory");
	update(&window_table, 9, private_page() | USER, VMI_PAGE_PT);
	IS(entry_low(&window_table, 9) & (P | US), P);
	update(&window_table, 9, 0, VMI_PAGE_PT);
	VMI(VMI_INVAL_PAGE, (uint32_t)shown(9));
}

TEST(ring1, memory_large, "the same of large pages, set and stored")
{
	uint32_t index = 5 + window_directory_index();

	announce("SetPxE(Long)?: a program could reach the ROM's memory");
	set_entry(window_directory(), index, LARGE | USER, 0, VMI_PAGE_PD, 0);
	IS(entry_low(window_directory(), index), LARGE | KERNEL);
	announce("UpdatePxE(Long)?: a program could reach the ROM's memory");
	update(window_directory(), index, LARGE | USER, VMI_PAGE_PD);
	IS(entry_low(window_directory(), index), LARGE | KERNEL);
	set_entry(window_directory(), index, (pae ? 1u << 21 : 1u << 22) | LARGE | USER, 0, VMI_PAGE_PD, 0);
	set_entry(window_directory(), index, 0, 0, VMI_PAGE_PD, 0);
	VMI(VMI_FLUSH_TLB, 3);
}

TEST(ring1, memory_allocate, "the same of what is in a page that becomes a table")
{
	*(volatile uint32_t *)entry_of(&spare[1], 3) = private_page() | USER;
	*(volatile uint32_t *)entry_of(&spare[1], 4) = (private_page() + PAGE) | USER;
	*(volatile uint32_t *)entry_of(&spare[1], 5) = (uint32_t)&page_a | USER;
	announce("AllocatePage: a program could reach the ROM's memory");
	allocate(&spare[1], VMI_PAGE_PT);
	IS(entry_low(&spare[1], 3) & (P | US), P);
	IS(entry_low(&spare[1], 4) & (P | US), P);
	IS(entry_low(&spare[1], 5) & US, US);
	release(&spare[1], VMI_PAGE_PT);
}

TEST(ring1, memory_stays, "README: the ROM's memory has to stay mapped: entries that take it away are not set")
{
	uint32_t index = private_page() / PAGE, entry = entry_low(&identity[0], index), first = entry_low(directory, 0);
	uint32_t image = (uint32_t)rom / PAGE;

	announce("SetPxE(Long)?: this takes the ROM's memory away");
	set_entry(&identity[0], index, 0, 0, VMI_PAGE_PT, 0);
	IS(entry_low(&identity[0], index) & ~0x60u, entry & ~0x60u);
	announce("SetPxE(Long)?: this takes the ROM's memory away");
	set_entry(&identity[0], index, private_page() | P, 0, VMI_PAGE_PT, 0);
	IS(entry_low(&identity[0], index) & RW, RW);
	announce("SetPxE(Long)?: this takes the ROM's memory away");
	set_entry(&identity[0], image, (uint32_t)&page_a | KERNEL, 0, VMI_PAGE_PT, 0);
	announce("SetPxE(Long)?: this takes the ROM's memory away");
	set_entry(directory, 0, (uint32_t)&window_table | USER, 0, VMI_PAGE_PD, 0);
	IS(entry_low(directory, 0) & ~0x60u, first & ~0x60u);
	set_entry(&identity[0], image, image * PAGE | P, 0, VMI_PAGE_PT, 0);	/* read-only: it is a ROM */
	set_entry(&identity[0], image, image * PAGE | KERNEL, 0, VMI_PAGE_PT, 0);
	VMI(VMI_INVAL_PAGE, (uint32_t)rom);
}

/* For another table in place of the one that maps the first pages. */
static void
copy_identity(void)
{
	for (uint32_t i = 0; i < 1024; i++)
		spare[1].word[i] = identity[0].word[i];
}

/* A page that the ROM does without for a moment: the last below the BIOS's own data. */
TEST(ring1, memory_put_back, "the same of entries that the kernel has stored: they are put back")
{
	uint32_t page = bios_word(0x40e) * 16u / PAGE - 1, first = entry_low(directory, 0);

	announce("UpdatePxE(Long)?: this takes the ROM's memory away");
	update(&identity[0], page, (uint32_t)&page_a | KERNEL, VMI_PAGE_PT);
	IS(entry_low(&identity[0], page) & ~0x60u, page * PAGE | KERNEL);
	copy_identity();
	*(volatile uint32_t *)entry_of(&spare[1], page) = (uint32_t)&page_a | KERNEL;
	allocate(&spare[1], VMI_PAGE_PT);
	announce("UpdatePxE(Long)?: this takes the ROM's memory away");
	update(directory, 0, (uint32_t)&spare[1] | USER, VMI_PAGE_PD);
	IS(entry_low(directory, 0) & ~0x60u, first & ~0x60u);
	release(&spare[1], VMI_PAGE_PT);
}

/* Another space, with tables of its own for what entry 0 of the first directory maps. */
static uint32_t
other_space(void)
{
	static uint32_t other_top[8] __attribute__((aligned(32)));

	copy_identity();
	for (uint32_t i = 0; i < 1024; i++)
		spare[2].word[i] = directory[0].word[i];
	allocate(&spare[1], VMI_PAGE_PT);
	allocate(&spare[2], VMI_PAGE_PD);
	set_entry(&spare[2], 0, (uint32_t)&spare[1] | USER, 0, VMI_PAGE_PD, 0);
	for (uint32_t i = 0; pae && i < 4; i++)
		other_top[2 * i] = (i == 0 ? (uint32_t)&spare[2] : (uint32_t)&directory[i]) | P;
	return pae ? (uint32_t)other_top : (uint32_t)&spare[2];
}

TEST(ring1, memory_spaces, "a space without the ROM's memory is not taken, one that shows it is mended")
{
	uint32_t index = private_page() / PAGE, other = other_space();

	VMI(VMI_SET_CR3, other);
	IS((uint32_t)VMI(VMI_GET_CR3), other);
	VMI(VMI_SET_CR3, root());
	set_entry(&spare[1], index, 0, 0, VMI_PAGE_PT, 0);	/* nobody runs there */
	announce("SetCR3: the ROM's memory is not mapped there");
	VMI(VMI_SET_CR3, other);
	IS((uint32_t)VMI(VMI_GET_CR3), root());
	set_entry(&spare[1], index, private_page() | KERNEL, 0, VMI_PAGE_PT, 0);
	announce("SetCR3: programs could reach the ROM's memory there");
	announce("a table was written past the interface");
	*(volatile uint32_t *)entry_of(&spare[1], index) |= US;
	VMI(VMI_SET_CR3, other);
	IS((uint32_t)VMI(VMI_GET_CR3), other);
	IS(entry_low(&spare[1], index) & US, 0);
	VMI(VMI_SET_CR3, root());
	release(&spare[2], VMI_PAGE_PD);
	release(&spare[1], VMI_PAGE_PT);
}

TEST(ring1, memory_seen, "the same of tables in use that a SetLinearMapping shows")
{
	uint32_t index = private_page() / PAGE;

	announce("SetLinearMapping: programs could reach the ROM's memory there");
	announce("SetLinearMapping: a table was written past the interface");
	*(volatile uint32_t *)entry_of(&identity[0], index) |= US;
	VMI(VMI_SET_LINEAR_MAPPING, 0, 0, (16u << 20) / PAGE, 0);
	IS(entry_low(&identity[0], index) & US, 0);
}

/* With the stack's top at an address. */
static uint32_t
call_on(uint32_t stack, uint32_t routine)
{
	uint32_t result;

	__asm__ volatile("movl %%esp, %%ebx; movl %2, %%esp; call *%1; movl %%ebx, %%esp"
	    : "=a"(result) : "r"(routine), "r"(stack) : "ebx", "ecx", "edx", "memory", "cc");
	return result;
}

TEST(ring1, stack_end, "1.5: arguments on the stack: behind them there may be nothing")
{
	show(70, &page_a, KERNEL, 0);
	IS(call_on((uint32_t)shown(71), routine_of(VMI_GET_CR3)), root());
	IS(call_on((uint32_t)shown(71), routine_of(VMI_GET_INTERRUPT_MASK)), 0);
	show(70, 0, 0, 0);
	VMI(VMI_INVAL_PAGE, (uint32_t)shown(70));
}
