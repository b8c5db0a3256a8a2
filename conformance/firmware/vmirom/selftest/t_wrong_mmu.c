/*
 * A guest that does wrong with its page tables: each rule of the ROM is seen to fire.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "paging.h"

static struct page a, b;

TEST(wrongmmu, start, "the tables")
{
	CHECK(paging_start());
	a.word[0] = 0xa;
	b.word[0] = 0xb;
}

TEST(wrongmmu, not_allocated, "1.7: a page must be allocated before entries in it are set through calls")
{
	announce("SetPxE(Long)?: the page is not allocated \\(entry 0x[0-9a-f]+, from 0x[0-9a-f]+\\) "
	    "\\[pages.c:[0-9]+\\]$");
	set_entry(&spare[0], 3, (uint32_t)&a | KERNEL, 0, VMI_PAGE_PT, 0);
	set_entry(&spare[0], 3, 0, 0, VMI_PAGE_PT, 0);
}

TEST(wrongmmu, released, "1.7: a released page is ordinary memory again")
{
	announce("SetPxE(Long)?: the page was released");
	allocate(&spare[0], VMI_PAGE_PT);
	release(&spare[0], VMI_PAGE_PT);
	set_entry(&spare[0], 3, 0, 0, VMI_PAGE_PT, 0);
}

TEST(wrongmmu, twice, "3.6: allocate twice")
{
	announce("AllocatePage: allocated already");
	allocate(&spare[0], VMI_PAGE_PT);
	allocate(&spare[0], VMI_PAGE_PT);
	release(&spare[0], VMI_PAGE_PT);
}

TEST(wrongmmu, release_none, "3.6: release of a page not allocated")
{
	announce("ReleasePage: not allocated");
	release(&spare[3], VMI_PAGE_PT);
}

TEST(wrongmmu, release_level, "1.6: 45: the level flags of the allocation")
{
	announce("ReleasePage: allocated for another level");
	allocate(&spare[0], VMI_PAGE_PT);
	release(&spare[0], VMI_PAGE_PD);
	release(&spare[0], VMI_PAGE_PT);
}

TEST(wrongmmu, release_linked, "1.7: released after it is unreachable")
{
	announce("ReleasePage: still part of the current space");
	release(&window_table, VMI_PAGE_PT);
	allocate(&window_table, VMI_PAGE_PT);
}

TEST(wrongmmu, release_root, "3.6: release of a page still under CR3")
{
	announce("ReleasePage: still part of the current space");
	release(window_directory(), VMI_PAGE_PD);
	allocate(window_directory(), VMI_PAGE_PD);
}

/* Past the interface, then a call that looks. */
static void
write_past(uint32_t bits)
{
	announce("a table was written past the interface \\(page 0x");
	*(volatile uint32_t *)entry_of(&window_table, 30) = bits ? (uint32_t)&a | bits : 0;
}

TEST(wrongmmu, past_inval, "README: table page written directly, seen at InvalPage")
{
	write_past(KERNEL);
	VMI(VMI_INVAL_PAGE, (uint32_t)shown(30));
}

TEST(wrongmmu, past_flush, "README: table page written directly, seen at a FlushTLB")
{
	write_past(P);
	for (uint32_t i = 0; i < 8; i++)
		VMI(VMI_FLUSH_TLB, VMI_FLUSH_TLB_BIT);
}

TEST(wrongmmu, past_cr3, "README: table page written directly, seen at a SetCR3")
{
	write_past(0);
	for (uint32_t i = 0; i < 8; i++)
		VMI(VMI_SET_CR3, root());
}

TEST(wrongmmu, past_cr3_later, "the same at a SetCR3 that waited in lazy mode CPU")
{
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_CPU);
	VMI(VMI_SET_CR3, root());
	announce("SetLazyMode: a table was written past the interface \\(page 0x");
	*(volatile uint32_t *)entry_of(window_directory(), 5 + window_directory_index()) = LARGE | KERNEL;
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_OFF);
	set_entry(window_directory(), 5 + window_directory_index(), 0, 0, VMI_PAGE_PD, 0);
	VMI(VMI_FLUSH_TLB, VMI_FLUSH_TLB_BIT);
}

