/*
 * The ROM that keeps ring 0 for itself: sections 1.3, 1.6 and 1.10, as the kernel sees
 * them from ring 1.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "paging.h"

#define SEL_TSS		0x28
#define SEL_SPARE	0x38
#define SEL_PORTS	0x48
#define RING0_CODE	0x780u	/* the ROM's own */
#define VECTOR_UD	6u
#define VECTOR_NP	11u
#define VECTOR_PF	14u
#define VECTOR_GP	13u

struct __attribute__((packed)) register48 {
	uint16_t limit;
	uint32_t base;
};

static uint64_t gdt[16] __attribute__((aligned(4096)));
static uint32_t tss[26], user_stack[64], kernel_stack[512];
static struct page page_a, page_b;

static uint32_t
cs(void)
{
	uint32_t value;

	__asm__ volatile("movl %%cs, %0" : "=r"(value));
	return value & 0xffff;
}

static uint32_t
ss(void)
{
	uint32_t value;

	__asm__ volatile("movl %%ss, %0" : "=r"(value));
	return value & 0xffff;
}

void watch_all(void);
void watch_none(void);

TEST(watch, before, "planted instructions in ring 0 are the native ones")
{
	IS(cs(), 8);
	watch_none();
}

TEST(ring1, init, "1.3: after success the kernel may be running at CPL 1 or 2: it must re-read CS")
{
	if (!ring1)
		IS(cs(), 8);
	CHECK(go_on_with_rom());
	IS(cs(), 9);
	IS(ss(), 0x11);
	IS(eflags() & EFLAGS_IOPL, 0);
	IS(rom_init(), 0);		/* once more, from there */
	IS(cs(), 9);
}

/* One that the processor does not let pass at ring 1: the ROM tells address and opcode, the kernel gets the fault. */
#define PRIVILEGED(length, opcode, code...)	PRIVILEGED_AS(VECTOR_GP, length, opcode, code)
#define PRIVILEGED_AS(vector, length, opcode, code...)					\
do {											\
	uint32_t before = trap_count[vector];						\
											\
	announce("Trap: a privileged instruction past the interface \\(opcode " opcode ",");	\
	skip_fault = length;								\
	__asm__ volatile(code);								\
	IS(trap_count[vector], before + 1);						\
	IS(last_trap.cs, 9);								\
} while (0)

TEST(ring1, privileged, "3.6: direct privileged instructions are only visible when the ROM drops the guest to ring 1")
{
	static uint8_t buffer[8];

	PRIVILEGED(1, "0xfa", "cli");
	PRIVILEGED(1, "0xfb", "sti");
	PRIVILEGED(1, "0xf4", "hlt");
	PRIVILEGED(2, "0xe4", "inb $0x61, %%al" : : : "eax");
	PRIVILEGED(1, "0xef", "outl %%eax, %%dx" : : "a"(0), "d"(0xcf8));
	PRIVILEGED(1, "0x6c", "insb" : : "D"(buffer), "d"(0x61));
	PRIVILEGED(3, "0xf20", "movl %%cr0, %%eax" : : : "eax");
	PRIVILEGED(3, "0xf22", "movl %0, %%cr3" : : "a"(0));
	PRIVILEGED(3, "0xf21", "movl %%db7, %%eax" : : : "eax");
	PRIVILEGED(3, "0xf01", "lgdt (%0)" : : "a"(buffer));
	PRIVILEGED(3, "0xf01", "invlpg (%0)" : : "a"(buffer));
	PRIVILEGED(3, "0xf00", "ltr %w0" : : "a"(0));
	PRIVILEGED(2, "0xf06", "clts");
	PRIVILEGED(2, "0xf09", "wbinvd");
	PRIVILEGED(2, "0xf32", "rdmsr" : : "c"(0x174) : "eax", "edx");
	PRIVILEGED(2, "0xf30", "wrmsr" : : "c"(0x174), "a"(0), "d"(0));
	PRIVILEGED(4, "0xf01", "lgdt %%fs:(%0)" : : "a"(buffer));
	PRIVILEGED(2, "0x6e", "outsb %%gs:(%%esi), (%%dx)" : : "S"(buffer), "d"(0x80));
}

