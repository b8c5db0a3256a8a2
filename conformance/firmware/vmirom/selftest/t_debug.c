/*
 * Debug registers, where it is the ROM that touches what the kernel watches: section 1.6
 * (24, 25), and what README says of debug exceptions.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "paging.h"

#define VECTOR_DB	1u
#define VECTOR_INT	0x31u
#define ENABLE(n)	(2u << 2 * (n))			/* DR7: register N, */
#define WRITES(n)	(1u << (16 + 4 * (n)))		/* for writes, */
#define ACCESSES(n)	(3u << (16 + 4 * (n)))		/* for reads as well, */
#define FOUR(n)		(3u << (18 + 4 * (n)))		/* of four bytes */

struct __attribute__((packed)) register48 {
	uint16_t limit;
	uint32_t base;
};

static struct page a;
static uint8_t buffer[8] __attribute__((aligned(8)));

/* The ROM's private memory begins where base memory ends: with a count for each call. */
static uint32_t
count_of(uint32_t call)
{
	uint32_t base_memory = 0x413;

	__asm__("" : "+r"(base_memory));
	return *(uint16_t *)base_memory * 1024u + 4 * call;
}

static void
watch(uint32_t n, const void *where, uint32_t how)
{
	VMI(VMI_SET_DR, n, (uint32_t)where);
	VMI(VMI_SET_DR, 6, 0);
	VMI(VMI_SET_DR, 7, 0x400 | ENABLE(n) | how);
}

/* Debug exceptions since BEFORE, and the registers that they were for. */
static void
seen(uint32_t before, uint32_t count, uint32_t hits)
{
	VMI(VMI_SET_DR, 7, 0x400);
	IS(trap_count[VECTOR_DB], before + count);
	IS(VMI(VMI_GET_DR, 6) & 15, hits);
	if (count != 0)
		IS(last_trap.vector, VECTOR_DB);
}

TEST(debug, own, "README: what watches the ROM's own memory since before VMI_Init is turned off")
{
	uint32_t before = trap_count[VECTOR_DB];

	announce("VMI_Init: the ROM's memory is watched no longer \\(number 1, address 0x");
	announce("VMI_Init: the ROM's memory is watched no longer \\(number 2, address 0x");
	write_dr0((uint32_t)buffer);
	write_dr1(count_of(VMI_GET_CR3));
	write_dr2((uint32_t)rom + 0x90);
	write_dr7(0x400 | ENABLE(0) | WRITES(0) | ENABLE(1) | WRITES(1) | FOUR(1) | ENABLE(2) | ACCESSES(2) | FOUR(2));
	CHECK(go_on_with_rom());
	(void)VMI(VMI_GET_CR3);
	IS(VMI(VMI_GET_DR, 7) & 0xff, ENABLE(0));
	seen(before, 0, 0);
}

/* PUSHAL, PUSHL DS and ES: how the ROM's ring 0 begins, and its gate. */
TEST(debug, own_refused, "README: SetDR does not watch the ROM's own memory, but for routines that it tells")
{
	uint32_t at = 0x90;

	announce("SetDR: the ROM's memory cannot be watched \\(number 3, address 0x");
	VMI(VMI_SET_DR, 3, 0x1234);
	VMI(VMI_SET_DR, 3, count_of(0));
	IS(VMI(VMI_GET_DR, 3), 0x1234);
	while (rom[at] != 0x60 || rom[at + 1] != 0x1e || rom[at + 2] != 0x06)
		at++;
	VMI(VMI_SET_DR, 3, (uint32_t)rom + at);
	IS(VMI(VMI_GET_DR, 3), 0x1234);
}

TEST(debug, entry, "1.6: 24, 38, 39: an entry that is watched, and set by the ROM")
{
	uint32_t before;

	CHECK(paging_start());
	before = trap_count[VECTOR_DB];
	watch(0, entry_of(&window_table, 3), WRITES(0) | FOUR(0));
	show(3, &a, KERNEL, 0);
	IS(entry_low(&window_table, 3), (uint32_t)&a | KERNEL);
	seen(before, 1, 1);
	if (ring1) {
		IS(last_trap.cs, 9);
		IS(last_trap.eip, (uint32_t)invoke_return);
	}
}

