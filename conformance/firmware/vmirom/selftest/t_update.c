/*
 * Entries that the kernel stores itself and tells (UpdatePxE): done right, without a word
 * of the ROM, and done wrong so that each rule is seen to fire. Section 1.7.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "paging.h"

#define PT	VMI_PAGE_PT

static struct page a, b;

static void
tell(uint32_t index, uint32_t flags)
{
	VMI(pae ? VMI_UPDATE_PXE_LONG : VMI_UPDATE_PXE, (uint32_t)entry_of(&window_table, index), PT | flags);
}

/* Past the interface until it is told. */
static void
store(uint32_t index, uint32_t low)
{
	*(volatile uint32_t *)entry_of(&window_table, index) = low;
}

static void
clear(uint32_t index)
{
	set_entry(&window_table, index, 0, 0, PT, 0);
	VMI(VMI_INVAL_PAGE, (uint32_t)shown(index));
}

/* So that the ROM looks at the page: a write that nobody told would be complained about. */
static void
look(void)
{
	VMI(VMI_INVAL_PAGE, (uint32_t)shown(0));
}

TEST(mmu, update_each, "1.6: 40, 41: every entry of a table stored and told, set, changed, the same again, cleared")
{
	uint32_t count = pae ? 512 : 1024;

	a.word[0] = 0xa;
	b.word[0] = 0xb;
	for (uint32_t i = 300; i < count; i++)
		update(&window_table, i, (uint32_t)&a | KERNEL, PT);
	IS(*shown(300), 0xa);
	for (uint32_t i = 300; i < count; i++) {
		update(&window_table, i, (uint32_t)&b | P, PT);
		update(&window_table, i, (uint32_t)&b | P, PT);
		VMI(VMI_INVAL_PAGE, (uint32_t)shown(i));
	}
	IS(*shown(count - 1), 0xb);
	for (uint32_t i = 300; i < count; i++) {
		update(&window_table, i, i << 1, PT);
		update(&window_table, i, 0, PT);
	}
	VMI(VMI_FLUSH_TLB, VMI_FLUSH_TLB_BIT);
	look();
}

TEST(mmu, update_upper, "1.6: 41 UpdatePxELong: both halves of the entry")
{
	uint32_t *entry = entry_of(&window_table, 300);

	if (!pae)
		return;
	entry[1] = 0x80000012;
	update(&window_table, 300, (uint32_t)&a | KERNEL, PT);
	entry[1] = 0;
	tell(300, 0);
	clear(300);
	look();
}

TEST(mmu, update_accessed, "1.7: A and D are the processor's: they are no change that has to be told")
{
	update(&window_table, 301, (uint32_t)&a | KERNEL, PT);
	*shown(301) = 0xa;
	IS(entry_low(&window_table, 301) & 0x60, 0x60);
	update(&window_table, 302, (uint32_t)&a | KERNEL, PT);
	update(&window_table, 301, (uint32_t)&a | KERNEL, PT);
	clear(301);
	clear(302);
}

TEST(mmu, update_lazy, "1.7: lazy mode 1: UpdatePxE may be queued, too: in memory it is all the same")
{
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_MMU);
	show(303, &a, KERNEL, 0);
	update(&window_table, 304, (uint32_t)&b | KERNEL, PT);
	IS(entry_low(&window_table, 303), 0);		/* the one does not flush the other */
	IS(entry_low(&window_table, 304), (uint32_t)&b | KERNEL);
	for (uint32_t i = 305; i < 400; i++)
		update(&window_table, i, (uint32_t)&a | KERNEL, PT);
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_OFF);
	IS(*shown(303), 0xa);
	IS(*shown(304), 0xb);
	IS(*shown(399), 0xa);
	for (uint32_t i = 303; i < 400; i++)
		clear(i);
	user();
}

TEST(mmu, update_defer, "1.7: DEFER: may stay queued until the next flush/inval")
{
	update(&window_table, 303, (uint32_t)&a | KERNEL, PT | VMI_PTE_DEFER);
	VMI(VMI_INVAL_PAGE, (uint32_t)shown(303));
	IS(*shown(303), 0xa);
	user();
	clear(303);
}

