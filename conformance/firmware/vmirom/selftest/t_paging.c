/*
 * Turning paging on, done wrong: what SetCR0 looks at. And calls from ring 1 that the
 * cases of t_ring1.c are not about.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "paging.h"

#define VECTOR_PF	14u
#define SEL_LDT		0x40
#define SEL_IN_LDT	0xf

struct __attribute__((packed)) register48 {
	uint16_t limit;
	uint32_t base;
};

static struct page a;

/* All of memory in large pages; with a hole claimed also the last entry. */
TEST(wrongpaging, unallocated, "1.7: a page must be allocated before it is reachable from CR3, with paging on")
{
	uint32_t cr0, cr4;

	CHECK(go_on_with_rom());
	for (uint32_t i = 0; i < 1024; i++)
		spare[0].word[i] = asked("hole") || i < 1008 ? i << 22 | LARGE | KERNEL : 0;
	cr4 = (uint32_t)VMI(VMI_GET_CR4);
	VMI(VMI_SET_CR4, cr4 | CR4_PSE);
	allocate(&spare[1], VMI_PAGE_PD);
	VMI(VMI_SET_CR3, (uint32_t)&spare[0]);
	announce("SetCR0: a page directory is not allocated");
	if (asked("hole"))
		announce("SetCR0: what virtual_top claims is mapped");
	cr0 = (uint32_t)VMI(VMI_GET_CR0);
	VMI(VMI_SET_CR0, cr0 | CR0_PG);
	IS(read_cr0() >> 31, 1);
	IS(spare[0].word[1023], 0);
}

TEST(wrongpast, written, "README: table page written directly, seen where paging is turned on")
{
	uint32_t cr0, cr4;

	CHECK(go_on_with_rom());
	cr4 = (uint32_t)VMI(VMI_GET_CR4);
	VMI(VMI_SET_CR4, cr4 | CR4_PSE);
	spare[0].word[1007] = (uint32_t)&spare[1] | KERNEL;
	allocate(&spare[0], VMI_PAGE_PD);
	for (uint32_t i = 0; i < 1007; i++)
		spare[0].word[i] = i << 22 | LARGE | KERNEL;
	VMI(VMI_SET_CR3, (uint32_t)&spare[0]);
	announce("SetCR0: a table was written past the interface");
	announce("SetCR0: a directory leads to a page that is not allocated");
	cr0 = (uint32_t)VMI(VMI_GET_CR0);
	VMI(VMI_SET_CR0, cr0 | CR0_PG);
	IS(read_cr0() >> 31, 1);
}

TEST(ring1, lazy, "1.7: lazy mode 1 from ring 1; a fault flushes what waits")
{
	uint32_t before = trap_count[VECTOR_PF];

	a.word[0] = 0xa;
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_MMU);
	show(80, &a, KERNEL, 0);
	show(81, &a, KERNEL, 0);
	IS(entry_low(&window_table, 80), 0);
	IS(*shown(80), 0xa);
	IS(entry_low(&window_table, 81), (uint32_t)&a | KERNEL);
	IS(trap_count[VECTOR_PF], before);
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_OFF);
	show(80, 0, 0, 0);
	show(81, 0, 0, 0);
	VMI(VMI_FLUSH_TLB, VMI_FLUSH_TLB_BIT);
}

TEST(ring1, lazy_cpu, "1.7: lazy mode 2 from ring 1: CR3 may be queued")
{
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_CPU);
	VMI(VMI_SET_CR3, root() | 8);
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_OFF);
	IS(VMI(VMI_GET_CR3), root() | 8);
	VMI(VMI_SET_CR3, root());
}

TEST(ring1, ldt, "1.6: 4, 8, 12: an LDT; ring 0 in it is ring 1, too")
{
	static uint64_t ldt[2] __attribute__((aligned(4096)));
	struct register48 t = { 0, 0 };
	uint32_t b = (uint32_t)ldt, gs = 0;

	VMI(VMI_GET_GDT, (uint32_t)&t);
	VMI(VMI_WRITE_LDT_ENTRY, b, 1, 0x0000ffff, 0x00cf9300);
	VMI(VMI_WRITE_GDT_ENTRY, t.base, SEL_LDT / 8, b << 16 | 15, (b & 0xff000000) | 0x8200 | (b >> 16 & 0xff));
	VMI(VMI_SET_LDT, SEL_LDT);
	IS(VMI(VMI_GET_LDT), SEL_LDT);
	__asm__ volatile("movl %1, %%gs; movl %%gs, %0; movl %2, %%gs" : "=r"(gs) : "r"(SEL_IN_LDT & ~2), "r"(0));
	IS(gs & 0xffff, SEL_IN_LDT & ~2);
	VMI(VMI_SET_LDT, 0);
	IS(VMI(VMI_GET_LDT), 0);
}

TEST(ring1, idt, "1.6: 5, 9: another IDT")
{
	static uint64_t other[50] __attribute__((aligned(4096)));
	struct register48 t = { 0, 0 }, o = { sizeof(other) - 1, (uint32_t)other };
	uint32_t before = trap_count[0x31] + trap_count[0x2f];

	VMI(VMI_GET_IDT, (uint32_t)&t);
	for (uint32_t i = 0; i < 50; i++)
		other[i] = ((uint64_t *)t.base)[i];
	other[0x31] = 0;
	VMI(VMI_SET_IDT, (uint32_t)&o);
	skip_fault = 2;
	__asm__ volatile("int $0x31" : : : "memory");
	IS(last_trap.vector, 13);
	IS(last_trap.error, 0x31 * 8 + 2);
	VMI(VMI_SET_IDT, (uint32_t)&t);
	__asm__ volatile("int $0x31" : : : "memory");
	IS(trap_count[0x31] + trap_count[0x2f], before + 1);
}

static void
string(uint32_t call, uint32_t *words, uint32_t port, uint32_t count, uint32_t size)
{
	bool out = call >= VMI_OUTSL;
	struct registers r = { .ecx = count, .edx = port, .esi = (uint32_t)words, .edi = (uint32_t)words };

	invoke(routine_of(call), &r);
	IS(r.ecx, 0);
	IS(out ? r.esi : r.edi, (uint32_t)words + count * size);
}

TEST(ring1, widths, "1.6: 49-60: ports of every width, single and in strings")
{
	uint32_t words[2] = { 0x0e0f, 0 }, command;

	string(VMI_OUTSB, words, 0x70, 2, 1);
	VMI(VMI_OUTB, 0x77, 0x71);
	VMI(VMI_OUTB, 0x0e, 0x70);
	IS((uint32_t)VMI(VMI_INB, 0, 0x71), 0x77);
	VMI(VMI_OUTL, 0x80000000, 0xcf8);
	string(VMI_INSW, words, 0xcfe, 2, 2);
	IS(words[0], 0x12371237);
	string(VMI_INSB, words, 0xcfc, 3, 1);
	IS(words[0], 0x12868686);
	VMI(VMI_OUTL, 0x80000004, 0xcf8);
	command = (uint32_t)VMI(VMI_INW, 0, 0xcfc) & 0xffff;
	VMI(VMI_OUTW, command ^ 0x100, 0xcfc);
	IS((uint32_t)VMI(VMI_INW, 0, 0xcfc) & 0xffff, command ^ 0x100);
	words[0] = command;
	string(VMI_OUTSW, words, 0xcfc, 1, 2);
	IS((uint32_t)VMI(VMI_INW, 0, 0xcfc) & 0xffff, command);
	if (kind(VMI_IO_DELAY) == VMI_KIND_CALL)
		VMI(VMI_IO_DELAY);
}
