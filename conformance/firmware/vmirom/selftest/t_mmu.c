/*
 * Page tables, in the form that the guest was asked for: section 1.7.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "paging.h"

static struct page a, b;

TEST(mmu, paging, "1.6: 15, 17, 18, 38, 39, 44, 48: tables made by calls, paging turned on")
{
	a.word[0] = 0xa;
	b.word[0] = 0xb;
	CHECK(paging_start());
	IS(read_cr0() >> 31, 1);
	IS(read_cr3(), root());
	IS(VMI(VMI_GET_CR3), root());
	IS((read_cr4() & CR4_PAE) != 0, pae);
}

TEST(mmu, new_entry, "1.7: a new entry needs no flush")
{
	uint32_t value;

	CHECK(touch(shown(0), &value));
	IS(fault_cr2, shown(0));
	show(0, &a, KERNEL, 0);
	IS(*shown(0), 0xa);
}

TEST(mmu, changed_entry, "1.6: 46 InvalPage; 2.4: after SetPxE on a present entry the old page is read until then")
{
	show(0, &b, KERNEL, 0);
	IS(*shown(0), 0xa);
	VMI(VMI_INVAL_PAGE, (uint32_t)shown(0));
	IS(*shown(0), 0xb);
}

TEST(mmu, upper_half, "1.7: SetPxELong: clear low, write high, write low")
{
	if (!pae)
		return;
	set_entry(&window_table, 9, (uint32_t)&a | KERNEL, 0x80000000, VMI_PAGE_PT, 0);
	IS(((uint32_t *)entry_of(&window_table, 9))[1], 0x80000000);
	IS(entry_low(&window_table, 9), (uint32_t)&a | KERNEL);
	set_entry(&window_table, 9, 0, 0, VMI_PAGE_PT, 0);
	IS(((uint32_t *)entry_of(&window_table, 9))[1], 0);
}

TEST(mmu, update, "1.6: 40, 41 UpdatePxE: the guest has already stored the entry; this notifies")
{
	*(volatile uint32_t *)entry_of(&window_table, 0) = (uint32_t)&a | KERNEL;
	VMI(pae ? VMI_UPDATE_PXE_LONG : VMI_UPDATE_PXE, (uint32_t)entry_of(&window_table, 0), VMI_PAGE_PT);
	VMI(VMI_INVAL_PAGE, (uint32_t)shown(0));
	IS(*shown(0), 0xa);
}

TEST(mmu, flush, "1.6: 47 FlushTLB: 1 | 2 (2 = also global; the emulator always flushes those)")
{
	show(1, &a, KERNEL | GLOBAL, 0);
	IS(*shown(1), 0xa);
	show(0, &b, KERNEL, 0);
	show(1, &b, KERNEL | GLOBAL, 0);
	VMI(VMI_FLUSH_TLB, VMI_FLUSH_TLB_BIT);
	IS(*shown(0), 0xb);
	VMI(VMI_FLUSH_TLB, VMI_FLUSH_TLB_BIT | VMI_FLUSH_GLOBAL);
	IS(*shown(1), 0xb);
	show(1, &a, KERNEL, 0);
	VMI(VMI_INVAL_PAGE, (uint32_t)shown(1));
}

TEST(mmu, cr3_flushes, "1.6: 17: CR3 write flushes the TLB")
{
	show(0, &a, KERNEL, 0);
	VMI(VMI_SET_CR3, root());
	IS(*shown(0), 0xa);
}

TEST(mmu, cleared_entry, "1.7: clearing: low first, then high")
{
	uint32_t value;

	show(0, 0, 0, 0);
	VMI(VMI_INVAL_PAGE, (uint32_t)shown(0));
	CHECK(touch(shown(0), &value));
	CHECK(touch_write(shown(0), value));
}

TEST(mmu, plain_clear, "1.7: clearing an already not-present entry may be done by a plain store")
{
	show(2, 0, 0x123456 << 1, 0);
	*(volatile uint32_t *)entry_of(&window_table, 2) = 0;
	VMI(VMI_FLUSH_TLB, VMI_FLUSH_TLB_BIT);
	VMI(VMI_SET_CR3, root());
}

TEST(mmu, accessed_dirty, "1.7: reading entries is a plain load; A/D bits appear there")
{
	show(2, &a, KERNEL, 0);
	*shown(2) = 0xa;
	IS(entry_low(&window_table, 2) & 0x60, 0x60);
	VMI(VMI_FLUSH_TLB, VMI_FLUSH_TLB_BIT);
	VMI(VMI_SET_CR3, root());
	show(2, 0, 0, 0);
	VMI(VMI_INVAL_PAGE, (uint32_t)shown(2));
}

TEST(mmu, current_as, "1.7: CURRENT_AS: bits 12..31 hold the address mapped")
{
	show(3, &a, KERNEL, VMI_PTE_CURRENT_AS | (uint32_t)shown(3));
	IS(*shown(3), 0xa);
	show(3, 0, 0, VMI_PTE_CURRENT_AS | (uint32_t)shown(3));
	VMI(VMI_INVAL_PAGE, (uint32_t)shown(3));
}

TEST(mmu, lazy, "1.6: 73 SetLazyMode; 1.7: 1: SetPxE may be queued until mode 0")
{
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_MMU);
	show(4, &a, KERNEL, 0);
	show(5, &b, KERNEL, 0);
	IS(entry_low(&window_table, 4), 0);
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_OFF);
	IS(*shown(4), 0xa);
	IS(*shown(5), 0xb);
}

TEST(mmu, lazy_flush, "1.7: InvalPage and FlushTLB flush implicitly; so do ours of README")
{
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_MMU);
	show(4, &b, KERNEL, 0);
	VMI(VMI_INVAL_PAGE, (uint32_t)shown(4));
	IS(*shown(4), 0xb);
	show(5, &a, KERNEL, 0);
	VMI(VMI_FLUSH_TLB, VMI_FLUSH_TLB_BIT);
	IS(*shown(5), 0xa);
	show(6, &a, KERNEL, 0);
	allocate(&spare[0], VMI_PAGE_PT);
	IS(*shown(6), 0xa);
	show(7, &a, KERNEL, 0);
	release(&spare[0], VMI_PAGE_PT);
	IS(*shown(7), 0xa);
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_OFF);
}

TEST(mmu, lazy_many, "1.7: a queue has an end: order and number are kept")
{
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_MMU);
	for (uint32_t i = 0; i < 100; i++)
		show(100 + i, i % 2 ? &a : &b, KERNEL, 0);
	show(100, &a, KERNEL, 0);
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_OFF);
	IS(*shown(100), 0xa);
	for (uint32_t i = 1; i < 100; i++)
		IS(*shown(100 + i), i % 2 ? 0xa : 0xb);
	for (uint32_t i = 0; i < 100; i++)
		show(100 + i, 0, 0, 0);
	VMI(VMI_FLUSH_TLB, VMI_FLUSH_TLB_BIT);
}

TEST(mmu, defer, "1.7: DEFER: may stay queued until the next flush/inval")
{
	show(8, &a, KERNEL, VMI_PTE_DEFER);
	IS(entry_low(&window_table, 8), 0);
	VMI(VMI_FLUSH_TLB, VMI_FLUSH_TLB_BIT);
	IS(*shown(8), 0xa);
}

TEST(mmu, lazy_cpu, "1.7: lazy mode 2: CR3, descriptor writes may be queued; flush is 0, then the old mode")
{
	static uint64_t table[2] __attribute__((aligned(4096)));

	write_cr3(root() | 8);
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_CPU);
	VMI(VMI_SET_CR3, root());
	VMI(VMI_WRITE_IDT_ENTRY, (uint32_t)table, 1, 0x11, 0x22);
	IS(read_cr3(), root() | 8);
	IS(table[1], 0);
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_OFF);
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_CPU);
	IS(read_cr3(), root());
	CHECK(table[1] == 0x2200000011);
	VMI(VMI_WRITE_LDT_ENTRY, (uint32_t)table, 0, 0x33, 0x44);
	VMI(VMI_CLTS);
	CHECK(table[0] == 0x4400000033);
	for (uint32_t i = 0; i < 40; i++)
		VMI(VMI_WRITE_LDT_ENTRY, (uint32_t)table, 0, i, 0);
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_OFF);
	IS(table[0], 39);
}

TEST(mmu, clone, "1.7: CLONE from ECX pfn, indices [first, first+count)")
{
	spare[1].word[0] = spare[1].word[1023] = 0;
	VMI(VMI_ALLOCATE_PAGE, pfn(&spare[1]), VMI_PAGE_PT | VMI_PAGE_CLONE | (pae ? VMI_PAGE_PAE : 0),
	    pfn(&window_table), 4, 2);
	IS(entry_low(&spare[1], 4), entry_low(&window_table, 4));
	IS(entry_low(&spare[1], 5), entry_low(&window_table, 5));
	IS(entry_low(&spare[1], 6), 0);
	IS(entry_low(&spare[1], 3), 0);
}

TEST(mmu, second_table, "1.6: 44, 45; 1.7: allocated before it is reachable, released after it is unreachable")
{
	uint32_t index = window_directory_index() + 1, value;

	set_entry(window_directory(), index, (uint32_t)&spare[1] | USER, 0, VMI_PAGE_PD, 0);
	IS(*shown((pae ? 512 : 1024) + 4), *shown(4));
	set_entry(window_directory(), index, 0, 0, VMI_PAGE_PD, 0);
	VMI(VMI_FLUSH_TLB, VMI_FLUSH_TLB_BIT);
	CHECK(touch(shown((pae ? 512 : 1024) + 4), &value));
	release(&spare[1], VMI_PAGE_PT);
}

TEST(mmu, mapping, "1.7: SetLinearMapping: how entry addresses turn into physical ones")
{
	struct page *there = (struct page *)(uint32_t)shown(20);

	show(20, &window_table, KERNEL, 0);
	VMI(VMI_SET_LINEAR_MAPPING, 1, (uint32_t)there, 1, pfn(&window_table));
	set_entry(there, 21, (uint32_t)&a | KERNEL, 0, VMI_PAGE_PT, 0);
	IS(*shown(21), 0xa);
	VMI(VMI_SET_LINEAR_MAPPING, 1, 0, 0, 0);
	show(20, 0, 0, 0);
	VMI(VMI_INVAL_PAGE, (uint32_t)there);
}

TEST(mmu, both_levels, "1.7: one page as PT and PD at once: Sanos does register PD|PT")
{
	allocate(&spare[2], VMI_PAGE_PD | VMI_PAGE_PT);
	release(&spare[2], VMI_PAGE_PD | VMI_PAGE_PT);
	allocate(&spare[2], VMI_PAGE_PD);
	allocate(&spare[2], VMI_PAGE_PT);
	release(&spare[2], VMI_PAGE_PD);
	release(&spare[2], VMI_PAGE_PT);
}

TEST(mmu, alias, "1.4: EIP is a linear address in the mapping through which the ROM was called")
{
	uint8_t *there = (uint8_t *)WINDOW + 256 * PAGE, *here = rom;
	uint32_t gate;

	/* The whole first MiB, as the ROM wants it. */
	for (uint32_t i = 0; i < 256; i++)
		show(256 + i, (struct page *)(i * PAGE), KERNEL, 0);
	rom = there + (uint32_t)here;
	gate = routine_of(VMI_GET_CR3);
	IS(gate - (uint32_t)there, (uint32_t)(gate - (uint32_t)there) & 0xfffff);
	CHECK(gate >= WINDOW);
	IS(VMI(VMI_GET_CR3), read_cr3());
	rom = here;
	IS(routine_of(VMI_GET_CR3), gate - (uint32_t)there);
	for (uint32_t i = 0; i < 256; i++)
		show(256 + i, 0, 0, 0);
	VMI(VMI_FLUSH_TLB, VMI_FLUSH_TLB_BIT);
}