/* These are no instructions at all outside of ring 0. */
TEST(ring1, undefined, "3.6: the same of STAC, CLAC, MONITOR, MWAIT, and XSETBV before it was made one")
{
	PRIVILEGED_AS(VECTOR_UD, 3, "0xf01", ".byte 0x0f, 0x01, 0xcb");
	PRIVILEGED_AS(VECTOR_UD, 3, "0xf01", ".byte 0x0f, 0x01, 0xca");
	PRIVILEGED_AS(VECTOR_UD, 3, "0xf01", ".byte 0x0f, 0x01, 0xc8" : : "a"(0), "c"(0), "d"(0));
	PRIVILEGED_AS(VECTOR_UD, 3, "0xf01", ".byte 0x0f, 0x01, 0xc9" : : "a"(0), "c"(0));
	PRIVILEGED_AS((cpuid(1).ecx & CPUID1_ECX_XSAVE) ? VECTOR_GP : VECTOR_UD, 3, "0xf01",
	    ".byte 0x0f, 0x01, 0xd1" : : "a"(1), "c"(0), "d"(0));
}

TEST(ring1, no_instruction, "what is none in any ring is not told")
{
	uint32_t before = trap_count[VECTOR_UD];

	skip_fault = 2;
	__asm__ volatile("ud2");
	skip_fault = 3;
	__asm__ volatile(".byte 0x0f, 0x01, 0xc1");	/* VMCALL: is a hypervisor there? */
	IS(trap_count[VECTOR_UD], before + 2);
}

TEST(ring1, umip, "UMIP: SGDT, SIDT, SLDT, STR fault outside of ring 0")
{
	static uint8_t buffer[8];

	if (VMI(VMI_GET_CR4) & CR4_UMIP)
		wrong("the ROM's UMIP is seen");
	PRIVILEGED(3, "0xf01", "sgdt (%0)" : : "a"(buffer) : "memory");
	PRIVILEGED(3, "0xf01", "sidt (%0)" : : "a"(buffer) : "memory");
	PRIVILEGED(3, "0xf00", "sldt %0" : : "a"(0));
	PRIVILEGED(3, "0xf00", "str %0" : : "a"(0));
	PRIVILEGED(3, "0xf01", "smsw %0" : : "a"(0));
}

TEST(ring1, mask, "1.6: 29-32: the interrupt flag by calls; 1.10: POPF cannot change it")
{
	IS((uint32_t)VMI(VMI_GET_INTERRUPT_MASK), 0);
	VMI(VMI_ENABLE_INTERRUPTS);
	IS((uint32_t)VMI(VMI_GET_INTERRUPT_MASK), 0x200);
	__asm__ volatile("pushl $2; popfl" : : : "memory", "cc");
	IS((uint32_t)VMI(VMI_GET_INTERRUPT_MASK), 0x200);
	VMI(VMI_SET_INTERRUPT_MASK, 0xfffffdff);
	IS((uint32_t)VMI(VMI_GET_INTERRUPT_MASK), 0);
	VMI(VMI_SET_INTERRUPT_MASK, 0xffffffff);
	IS((uint32_t)VMI(VMI_GET_INTERRUPT_MASK), 0x200);
	VMI(VMI_DISABLE_INTERRUPTS);
	IS((uint32_t)VMI(VMI_GET_INTERRUPT_MASK), 0);
	IS(eflags() & (EFLAGS_DF | EFLAGS_IOPL | 0x100), 0);
}

TEST(ring1, iopl_of_kernel, "1.6: 61: the level is the programs': interrupts of the kernel stay the ROM's")
{
	VMI(VMI_SET_IOPL_MASK, 0x3000);
	__asm__ volatile("int $0x31" : : : "memory");
	PRIVILEGED(1, "0xfa", "cli");
	VMI(VMI_SET_IOPL_MASK, 0);
}