TEST(mmu, update_elsewhere, "1.7: what went from a table out of use is not missed when its page is a table again")
{
	uint32_t index = window_directory_index() + 1;

	allocate(&spare[1], PT);
	update(&spare[1], 60, (uint32_t)&a | USER, PT);
	update(&spare[1], 60, 0, PT);
	release(&spare[1], PT);
	allocate(&spare[1], PT);
	set_entry(window_directory(), index, (uint32_t)&spare[1] | USER, 0, VMI_PAGE_PD, 0);
	user();
	set_entry(window_directory(), index, 0, 0, VMI_PAGE_PD, 0);
	VMI(VMI_FLUSH_TLB, VMI_FLUSH_TLB_BIT);
	release(&spare[1], PT);
}

TEST(mmu, defer_order, "1.7: of an entry set with DEFER, then without, the second stays")
{
	show(303, &a, KERNEL, VMI_PTE_DEFER);
	show(303, &b, KERNEL, 0);
	VMI(VMI_INVAL_PAGE, (uint32_t)shown(303));
	IS(*shown(303), 0xb);
	clear(303);
}

TEST(mmu, update_flushed, "README: non-flushed update relied upon: one that was flushed may be")
{
	update(&window_table, 304, (uint32_t)&a | USER, PT);
	IS(*shown(304), 0xa);
	update(&window_table, 304, (uint32_t)&b | USER, PT);
	VMI(VMI_INVAL_PAGE, (uint32_t)shown(304));
	user();
	update(&window_table, 304, (uint32_t)&a | USER, PT | VMI_PTE_DEFER);
	VMI(VMI_FLUSH_TLB, VMI_FLUSH_TLB_BIT);
	user();
	update(&window_table, 304, 0, PT);
	VMI(VMI_SET_CR3, root());
	user();
}

/* One entry told, others changed before: the ROM must not take the page as it is. */
static void
hidden(uint32_t told)
{
	announce(pae ? "UpdatePxELong: the table was written past the interface elsewhere \\(entry 0x"
		     : "UpdatePxE: the table was written past the interface elsewhere \\(entry 0x");
	tell(told, 0);
}

static void
put_back(const uint32_t *index, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		update(&window_table, index[i], 0, PT);
	VMI(VMI_FLUSH_TLB, VMI_FLUSH_TLB_BIT);
	look();
}

TEST(wrongmmu, update_other, "README: table page written directly: another entry, and one that is told")
{
	CHECK(paging_start());
	a.word[0] = 0xa;
	b.word[0] = 0xb;
	store(300, (uint32_t)&a | KERNEL);
	store(301, (uint32_t)&b | KERNEL);
	hidden(301);
	put_back((uint32_t []){ 300, 301 }, 2);
}

TEST(wrongmmu, update_only_other, "the same where the one that is told has not changed")
{
	store(300, (uint32_t)&a | KERNEL);
	hidden(301);
	put_back((uint32_t []){ 300 }, 1);
}

TEST(wrongmmu, update_swapped, "the same of two entries that changed places")
{
	update(&window_table, 300, (uint32_t)&a | KERNEL, PT);
	update(&window_table, 301, (uint32_t)&b | KERNEL, PT);
	store(300, (uint32_t)&b | KERNEL);
	store(301, (uint32_t)&a | KERNEL);
	hidden(301);
	put_back((uint32_t []){ 300, 301 }, 2);
}

TEST(wrongmmu, update_between, "the same where the others lie on both sides and change alike")
{
	for (uint32_t i = 300; i < 303; i++)
		update(&window_table, i, (uint32_t)&a | KERNEL, PT);
	for (uint32_t i = 300; i < 303; i++)
		store(i, (uint32_t)&a | P);
	hidden(301);
	put_back((uint32_t []){ 300, 301, 302 }, 3);
}

TEST(wrongmmu, update_far, "the same half a table away, with only a high bit of the frame changed")
{
	uint32_t other = pae ? 44 : 812;

	update(&window_table, other, (uint32_t)&a | KERNEL, PT);
	store(other, ((uint32_t)&a ^ 0x80000000) | KERNEL);
	hidden(300);
	put_back(&other, 1);
}