TEST(wrongmmu, past_inval_directory, "README: of a directory, seen at InvalPage of an address that it maps")
{
	announce("InvalPage: a table was written past the interface \\(page 0x");
	*(volatile uint32_t *)entry_of(window_directory(), 5 + window_directory_index()) = LARGE | KERNEL;
	VMI(VMI_INVAL_PAGE, (uint32_t)shown(0));
	set_entry(window_directory(), 5 + window_directory_index(), 0, 0, VMI_PAGE_PD, 0);
	VMI(VMI_FLUSH_TLB, VMI_FLUSH_TLB_BIT);
}

TEST(wrongmmu, past_release, "README: table page written directly, seen at ReleasePage")
{
	announce("ReleasePage: a table was written past the interface");
	allocate(&spare[0], VMI_PAGE_PT);
	*(volatile uint32_t *)entry_of(&spare[0], 1) = KERNEL;
	release(&spare[0], VMI_PAGE_PT);
	*(volatile uint32_t *)entry_of(&spare[0], 1) = 0;
}

TEST(wrongmmu, past_directory, "README: the same of a directory that CR3 reaches")
{
	uint32_t index = 5 + window_directory_index();

	announce("SetCR3: a table was written past the interface");
	*(volatile uint32_t *)entry_of(window_directory(), index) = (uint32_t)&window_table | USER;
	VMI(VMI_SET_CR3, root());
	set_entry(window_directory(), 5 + window_directory_index(), 0, 0, VMI_PAGE_PD, 0);
	VMI(VMI_SET_CR3, root());
}

TEST(wrongmmu, link, "1.7: a page must be allocated before it is reachable from CR3")
{
	announce("SetPxE(Long)?: leads to a page that is not allocated");
	set_entry(window_directory(), 5 + window_directory_index(), (uint32_t)&spare[4] | USER, 0, VMI_PAGE_PD, 0);
	set_entry(window_directory(), 5 + window_directory_index(), 0, 0, VMI_PAGE_PD, 0);
}

TEST(wrongmmu, root, "1.7: the same of a directory")
{
	static uint32_t other_top[8] __attribute__((aligned(32)));
	uint32_t i, other;

	announce("SetCR3: a page directory is not allocated");
	for (i = 0; i < 1024; i++)
		spare[5].word[i] = directory[0].word[i];
	other_top[0] = (uint32_t)&spare[5] | P;
	other = pae ? (uint32_t)other_top : (uint32_t)&spare[5];
	VMI(VMI_SET_CR3, other);
	VMI(VMI_SET_CR3, root());
}

TEST(wrongmmu, root_link, "1.7: the same of what a directory held before it was allocated")
{
	static uint32_t other_top[8] __attribute__((aligned(32)));

	for (uint32_t i = 0; i < 1024; i++)
		spare[5].word[i] = directory[0].word[i];
	*(uint32_t *)entry_of(&spare[5], 300) = (uint32_t)&spare[4] | USER;
	*(uint32_t *)entry_of(&spare[5], 301) = LARGE | USER;
	allocate(&spare[5], VMI_PAGE_PD);
	other_top[0] = (uint32_t)&spare[5] | P;
	announce("SetCR3: a directory leads to a page that is not allocated \\(CR3 0x[0-9a-f]+, "
	    "entry 0x[0-9a-f]+, page 0x");
	VMI(VMI_SET_CR3, pae ? (uint32_t)other_top : (uint32_t)&spare[5]);
	VMI(VMI_SET_CR3, root());
	release(&spare[5], VMI_PAGE_PD);
}

TEST(wrongmmu, address, "1.7: CURRENT_AS: the address mapped by the entry")
{
	announce("SetPxE(Long)?: the address is not what the entry maps");
	show(31, &a, KERNEL, VMI_PTE_CURRENT_AS | (uint32_t)shown(32));
	show(31, 0, 0, 0);
	VMI(VMI_INVAL_PAGE, (uint32_t)shown(31));
}

TEST(wrongmmu, other_space, "1.7: CURRENT_AS: entry belongs to the address space in CR3")
{
	announce("SetPxE(Long)?: not an entry of the current space");
	allocate(&spare[0], VMI_PAGE_PT);
	set_entry(&spare[0], 31, 0, 0, VMI_PAGE_PT, VMI_PTE_CURRENT_AS | (uint32_t)shown(31));
	release(&spare[0], VMI_PAGE_PT);
	announce("SetPxE(Long)?: not a directory of the current space");
	allocate(&spare[0], VMI_PAGE_PD);
	set_entry(&spare[0], window_directory_index(), 0, 0, VMI_PAGE_PD, VMI_PTE_CURRENT_AS | (uint32_t)shown(0));
	release(&spare[0], VMI_PAGE_PD);
}