TEST(ring1, gates, "1.6: 5, 13: interrupts are off behind an interrupt gate, and as they were behind a trap gate")
{
	struct register48 t = { 0, 0 };
	uint32_t *gate;

	VMI(VMI_GET_IDT, (uint32_t)&t);
	gate = (uint32_t *)(t.base + 8 * 0x31);
	VMI(VMI_ENABLE_INTERRUPTS);
	__asm__ volatile("int $0x31" : : : "memory");
	IS(trap_flags & EFLAGS_IF, 0);
	VMI(VMI_WRITE_IDT_ENTRY, t.base, 0x31, gate[0], gate[1] | 0x100);
	__asm__ volatile("int $0x31" : : : "memory");
	IS(trap_flags & EFLAGS_IF, EFLAGS_IF);
	VMI(VMI_WRITE_IDT_ENTRY, t.base, 0x31, gate[0], gate[1] & ~0x100u);
	VMI(VMI_DISABLE_INTERRUPTS);
}

TEST(ring1, pending, "1.6: 29, 32: pending interrupts are delivered before return")
{
	uint32_t before = trap_count[0x20];

	irq0_open(true);
	pit_one_shot(100);
	wait_ticks(1000);
	IS(trap_count[0x20], before);
	VMI(VMI_ENABLE_INTERRUPTS);
	VMI(VMI_DISABLE_INTERRUPTS);
	IS(trap_count[0x20], before + 1);
	IS(last_trap.vector, 0x20);
	IS(last_trap.cs, 9);
	pit_one_shot(100);
	wait_ticks(1000);
	VMI(VMI_SET_INTERRUPT_MASK, 0x200);
	VMI(VMI_SET_INTERRUPT_MASK, 0);
	IS(trap_count[0x20], before + 2);
	irq0_open(false);
}

TEST(ring1, halt, "1.6: 35 Halt: enable interrupts and halt, atomically; returns after an interrupt")
{
	uint32_t before = trap_count[0x20];

	irq0_open(true);
	pit_one_shot(2000);
	VMI(VMI_HALT);
	IS(trap_count[0x20], before + 1);
	IS((uint32_t)VMI(VMI_GET_INTERRUPT_MASK), 0x200);
	pit_one_shot(100);
	VMI(VMI_DISABLE_INTERRUPTS);
	wait_ticks(1000);
	VMI(VMI_HALT);			/* one that is pending already is enough */
	IS(trap_count[0x20], before + 2);
	VMI(VMI_DISABLE_INTERRUPTS);
	irq0_open(false);
}

TEST(ring1, ports, "1.6: 49-60: ports by the ROM, single and in strings")
{
	uint32_t words[2] = { 0x80000000, 0x80000000 };
	struct registers r = { 0, 2, 0xcf8, 0xb, (uint32_t)words, 0xd1, 0xb9, { 0 }, 0 };

	VMI(VMI_OUTB, 0x0f, 0x70);
	VMI(VMI_OUTB, 0xa5, 0x71);
	IS((uint32_t)VMI(VMI_INB, 0x11111100, 0x71), 0x111111a5);
	VMI(VMI_OUTL, 0x80000000, 0xcf8);
	IS((uint32_t)VMI(VMI_INL, 0, 0xcfc), 0x12378086);
	IS((uint32_t)VMI(VMI_INW, 0x22220000, 0xcfe), 0x22221237);
	invoke(routine_of(VMI_OUTSL), &r);
	IS(r.ecx, 0);
	IS(r.esi, (uint32_t)(words + 2));
	r = (struct registers){ 0, 2, 0xcfc, 0xb, 0x51, (uint32_t)words, 0xb9, { 0 }, 0 };
	invoke(routine_of(VMI_INSL), &r);
	IS(words[1], 0x12378086);
	IS(r.edi, (uint32_t)(words + 2));
}