TEST(wrongmmu, update_execute, "the same with only the bit against execution changed")
{
	if (!pae)
		return;
	update(&window_table, 44, (uint32_t)&a | KERNEL, PT);
	((volatile uint32_t *)entry_of(&window_table, 44))[1] = 0x80000000;
	hidden(300);
	((volatile uint32_t *)entry_of(&window_table, 44))[1] = 0;
	put_back((uint32_t []){ 44 }, 1);
}

TEST(wrongmmu, update_untold, "1.6: 40, 41: an entry is told before it is flushed")
{
	store(300, (uint32_t)&a | KERNEL);
	announce("InvalPage: a table was written past the interface");
	VMI(VMI_INVAL_PAGE, (uint32_t)shown(300));
	tell(300, 0);
	clear(300);
}

/* Stored and told, not flushed: WHAT is what the entry becomes. */
static void
relied_upon(uint32_t what, uint32_t flags)
{
	update(&window_table, 60, (uint32_t)&a | USER, PT);
	VMI(VMI_INVAL_PAGE, (uint32_t)shown(60));
	IS(*shown(60), 0xa);
	update(&window_table, 60, what, PT | flags);
	announce("IRET: a change was not flushed \\(entry 0x[0-9a-f]+, page 0x4003c000, from");
	user();
}

TEST(wrongmmu, update_no_flush, "README: non-flushed update relied upon: stored and told, then to user code")
{
	relied_upon((uint32_t)&b | USER, 0);
}

TEST(wrongmmu, update_no_flush_cleared, "the same of an entry that was taken away")
{
	relied_upon(0, 0);
}

TEST(wrongmmu, update_no_flush_rights, "the same of rights, with the address by CURRENT_AS")
{
	relied_upon((uint32_t)&a | P | US, VMI_PTE_CURRENT_AS | (uint32_t)shown(60));
	clear(60);
}

TEST(wrongmmu, update_no_flush_kernel, "the same of a page that is the kernel's now")
{
	relied_upon((uint32_t)&a | KERNEL, 0);
	clear(60);
}

TEST(wrongmmu, update_no_flush_global, "1.6: 47: FlushTLB without 2 leaves global ones")
{
	update(&window_table, 60, (uint32_t)&a | USER | GLOBAL, PT);
	IS(*shown(60), 0xa);
	update(&window_table, 60, 0, PT);
	VMI(VMI_FLUSH_TLB, VMI_FLUSH_TLB_BIT);
	announce("IRET: a change was not flushed \\(entry 0x[0-9a-f]+, page 0x4003c000, from");
	user();
	clear(60);
}

TEST(wrongmmu, update_no_flush_upper, "the same of the upper half: no execution any more, and another frame")
{
	static const uint32_t upper[] = { 0x80000000, 1 };

	for (uint32_t i = 0; pae && i < 2; i++) {
		uint32_t *entry = entry_of(&window_table, 61 + i);

		update(&window_table, 61 + i, (uint32_t)&a | USER, PT);
		IS(*shown(61 + i), 0xa);
		entry[1] = upper[i];
		tell(61 + i, 0);
		announce(i == 0 ? "IRET: a change was not flushed \\(entry 0x[0-9a-f]+, page 0x4003d000, from"
				: "IRET: a change was not flushed \\(entry 0x[0-9a-f]+, page 0x4003e000, from");
		user();
		clear(61 + i);
	}
}

TEST(wrongmmu, update_no_flush_large, "the same of a large page, with its neighbour flushed")
{
	uint32_t size = pae ? 1u << 21 : 1u << 22, page = WINDOW + 5 * size, large = 8u << 20 | LARGE | USER;
	uint32_t cr4 = (uint32_t)VMI(VMI_GET_CR4);

	VMI(VMI_SET_CR4, cr4 | CR4_PSE);
	update(window_directory(), 5 + window_directory_index(), large, VMI_PAGE_PD);
	(void)*(volatile uint32_t *)page;
	update(window_directory(), 5 + window_directory_index(), 0, VMI_PAGE_PD);
	announce("IRET: a change was not flushed \\(entry 0x[0-9a-f]+, page 0x4[0-9a-f]+00000, from");
	VMI(VMI_INVAL_PAGE, page - size);
	user();
	VMI(VMI_INVAL_PAGE, page);
}