TEST(wrongmmu, no_mapping, "1.7: SetLinearMapping tells where entries are")
{
	announce("SetPxE(Long)?: no linear mapping tells where the entry is");
	show(40, &window_table, KERNEL, 0);
	set_entry((struct page *)(uint32_t)shown(40), 41, 0, 0, VMI_PAGE_PT, 0);
	show(40, 0, 0, 0);
	VMI(VMI_INVAL_PAGE, (uint32_t)shown(40));
}

TEST(wrongmmu, form, "1.6: 38 non-PAE entry, 39 PAE entry")
{
	announce("the tables in use have the other form");
	pae = !pae;
	set_entry(&window_table, 0, 0, 0, VMI_PAGE_PT, 0);
	allocate(&spare[0], VMI_PAGE_PT);
	pae = !pae;
	release(&spare[0], VMI_PAGE_PT);
}

TEST(wrongmmu, unaligned, "an entry lies at its size")
{
	uint32_t where = (uint32_t)entry_of(&window_table, 50) + 2;

	announce("the entry is not aligned");
	if (pae)
		VMI(VMI_SET_PXE_LONG, 0, 0, where, VMI_PAGE_PT);
	else
		VMI(VMI_SET_PXE, 0, where, VMI_PAGE_PT);
}

TEST(wrongmmu, flags, "1.7: the flags of AllocatePage")
{
	announce("AllocatePage: no level, or flags that do not exist");
	allocate(&spare[0], 0);
	allocate(&spare[0], VMI_PAGE_PT | 0x80);
	release(&spare[0], VMI_PAGE_PT);
}

TEST(wrongmmu, clone, "1.7: CLONE: a source, and entries that a table has")
{
	uint32_t form = pae ? VMI_PAGE_PAE : 0;

	announce("AllocatePage: more entries than a table has");
	announce("AllocatePage: the source is not allocated");
	VMI(VMI_ALLOCATE_PAGE, pfn(&spare[0]), VMI_PAGE_PT | VMI_PAGE_CLONE | form, pfn(&window_table), 1000, 30);
	release(&spare[0], VMI_PAGE_PT);
	VMI(VMI_ALLOCATE_PAGE, pfn(&spare[0]), VMI_PAGE_PT | VMI_PAGE_CLONE | form, pfn(&spare[4]), 0, 1);
	release(&spare[0], VMI_PAGE_PT);
	announce("AllocatePage: no linear mapping tells where the pages are");
	VMI(VMI_ALLOCATE_PAGE, 0x3000, VMI_PAGE_PT | VMI_PAGE_CLONE | form, pfn(&window_table), 0, 1);
	VMI(VMI_RELEASE_PAGE, 0x3000, VMI_PAGE_PT | form);
}

TEST(wrongmmu, flush_flags, "1.6: 47: bit 0 is always set")
{
	announce("FlushTLB: flags that do not exist, or not bit 0");
	VMI(VMI_FLUSH_TLB, VMI_FLUSH_GLOBAL);
	VMI(VMI_FLUSH_TLB, 9);
}

TEST(wrongmmu, slot, "1.6: 48: slot 0..3")
{
	announce("SetLinearMapping: no such slot, or not page aligned");
	VMI(VMI_SET_LINEAR_MAPPING, 4, 0, 1, 0);
	VMI(VMI_SET_LINEAR_MAPPING, 3, 0x1234, 1, 0);
}

TEST(wrongmmu, no_flush, "README: non-flushed update relied upon: revoked, then to user code")
{
	show(60, &a, USER, 0);
	IS(*shown(60), 0xa);
	announce("IRET: a change was not flushed \\(entry 0x[0-9a-f]+, page 0x4003c000, from");
	show(60, &b, USER, 0);
	user();
	VMI(VMI_INVAL_PAGE, (uint32_t)shown(60));
}

TEST(wrongmmu, no_flush_rights, "the same of rights, with the address by CURRENT_AS")
{
	IS(*shown(60), 0xb);
	announce("IRET: a change was not flushed \\(entry 0x[0-9a-f]+, page 0x4003c000, from");
	show(60, &b, P | US, VMI_PTE_CURRENT_AS | (uint32_t)shown(60));
	user();
	VMI(VMI_INVAL_PAGE, (uint32_t)shown(60));
}