TEST(ring1, registers, "1.6: 0-2, 15-28: as in ring 0, the guest's view")
{
	uint32_t cr0 = (uint32_t)VMI(VMI_GET_CR0), cr4 = (uint32_t)VMI(VMI_GET_CR4);
	uint32_t before = trap_count[6] + trap_count[13];
	struct registers r = { .ebx = 0xb };
	struct cpuid c = cpuid(0);
	uint64_t tsc = rdtsc();

	invoke(routine_of(VMI_CPUID), &r);
	CHECK(r.eax == c.eax && r.ebx == c.ebx && r.ecx == c.ecx && r.edx == c.edx);
	VMI(VMI_SET_CR0, cr0 | 8);
	IS((uint32_t)VMI(VMI_GET_CR0), cr0 | 8);
	VMI(VMI_CLTS);
	IS((uint32_t)VMI(VMI_GET_CR0), cr0 & ~8u);
	VMI(VMI_SET_CR4, cr4 | CR4_PSE);
	IS((uint32_t)VMI(VMI_GET_CR4), cr4 | CR4_PSE);
	VMI(VMI_SET_CR4, cr4);
	VMI(VMI_SET_CR2, 0xdead0);
	IS((uint32_t)VMI(VMI_GET_CR2), 0xdead0);
	VMI(VMI_SET_DR, 1, 0x1000);
	IS((uint32_t)VMI(VMI_GET_DR, 1), 0x1000);
	CHECK(VMI(VMI_RDTSC) > tsc);
	VMI(VMI_WBINVD);
	VMI(VMI_WRMSR, 0x5678, 0, 0x175);
	IS((uint32_t)VMI(VMI_RDMSR, 0, 0, 0x175), 0x5678);
	skip_fault = 2;
	VMI(VMI_RDPMC, 0, 0, 0);
	IS(trap_count[6] + trap_count[13], before + 1);
	CHECK(last_trap.eip - (uint32_t)rom < rom[VMI_AT_LENGTH] * 512u);
}

static void
write_gdt(uint32_t index, uint64_t entry)
{
	VMI(VMI_WRITE_GDT_ENTRY, (uint32_t)gdt, index, (uint32_t)entry, (uint32_t)(entry >> 32));
}

TEST(ring1, tables, "1.6: 3-14: tables are the guest's own to see; its ring 0 is ring 1")
{
	static uint64_t without_cs[3] __attribute__((aligned(4096)));
	struct register48 t = { sizeof(gdt) - 1, (uint32_t)gdt }, seen = { 0, 0 };
	struct register48 bad[] = { { 15, (uint32_t)gdt }, { 23, (uint32_t)without_cs } };
	uint32_t rights = 0, b = (uint32_t)tss;

	for (uint32_t i = 0; i < 5; i++)
		gdt[i] = early_gdt[i];
	VMI(VMI_SET_GDT, (uint32_t)&t);
	VMI(VMI_GET_GDT, (uint32_t)&seen);
	CHECK(seen.base == t.base && seen.limit == t.limit);
	__asm__ volatile("lar %1, %0" : "=r"(rights) : "r"(0x10));
	IS(rights & 0x6000, 0x2000);
	without_cs[2] = gdt[2];
	for (uint32_t i = 0; i < 2; i++) {
		announce("SetGDT: the table lacks what runs now and is not taken");
		VMI(VMI_SET_GDT, (uint32_t)&bad[i]);
		VMI(VMI_GET_GDT, (uint32_t)&seen);
		IS(seen.limit, t.limit);
	}
	VMI(VMI_GET_IDT, (uint32_t)&seen);
	IS(seen.limit, 50 * 8 - 1);
	write_gdt(SEL_SPARE / 8, 0x00cf93000000ffff);
	__asm__ volatile("movl %0, %%gs; movl %%gs, %0; movl %1, %%gs" : : "r"(SEL_SPARE), "r"(0));
	tss[2] = 0x10;
	tss[25] = 104u << 16;
	write_gdt(SEL_TSS / 8, 103 | (uint64_t)(b & 0xffffff) << 16 | 0x890000000000 | (uint64_t)(b >> 24) << 56);
	VMI(VMI_SET_TR, SEL_TSS);
	IS((uint32_t)VMI(VMI_GET_TR), SEL_TSS);
	IS((gdt[SEL_TSS / 8] >> 40) & 0xf, 0xb);
	VMI(VMI_UPDATE_KERNEL_STACK, 0x10, (uint32_t)(kernel_stack + 512));
	IS(tss[1], (uint32_t)(kernel_stack + 512));
}