TEST(wrongmmu, update_waits, "1.7: DEFER: to user code before the flush, where a hypervisor may have the old entry")
{
	announce("IRET: deferred updates were not flushed \\(1 wait");
	update(&window_table, 300, (uint32_t)&a | USER, PT | VMI_PTE_DEFER);
	user();
	clear(300);
}

TEST(wrongmmu, update_waits_lazy, "the same in lazy mode MMU, which is told instead, and what it revoked, too")
{
	update(&window_table, 60, (uint32_t)&a | USER, PT);
	IS(*shown(60), 0xa);
	announce("IRET: a lazy mode is on \\(mode 1");
	announce("IRET: a change was not flushed \\(entry 0x[0-9a-f]+, page 0x4003c000, from");
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_MMU);
	update(&window_table, 60, (uint32_t)&b | USER, PT);
	user();
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_OFF);
	clear(60);
}

TEST(wrongmmu, update_overtaken, "1.7: an entry stored while an older value of it waits")
{
	show(300, &a, KERNEL, VMI_PTE_DEFER);
	announce("UpdatePxE(Long)?: an older value of the entry is still to be set");
	update(&window_table, 300, (uint32_t)&b | KERNEL, PT);
	clear(300);
	look();
}

TEST(wrongmmu, allocate_past, "README: table page written directly, seen at a second AllocatePage")
{
	allocate(&spare[5], VMI_PAGE_PT);
	*(volatile uint32_t *)entry_of(&spare[5], 1) = KERNEL;
	announce("AllocatePage: a table was written past the interface");
	allocate(&spare[5], VMI_PAGE_PD);
	release(&spare[5], VMI_PAGE_PD | VMI_PAGE_PT);
	*(volatile uint32_t *)entry_of(&spare[5], 1) = 0;
}

/* The rules for entries that are set hold for those that are stored and told. */
static void
told_wrong(const char *reason)
{
	print("# vmi-complaint UpdatePxE%s: %s\n", pae ? "Long" : "", reason);
}

TEST(wrongmmu, update_not_allocated, "1.7: a page must be allocated, and not released, before entries in it are told")
{
	told_wrong("the page is not allocated");
	update(&spare[3], 3, 0, PT);
	told_wrong("the page was released");
	allocate(&spare[2], PT);
	release(&spare[2], PT);
	update(&spare[2], 3, 0, PT);
	told_wrong("leads to a page that is not allocated");
	update(window_directory(), 5 + window_directory_index(), (uint32_t)&spare[4] | USER, VMI_PAGE_PD);
	update(window_directory(), 5 + window_directory_index(), 0, VMI_PAGE_PD);
}

TEST(wrongmmu, update_address, "1.7: CURRENT_AS: the address mapped by the entry, of the address space in CR3")
{
	told_wrong("the address is not what the entry maps");
	update(&window_table, 31, (uint32_t)&a | KERNEL, PT | VMI_PTE_CURRENT_AS | (uint32_t)shown(32));
	clear(31);
	told_wrong("not an entry of the current space");
	allocate(&spare[2], PT);
	update(&spare[2], 31, 0, PT | VMI_PTE_CURRENT_AS | (uint32_t)shown(31));
	release(&spare[2], PT);
	told_wrong("not a directory of the current space");
	allocate(&spare[2], VMI_PAGE_PD);
	update(&spare[2], window_directory_index(), 0, VMI_PAGE_PD | VMI_PTE_CURRENT_AS | (uint32_t)shown(0));
	release(&spare[2], VMI_PAGE_PD);
}

TEST(wrongmmu, update_nowhere, "1.7: SetLinearMapping tells where entries are; 1.6: 40, 41: of which form, at its size")
{
	told_wrong("no linear mapping tells where the entry is");
	show(40, &window_table, KERNEL, 0);
	update((struct page *)(uint32_t)shown(40), 41, 0, PT);
	clear(40);
	told_wrong("the entry is not aligned");
	VMI(pae ? VMI_UPDATE_PXE_LONG : VMI_UPDATE_PXE, (uint32_t)entry_of(&window_table, 50) + 2, PT);
	pae = !pae;
	told_wrong("the tables in use have the other form");
	tell(0, 0);
	pae = !pae;
}