/* No complaint: never accessed, flushed, more rights, another space's. */
TEST(wrongmmu, flushed, "what needs no flush, or had one, is not told")
{
	show(61, &a, USER, 0);
	show(61, &b, USER, 0);
	IS(*shown(60), 0xb);
	show(60, &b, USER, 0);
	user();
	*shown(60) = 0xb;
	show(60, &a, USER, 0);
	VMI(VMI_INVAL_PAGE, (uint32_t)shown(60));
	IS(*shown(60), 0xa);
	show(60, 0, 0, 0);
	VMI(VMI_SET_CR3, root());
	user();
}

TEST(wrongmmu, deferred, "1.7: DEFER: until the next flush; a return to user code is none")
{
	announce("IRET: deferred updates were not flushed \\(1 wait");
	show(62, &a, USER, VMI_PTE_DEFER);
	user();
	IS(*shown(62), 0xa);
}

TEST(wrongmmu, sysexit, "3.6: to user code by SYSEXIT: not flushed, deferred, in a lazy mode")
{
	show(63, &a, USER, 0);
	IS(*shown(63), 0xa);
	announce("SYSEXIT: a change was not flushed \\(entry 0x[0-9a-f]+, page 0x4003f000, from");
	show(63, &b, USER, 0);
	user_again();
	announce("SYSEXIT: deferred updates were not flushed \\(1 wait");
	show(64, &a, USER, VMI_PTE_DEFER);
	user_again();
	announce("SYSEXIT: a lazy mode is on \\(mode 1");
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_MMU);
	user_again();
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_OFF);
	VMI(VMI_FLUSH_TLB, VMI_FLUSH_TLB_BIT);
	user_again();
}

TEST(wrongmmu, lazy_user, "3.6: to user code with a lazy mode on")
{
	announce("IRET: a lazy mode is on \\(mode 1");
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_MMU);
	user();
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_OFF);
	announce("IRET: a lazy mode is on \\(mode 2");
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_CPU);
	user();
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_OFF);
}

TEST(wrongmmu, lazy_halt, "3.6: the same of Halt")
{
	announce("Halt: a lazy mode is on");
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_MMU);
	irq0_open(true);
	pit_one_shot(2000);
	VMI(VMI_HALT);
	__asm__ volatile("cli");
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_OFF);
	announce("Halt: deferred updates were not flushed");
	show(65, &a, USER, VMI_PTE_DEFER);
	pit_one_shot(2000);
	VMI(VMI_HALT);
	__asm__ volatile("cli");
	irq0_open(false);
}

TEST(wrongmmu, nested, "1.7: modes do not nest and do not overlap")
{
	announce("SetLazyMode: modes do not nest \\(mode 1, now 1");
	announce("SetLazyMode: modes do not nest \\(mode 2, now 1");
	announce("SetLazyMode: there is no such mode");
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_MMU);
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_MMU);
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_CPU);
	VMI(VMI_SET_LAZY_MODE, 3);
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_OFF);
}

TEST(wrongmmu, lazy_cr3, "README: call in the wrong mode")
{
	announce("SetCR3: lazy mode MMU is on");
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_MMU);
	VMI(VMI_SET_CR3, root());
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_OFF);
}

TEST(wrongmmu, paging_off, "1.6: PE, PG, PAE may be impossible to turn off again")
{
	uint32_t cr0 = read_cr0(), cr4 = read_cr4();

	announce("SetCR0: PE and PG cannot be turned off again");
	announce("SetCR0: reserved bits are set");
	announce("SetCR4: PAE cannot be changed while paging is on");
	VMI(VMI_SET_CR0, cr0 & ~(CR0_PG | CR0_PE));
	IS(read_cr0(), cr0);
	VMI(VMI_SET_CR0, cr0 | 0x40);
	IS(read_cr0(), cr0);
	VMI(VMI_SET_CR4, cr4 ^ CR4_PAE);
	IS(read_cr4(), cr4);
}

/* The last case: from here on the ROM does not watch pages any more. */
TEST(wrongmmu, many, "README: 2048 pages")
{
	announce("AllocatePage: more pages than this ROM can watch");
	for (uint32_t i = 0; i < 2100; i++)
		VMI(VMI_ALLOCATE_PAGE, 0x10000 + i, VMI_PAGE_PT | (pae ? VMI_PAGE_PAE : 0));
	for (uint32_t i = 0; i < 2100; i++)
		VMI(VMI_RELEASE_PAGE, 0x10000 + i, VMI_PAGE_PT);
}