TEST(ring1, large_table, "README: 240 entries")
{
	static uint64_t large[512] __attribute__((aligned(4096)));
	struct register48 t = { sizeof(large) - 1, (uint32_t)large }, own = { sizeof(gdt) - 1, (uint32_t)gdt };

	for (uint32_t i = 0; i < 5; i++)
		large[i] = early_gdt[i];
	announce("SetGDT: more entries than a client in ring 1 may have");
	VMI(VMI_SET_GDT, (uint32_t)&t);
	VMI(VMI_SET_GDT, (uint32_t)&own);
}

TEST(ring1, no_sysenter_yet, "the same from the start: a client that has none need not say so")
{
	uint32_t before = trap_count[VECTOR_GP];

	user_eflags = 0x202;
	skip_fault = 2;
	user_enter((uint32_t)user_sysenter_code, (uint32_t)(user_stack + 64));
	IS(trap_count[VECTOR_GP], before + 1);
	IS(user_result[0], 0x52);
}

TEST(ring1, user, "1.6: 33, 34: programs in ring 3; traps from there to the kernel's stack in ring 1")
{
	uint32_t before = trap_count[0x31];

	__asm__ volatile("int $0x31" : : : "memory");
	IS(trap_count[0x31], before + 1);
	user_eflags = 0x202;
	user_enter((uint32_t)user_code, (uint32_t)(user_stack + 64));
	IS(user_result[0], 0x51);
	IS(user_result[2], (uint32_t)(user_stack + 64));
	IS(user_result[1] & (EFLAGS_IF | EFLAGS_IOPL), EFLAGS_IF);
	IS(last_trap.cs, 0x1b);
	IS(last_trap.user_ss, 0x23);
	IS(cs(), 9);
	user_eflags = 0x3202;
	user_enter((uint32_t)user_code, (uint32_t)(user_stack + 64));
	IS(user_result[1] & EFLAGS_IOPL, 0);
	user_eflags = 0x202;
	VMI(VMI_SET_IOPL_MASK, 0x3000);
	user_enter((uint32_t)user_code, (uint32_t)(user_stack + 64));
	IS(user_result[1] & EFLAGS_IOPL, 0x3000);
	VMI(VMI_SET_IOPL_MASK, 0);
	user_eflags = 0x20202;		/* README: no virtual 8086 mode */
	user_enter((uint32_t)user_code, (uint32_t)(user_stack + 64));
	IS(user_result[2], (uint32_t)(user_stack + 64));
	user_eflags = 0x202;
	if (kind(VMI_SYSEXIT) == VMI_KIND_NONE)
		return;
	VMI(VMI_WRMSR, 0x08, 0, 0x174);
	VMI(VMI_WRMSR, (uint32_t)(kernel_stack + 512), 0, 0x175);
	VMI(VMI_WRMSR, (uint32_t)sysenter_entry, 0, 0x176);
	user_sysexit((uint32_t)user_code, (uint32_t)(user_stack + 64));
	IS(user_result[0], 0x51);
	user_sysexit((uint32_t)user_sysenter_code, (uint32_t)(user_stack + 64));
	IS(sysenter_seen, 0x52);
	IS(cs(), 9);
}

