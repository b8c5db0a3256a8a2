/*
 * Descriptor tables, the task register and user code: sections 1.6 and 1.11.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

#define SEL_TSS		0x28
#define SEL_LDT		0x30
#define SEL_SPARE	0x38

struct __attribute__((packed)) register48 {
	uint16_t limit;
	uint32_t base;
};

static uint64_t gdt[16] __attribute__((aligned(4096)));
static uint64_t ldt[4] __attribute__((aligned(4096)));
static uint64_t other_idt[64] __attribute__((aligned(4096)));
static uint32_t tss[26], user_stack[64], kernel_stack[256];

static uint64_t
system_descriptor(void *base, uint32_t limit, uint32_t type)
{
	uint32_t b = (uint32_t)base;

	return (limit & 0xffff) | (uint64_t)(b & 0xffffff) << 16 | (uint64_t)(0x80 | type) << 40 |
	    (uint64_t)(b >> 24) << 56;
}

static void
write_entry(uint32_t call, void *table, uint32_t index, uint64_t entry)
{
	VMI(call, (uint32_t)table, index, (uint32_t)entry, (uint32_t)(entry >> 32));
}

TEST(cpu, set_gdt, "1.6: 3, 7 SetGDT, GetGDT: EAX -> 6-byte limit16/base32")
{
	struct register48 t = { sizeof(gdt) - 1, (uint32_t)gdt }, seen = { 0, 0 }, own;

	for (uint32_t i = 0; i < 5; i++)
		gdt[i] = early_gdt[i];
	VMI(VMI_SET_GDT, (uint32_t)&t);
	__asm__ volatile("sgdt %0" : "=m"(own));
	IS(own.base, t.base);
	IS(own.limit, t.limit);
	VMI(VMI_GET_GDT, (uint32_t)&seen);
	IS(seen.base, t.base);
	IS(seen.limit, t.limit);
}

TEST(cpu, set_idt, "1.6: 5, 9 SetIDT, GetIDT: EAX -> limit/base")
{
	struct register48 t, seen = { 0, 0 };

	__asm__ volatile("sidt %0" : "=m"(t));
	VMI(VMI_GET_IDT, (uint32_t)&seen);
	CHECK(seen.base == t.base && seen.limit == t.limit);
	for (uint32_t i = 0; i < 50; i++)
		other_idt[i] = ((uint64_t *)t.base)[i];
	seen.base = (uint32_t)other_idt;
	VMI(VMI_SET_IDT, (uint32_t)&seen);
	__asm__ volatile("sidt %0" : "=m"(seen));
	IS(seen.base, (uint32_t)other_idt);
	__asm__ volatile("int $0x31");
	IS(last_trap.vector, 0x31);
	VMI(VMI_SET_IDT, (uint32_t)&t);
}

TEST(cpu, entries, "1.6: 11-13 Write...Entry: EAX base, EDX index, ECX low word, [ESP+4] high word")
{
	uint64_t trap = other_idt[3];

	write_entry(VMI_WRITE_GDT_ENTRY, gdt, SEL_SPARE / 8, 0x00cf93000000ffff);
	CHECK(gdt[SEL_SPARE / 8] == 0x00cf93000000ffff);
	write_entry(VMI_WRITE_LDT_ENTRY, ldt, 1, 0x00cff3000000ffff);
	CHECK(ldt[1] == 0x00cff3000000ffff);
	write_entry(VMI_WRITE_IDT_ENTRY, other_idt, 3, trap ^ 0x10000000000);
	CHECK(other_idt[3] == (trap ^ 0x10000000000));
}

TEST(cpu, ldt, "1.6: 4, 8 SetLDT, GetLDT: the GDT slot must be written first; 0 = none")
{
	write_entry(VMI_WRITE_GDT_ENTRY, gdt, SEL_LDT / 8, system_descriptor(ldt, sizeof(ldt) - 1, 2));
	VMI(VMI_SET_LDT, SEL_LDT);
	IS(VMI(VMI_GET_LDT), SEL_LDT);
	__asm__ volatile("movl %0, %%gs" : : "r"(0xf));
	VMI(VMI_SET_LDT, 0);
	IS(VMI(VMI_GET_LDT), 0);
	__asm__ volatile("movl %0, %%gs" : : "r"(0));
}

TEST(cpu, kernel_stack_early, "1.6: 14 UpdateKernelStack before any SetTR: kept for the one that comes (README)")
{
	VMI(VMI_UPDATE_KERNEL_STACK, 0x10, (uint32_t)(kernel_stack + 200));
}

TEST(cpu, task, "1.6: 6, 10 SetTR, GetTR: LTR, STR")
{
	tss[2] = 0x10;
	tss[25] = 104u << 16;
	write_entry(VMI_WRITE_GDT_ENTRY, gdt, SEL_TSS / 8, system_descriptor(tss, sizeof(tss) - 1, 9));
	VMI(VMI_SET_TR, SEL_TSS);
	IS(VMI(VMI_GET_TR), SEL_TSS);
	IS((gdt[SEL_TSS / 8] >> 40) & 0xf, 0xb);
	IS(tss[1], (uint32_t)(kernel_stack + 200));
}

TEST(cpu, kernel_stack, "1.6: 14 UpdateKernelStack: EDX new esp0; EAX is never dereferenced")
{
	VMI(VMI_UPDATE_KERNEL_STACK, 0xfffffff0, (uint32_t)(kernel_stack + 128));
	IS(tss[1], (uint32_t)(kernel_stack + 128));
	VMI(VMI_UPDATE_KERNEL_STACK, 0x10, (uint32_t)(kernel_stack + 256));
	IS(tss[1], (uint32_t)(kernel_stack + 256));
}

TEST(cpu, iret, "1.6: 33 IRET: EIP, CS, EFLAGS, ESP, SS; IF comes from the frame; both forms")
{
	user_eflags = 0x202;
	user_enter((uint32_t)user_code, (uint32_t)(user_stack + 64));
	IS(user_result[0], 0x51);
	IS(user_result[2], (uint32_t)(user_stack + 64));
	IS(user_result[1] & EFLAGS_IF, EFLAGS_IF);
	IS(last_trap.cs, 0x1b);
	IS(last_trap.user_ss, 0x23);
}

TEST(cpu, iret_iopl, "1.6: 33: IOPL is not restored from the frame")
{
	user_eflags = 0x3202;
	user_enter((uint32_t)user_code, (uint32_t)(user_stack + 64));
	IS(user_result[1] & EFLAGS_IOPL, 0);
	user_eflags = 0x202;
}

TEST(cpu, iret_kernel, "1.6: 33: to the kernel, without a stack in the frame")
{
	uint32_t before = trap_count[0x31];

	__asm__ volatile("int $0x31" : : : "memory");
	IS(trap_count[0x31], before + 1);
}

TEST(cpu, sysexit, "1.6: 34 SYSEXIT: EDX user EIP, ECX user ESP; always enables interrupts")
{
	if (kind(VMI_SYSEXIT) == VMI_KIND_NONE)
		return;
	VMI(VMI_WRMSR, 0x08, 0, 0x174);
	VMI(VMI_WRMSR, (uint32_t)(kernel_stack + 256), 0, 0x175);
	VMI(VMI_WRMSR, (uint32_t)sysenter_entry, 0, 0x176);
	user_sysexit((uint32_t)user_code, (uint32_t)(user_stack + 64));
	IS(user_result[0], 0x51);
	IS(user_result[2], (uint32_t)(user_stack + 64));
	IS(user_result[1] & (EFLAGS_IF | 1), EFLAGS_IF | 1);
	user_sysexit((uint32_t)user_sysenter_code, (uint32_t)(user_stack + 64));
	IS(sysenter_seen, 0x52);
}