TEST(debug, two, "two at once: none is forgotten")
{
	uint32_t before = trap_count[VECTOR_DB];

	watch(0, entry_of(&window_table, 4), WRITES(0) | FOUR(0));
	watch(3, entry_of(&window_table, 5), WRITES(3) | FOUR(3) | ENABLE(0) | WRITES(0) | FOUR(0));
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_MMU);
	show(4, &a, KERNEL, 0);
	show(5, &a, KERNEL, 0);
	IS(trap_count[VECTOR_DB], before);
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_OFF);
	seen(before, ring1 ? 1 : 2, ring1 ? 9 : 8);	/* the emulator's DR6 has the last alone */
}

static const volatile uint32_t *watched;
static uint32_t samples, sample[8][2];

static void
sample_entry(void)
{
	if (samples < 8) {
		sample[samples][0] = watched[0];
		sample[samples][1] = watched[1];
	}
	samples++;
}

/* Entry 6 as the processor may find it while it is set: as it was, as it is to be, or not present. */
static void
set_watched(uint32_t low, uint32_t high)
{
	uint32_t old[2] = { watched[0], watched[1] };

	samples = 0;
	set_entry(&window_table, 6, low, high, VMI_PAGE_PT, 0);
	CHECK(samples >= 2 && samples <= 8);
	for (uint32_t i = 0; i < samples && i < 8; i++)
		if ((sample[i][0] & P) && (sample[i][0] != old[0] || sample[i][1] != old[1]) &&
		    (sample[i][0] != low || sample[i][1] != high))
			wrong("0x%x 0x%x on the way to 0x%x 0x%x", sample[i][0], sample[i][1], low, high);
	CHECK(watched[0] == low && watched[1] == high);
}

TEST(debug, order, "1.7: high word then low word; present to present = clear low, write high, write low")
{
	if (!pae || ring1)	/* in ring 1 they come when all is done */
		return;
	watched = entry_of(&window_table, 6);
	trap_hook = sample_entry;
	VMI(VMI_SET_DR, 0, (uint32_t)watched);
	VMI(VMI_SET_DR, 1, (uint32_t)(watched + 1));
	VMI(VMI_SET_DR, 7, 0x400 | ENABLE(0) | WRITES(0) | FOUR(0) | ENABLE(1) | WRITES(1) | FOUR(1));
	set_watched((uint32_t)&a | KERNEL, 0x80000000);
	set_watched((uint32_t)&a | KERNEL | US, 0);
	set_watched((uint32_t)&a | KERNEL, 0x80000000);
	set_watched(0, 0);
	set_watched(0x1000, 0x1);
	set_watched(0, 0);
	VMI(VMI_SET_DR, 7, 0x400);
	trap_hook = 0;
}

TEST(debug, string, "1.6: 53: in the middle of a string, which goes on")
{
	struct registers r = { .edx = 0x71, .ecx = 5, .edi = (uint32_t)buffer };
	uint32_t before = trap_count[VECTOR_DB];

	port_out(0x70, 0x0f);
	port_out(0x71, 0xa5);
	port_out(0x70, 0x0f);
	watch(2, buffer + 2, WRITES(2));
	invoke(routine_of(VMI_INSB), &r);
	IS(r.ecx, 0);
	IS(r.edi, (uint32_t)buffer + 5);
	IS(buffer[2], 0xa5);
	seen(before, 1, 4);
}

TEST(debug, routine, "a routine of the ROM that is stopped at")
{
	uint32_t before = trap_count[VECTOR_DB], routine = routine_of(VMI_GET_CR3);
	struct registers r = { 0 };

	watch(0, (void *)routine, 0);
	invoke(routine, &r);
	IS(r.eax, root());
	IS(last_trap.eip, routine);
	seen(before, 1, 1);
}

/* What the processor looks at by itself on bare hardware, the ROM reads: the gate, the descriptors. */
TEST(debug, tables, "1.10: tables that are watched: the ROM's looks at them are not the kernel's")
{
	uint32_t before = trap_count[VECTOR_DB], ints = trap_count[VECTOR_INT];
	struct register48 t = { 0, 0 };

	if (!ring1)
		return;
	VMI(VMI_GET_IDT, (uint32_t)&t);
	watch(0, (uint32_t *)t.base + 2 * VECTOR_INT, ACCESSES(0) | FOUR(0));
	__asm__ volatile("int $0x31" : : : "memory");
	IS(trap_count[VECTOR_INT], ints + 1);
	seen(before, 0, 0);
}