/* What a client that has no entry for it finds: the instruction is none. */
TEST(ring1, no_sysenter, "1.6: 1: SYSENTER without a selector in its MSR is a fault of the program")
{
	uint32_t before = trap_count[VECTOR_GP];

	if (kind(VMI_SYSEXIT) == VMI_KIND_NONE)
		return;
	VMI(VMI_WRMSR, 0, 0, 0x174);
	sysenter_seen = 0;
	skip_fault = 2;
	user_enter((uint32_t)user_sysenter_code, (uint32_t)(user_stack + 64));
	IS(trap_count[VECTOR_GP], before + 1);
	IS(user_result[0], 0x52);
	IS(sysenter_seen, 0);
	VMI(VMI_WRMSR, 0x08, 0, 0x174);
	user_enter((uint32_t)user_sysenter_code, (uint32_t)(user_stack + 64));
	IS(sysenter_seen, 0x52);
}

TEST(ring1, gate_of_kernel, "1.6: 5, 13: a gate that is not for programs: INT3 and INT are faults")
{
	uint32_t before = trap_count[VECTOR_GP];

	skip_fault = 1;
	user_enter((uint32_t)user_break_code, (uint32_t)(user_stack + 64));
	IS(trap_count[VECTOR_GP], before + 1);
	IS(user_result[0], 0x53);
	skip_fault = 2;
	user_enter((uint32_t)user_int_code, (uint32_t)(user_stack + 64));
	IS(trap_count[VECTOR_GP], before + 2);
	IS(user_result[0], 0x54);
}

/* Of the first 128 ports 0x70 and 0x71 are open; behind them there is nothing, though what lies there is 0. */
TEST(ring1, program_ports, "README: ports that the bitmap of the client's task opens: all of an access, no further")
{
	static uint32_t task[32];
	uint32_t before = trap_count[VECTOR_GP], b = (uint32_t)task;
	uint8_t *map = (uint8_t *)&task[26];

	for (uint32_t i = 0; i < 17; i++)
		map[i] = i == 14 ? 0xfc : 0xff;
	task[2] = 0x10;
	task[25] = 104u << 16;
	write_gdt(SEL_PORTS / 8, 120 | (uint64_t)(b & 0xffffff) << 16 | 0x890000000000 | (uint64_t)(b >> 24) << 56);
	VMI(VMI_SET_TR, SEL_PORTS);
	VMI(VMI_UPDATE_KERNEL_STACK, 0x10, (uint32_t)(kernel_stack + 512));
	VMI(VMI_OUTB, 0x0f, 0x70);
	VMI(VMI_OUTB, 0xa5, 0x71);
	user_enter((uint32_t)user_ports_code, (uint32_t)(user_stack + 64));
	IS(user_result[0], 0xa5);
	IS(trap_count[VECTOR_GP], before);
	skip_fault = 3;
	user_enter((uint32_t)user_wide_code, (uint32_t)(user_stack + 64));
	IS(user_result[0], 0x55);
	IS(trap_count[VECTOR_GP], before + 1);
	skip_fault = 2;
	user_enter((uint32_t)user_far_code, (uint32_t)(user_stack + 64));
	IS(user_result[0], 0x56);
	IS(trap_count[VECTOR_GP], before + 2);
}

TEST(ring1, call_gate, "README: call gates are not in the table that the processor uses: one would lead to ring 0")
{
	uint32_t before = trap_count[VECTOR_GP];

	write_gdt(SEL_SPARE / 8, 0x0000ec00ull << 32 | RING0_CODE << 16);
	skip_fault = 7;
	__asm__ volatile("lcall %0, $0" : : "i"(SEL_SPARE) : "memory");
	IS(trap_count[VECTOR_GP], before + 1);
	IS(last_trap.error, SEL_SPARE);
	IS(cs(), 9);
}

