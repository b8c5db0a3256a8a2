/*
 * The ROM's words: a hole at the top, calls that are refused.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "paging.h"

#define TOP		0xfc000000u
#define SEL_BIG		0x28
#define SEL_CODE16	0x30

static struct page a;

static uint32_t
limit(uint32_t selector)
{
	uint32_t value = 0;

	__asm__ volatile("lsl %1, %0" : "=r"(value) : "r"(selector));
	return value;
}

TEST(top, truncated, "1.3: descriptors are truncated so that no segment reaches the hole; LSL shows it")
{
	static uint64_t gdt[8] __attribute__((aligned(4096)));
	struct __attribute__((packed)) { uint16_t limit; uint32_t base; } t = { sizeof(gdt) - 1, (uint32_t)gdt };

	CHECK(go_on_with_rom());
	if (ring1)		/* the table in use is the ROM's from the start */
		IS(limit(0x10), TOP - 1);
	for (uint32_t i = 0; i < 5; i++)
		gdt[i] = early_gdt[i];
	VMI(VMI_SET_GDT, (uint32_t)&t);
	IS(limit(0x10), TOP - 1);
	IS(limit(0x23), TOP - 1);
	VMI(VMI_WRITE_GDT_ENTRY, (uint32_t)gdt, SEL_BIG / 8, 0x0000ffff, 0xfacf9300);
	IS(limit(SEL_BIG), TOP - 0xfa000000 - 1);
	VMI(VMI_WRITE_GDT_ENTRY, (uint32_t)gdt, SEL_CODE16 / 8, 0x0000ffff, 0x00009b00);
	IS(limit(SEL_CODE16), 0xffff);
}

TEST(top, entry, "1.1: first linear address the hypervisor owns: CURRENT_AS in the hole")
{
	uint32_t was;

	CHECK(paging_start());
	was = entry_low(&window_table, 0x3ff & (pae ? 511 : 1023));
	announce("SetPxE(Long)?: virtual_top claims this address \\(address 0xfffff000");
	set_entry(&window_table, 0x3ff & (pae ? 511 : 1023), (uint32_t)&a | KERNEL, 0, VMI_PAGE_PT,
	    VMI_PTE_CURRENT_AS | 0xfffff000);
	IS(entry_low(&window_table, 0x3ff & (pae ? 511 : 1023)), was);
}

TEST(top, directory, "a directory entry in the hole is not made")
{
	struct page *last = &directory[pae ? 3 : 0];
	uint32_t index = pae ? 511 : 1023;

	announce("SetPxE(Long)?: virtual_top claims what this maps");
	set_entry(last, index, (uint32_t)&window_table | USER, 0, VMI_PAGE_PD, 0);
	IS(entry_low(last, index), 0);
	set_entry(last, pae ? 479 : 1007, (uint32_t)&window_table | USER, 0, VMI_PAGE_PD, 0);
	IS(entry_low(last, pae ? 479 : 1007) & ~0xfffu, (uint32_t)&window_table);
	set_entry(last, pae ? 479 : 1007, 0, 0, VMI_PAGE_PD, 0);
}

TEST(top, updated, "the same of entries that the kernel has stored")
{
	struct page *last = &directory[pae ? 3 : 0];
	uint32_t index = pae ? 511 : 1023;

	announce("UpdatePxE(Long)?: virtual_top claims this address \\(address 0xfffff000");
	update(&window_table, index, (uint32_t)&a | KERNEL, VMI_PAGE_PT | VMI_PTE_CURRENT_AS | 0xfffff000);
	update(&window_table, index, 0, VMI_PAGE_PT);
	announce("UpdatePxE(Long)?: virtual_top claims what this maps");
	update(last, index, LARGE | KERNEL, VMI_PAGE_PD);
	IS(entry_low(last, index), 0);
}

TEST(top, past, "an entry there that was written past the ROM is taken out")
{
	struct page *last = &directory[pae ? 3 : 0];
	uint32_t index = pae ? 480 : 1008, value;

	announce("SetCR3: what virtual_top claims is mapped");
	announce("SetCR3: a table was written past the interface");
	*(volatile uint32_t *)entry_of(last, index) = (uint32_t)&window_table | USER;
	VMI(VMI_SET_CR3, root());
	IS(entry_low(last, index), 0);
	CHECK(touch((uint32_t *)TOP, &value));
}

TEST(top, past_flush, "the same at FlushTLB")
{
	struct page *last = &directory[pae ? 3 : 0];
	uint32_t index = pae ? 480 : 1008;

	announce("FlushTLB: what virtual_top claims is mapped");
	announce("FlushTLB: a table was written past the interface");
	*(volatile uint32_t *)entry_of(last, index) = (uint32_t)&window_table | USER;
	VMI(VMI_FLUSH_TLB, VMI_FLUSH_TLB_BIT);
	IS(entry_low(last, index), 0);
}

TEST(refuse, call, "README: refuse=SetCR2:2: the second call of that name is not done")
{
	CHECK(go_on_with_rom());
	announce("refused SetCR2 2");
	VMI(VMI_SET_CR2, 0x1000);
	VMI(VMI_SET_CR2, 0x2000);
	IS(read_cr2(), 0x1000);
	VMI(VMI_SET_CR2, 0x3000);
	IS(read_cr2(), 0x3000);
}

TEST(refuse, asked, "README: the same while the client runs, by GetRelocationInfo")
{
	IS(kind(REFUSE << 16 | 2 << 8 | VMI_SET_CR2), VMI_KIND_NONE);
	announce("refused SetCR2 5");
	VMI(VMI_SET_CR2, 0x4000);
	VMI(VMI_SET_CR2, 0x5000);
	IS(read_cr2(), 0x4000);
	IS(kind(REFUSE << 16 | 1 << 8 | VMI_SET_CR2), VMI_KIND_NONE);
	IS(kind(REFUSE << 16 | VMI_SET_CR2), VMI_KIND_NONE);
	VMI(VMI_SET_CR2, 0x6000);
	IS(read_cr2(), 0x6000);
}

TEST(refuseinit, init, "1.3: anything but 0 is failure, and failure must be recoverable")
{
	announce("refused VMI_Init 1");
	CHECK(rom_init() != 0);
	IS(rom_init(), 0);
	CHECK(go_on_with_rom());
}

/* A word that is not understood is told at the BIOS entry, before the first line of this guest. */
TEST(words, unknown, "README: one that is not understood is told in the log")
{
	announce("words: nonsense is not understood");
	announce("words: bad=nothing is not understood");
	announce("words: top=0x123 is not understood");
	announce("words: refuse=SetCR2 is not understood");
	announce("words: refuse=Nobody:1 is not understood");
	announce("words: delay=many is not understood");
	CHECK(go_on_with_rom());
}

TEST(many, words, "README: 255 bytes of words")
{
	announce("words: 300 bytes are too many, none is taken");
	IS(*(uint32_t *)(rom + VMI_AT_TOP), 0);
	CHECK(go_on_with_rom());
}

TEST(quiet, off, "README: audit=off")
{
	CHECK(go_on_with_rom());
	VMI(VMI_SET_IOPL_MASK, 0x200);
	VMI(VMI_RELEASE_PAGE, 5, VMI_PAGE_PT);
	VMI(VMI_SET_LAZY_MODE, 7);
	VMI(VMI_FLUSH_TLB, 0);
}