TEST(ring1, unpaged, "1.3: a space without the ROM's memory is not where paging is turned on")
{
	uint32_t cr0 = (uint32_t)VMI(VMI_GET_CR0);

	if (cr0 & CR0_PG)		/* run with others, which have tables already */
		return;
	VMI(VMI_SET_CR3, (uint32_t)&spare[5]);
	announce("SetCR0: the ROM's memory is not mapped there");
	VMI(VMI_SET_CR0, cr0 | CR0_PG);
	IS((uint32_t)VMI(VMI_GET_CR0), cr0);
	VMI(VMI_SET_CR3, 0);
}

TEST(ring1, paging, "1.7, 1.10: page faults come as they are, in both forms of tables; user pages; CR2 by the ROM")
{
	uint32_t value, before = trap_count[VECTOR_PF];

	CHECK(paging_start());
	show(1, &page_a, USER, 0);
	page_a.word[0] = 0xa;
	IS(*shown(1), 0xa);
	show(1, &page_b, USER, 0);
	VMI(VMI_INVAL_PAGE, (uint32_t)shown(1));
	page_b.word[0] = 0xb;
	IS(*shown(1), 0xb);
	CHECK(touch(shown(7), &value));
	IS(fault_cr2, (uint32_t)shown(7));
	IS(trap_count[VECTOR_PF], before + 1);
	IS(last_trap.error, 0);
	user_enter((uint32_t)user_code, (uint32_t)(user_stack + 64));
	IS(user_result[0], 0x51);
	VMI(VMI_FLUSH_TLB, 3);
	VMI(VMI_SET_CR3, root());
	IS(*shown(1), 0xb);
}

TEST(ring1, bad_way_out, "1.10: faulting EIP inside a VMI call is the ROM's: IRET to a selector that is none")
{
	uint32_t before = trap_count[VECTOR_GP], good;

	good = faulting_iret(0x5b);
	IS(trap_count[VECTOR_GP], before + 1);
	CHECK(last_trap.eip - (uint32_t)rom < rom[VMI_AT_LENGTH] * 512u);
	IS(last_trap.error, 0x58);
	IS(last_trap.cs, 9);
	IS(good, 1);
}

TEST(watch, planted, "3.6: what does not trap in ring 1 is seen from outside of the machine")
{
	CHECK(go_on_with_rom());
	IS(cs(), 9);
	watch_all();
	watch_all();
}

TEST(ring1, absent_gate, "1.6: 13: a gate that is not there is a fault of its own, with the vector")
{
	struct register48 t = { 0, 0 };
	uint32_t *gate, high, before = trap_count[VECTOR_NP];

	VMI(VMI_GET_IDT, (uint32_t)&t);
	gate = (uint32_t *)(t.base + 8 * 0x31);
	high = gate[1];
	VMI(VMI_WRITE_IDT_ENTRY, t.base, 0x31, gate[0], high & ~0x8000u);
	skip_fault = 2;
	__asm__ volatile("int $0x31");
	IS(trap_count[VECTOR_NP], before + 1);
	IS(last_trap.error, 0x31 * 8 + 2);
	VMI(VMI_WRITE_IDT_ENTRY, t.base, 0x31, gate[0], high);
}

TEST(ring1, features, "1.6: 0: masks features the platform lacks: XSETBV, STAC and CLAC have no call")
{
	struct registers r = { .eax = 1 };

	invoke(routine_of(VMI_CPUID), &r);
	IS(r.ecx & (CPUID1_ECX_XSAVE | CPUID1_ECX_OSXSAVE), 0);
	CHECK((cpuid(7).ebx & CPUID7_EBX_SMAP) != 0);
	r = (struct registers){ .eax = 7 };
	invoke(routine_of(VMI_CPUID), &r);
	IS(r.ebx & CPUID7_EBX_SMAP, 0);
}

TEST(ringports, open, "README: ports: with ring1, ports are open to the client itself")
{
	CHECK(go_on_with_rom());
	IS(cs(), 9);
	outb(0x70, 0x0f);
	outb(0x71, 0x5a);
	IS(inb(0x71), 0x5a);
}
