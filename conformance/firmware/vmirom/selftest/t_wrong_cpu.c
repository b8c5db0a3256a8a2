/*
 * A guest that does wrong with everything but page tables.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

struct __attribute__((packed)) register48 {
	uint16_t limit;
	uint32_t base;
};

static uint64_t gdt[16] __attribute__((aligned(4096)));
static uint32_t tss[26], user_stack[64], kernel_stack[256];

TEST(wrongcpu, too_early, "1.3: before VMI_Init there is nothing to call")
{
	struct registers r = { 0 };

	announce("GetCR3: called before VMI_Init");
	invoke(routine_of(VMI_GET_CR3), &r);
	CHECK(go_on_with_rom());
}

TEST(wrongcpu, direction, "1.5: DF=0")
{
	announce("(GetCR4|GetRelocationInfo): the direction flag is set");
	call_flags |= EFLAGS_DF;
	(void)vmi_call(VMI_GET_CR4, 0, 0, 0, 0, 0);
	call_flags &= ~EFLAGS_DF;
	__asm__ volatile("cld");
}

TEST(wrongcpu, data_segments, "1.5: DS and ES flat too unless stated \"CS/SS only\"")
{
	struct registers r = { 0 };
	uint32_t routine = routine_of(VMI_GET_CR4);

	announce("GetCR4: DS is not flat \\(selector 0x0,");
	announce("GetCR4: ES is not flat \\(selector 0x0,");
	call_ds = call_es = 0;
	invoke(routine, &r);
	call_ds = call_es = 0x10;
	IS(r.eax, read_cr4());
}

TEST(wrongcpu, stack_segment, "1.5: CS and SS must be flat 32-bit for every call")
{
	struct register48 t = { sizeof(gdt) - 1, (uint32_t)gdt };

	for (uint32_t i = 0; i < 5; i++)
		gdt[i] = early_gdt[i];
	gdt[6] = 0x00c0930000000fff;		/* 0x30: 16 MiB */
	VMI(VMI_SET_GDT, (uint32_t)&t);
	announce("(GetCR4|GetRelocationInfo): SS is not flat \\(selector 0x30,");
	__asm__ volatile("movl %0, %%ss" : : "r"(0x30));
	call_ds = call_es = 0x10;
	(void)vmi_call(VMI_GET_CR4, 0, 0, 0, 0, 0);
	__asm__ volatile("movl %0, %%ss" : : "r"(0x10));
}

/* In code segment 0x38 instead of 8. */
static void
call_in(uint32_t routine)
{
	__asm__ volatile("pushl $0x38; pushl $1f; lret; 1: call *%0; ljmp $0x08, $2f; 2:"
	    : : "b"(routine) : "eax", "ecx", "edx", "memory", "cc");
}

TEST(wrongcpu, code_segment, "1.5: CS and SS must be flat 32-bit for every call")
{
	struct register48 t = { sizeof(gdt) - 1, (uint32_t)gdt };

	gdt[7] = 0x00c09b0000000fff;		/* 0x38: 16 MiB */
	VMI(VMI_SET_GDT, (uint32_t)&t);
	announce("GetCR4: CS is not flat \\(selector 0x38,");
	call_in(routine_of(VMI_GET_CR4));
}

TEST(wrongcpu, unaligned, "1.10: descriptor tables must be page aligned")
{
	struct register48 good = { sizeof(gdt) - 1, (uint32_t)gdt }, bad = { 5 * 8 - 1, (uint32_t)gdt + 64 }, idt;

	for (uint32_t i = 0; i < 5; i++)
		gdt[8 + i] = early_gdt[i];
	announce("SetGDT: the table is not page aligned");
	VMI(VMI_SET_GDT, (uint32_t)&bad);
	VMI(VMI_SET_GDT, (uint32_t)&good);
	announce("SetIDT: the table is not page aligned");
	__asm__ volatile("sidt %0" : "=m"(idt));
	bad = (struct register48){ 3, (uint32_t)gdt + 8 };
	VMI(VMI_SET_IDT, (uint32_t)&bad);
	VMI(VMI_SET_IDT, (uint32_t)&idt);
}

/* With another selector in SS, DS and ES, which the table that is set has no more. */
static void
set_gdt_on(uint32_t selector, const struct register48 *t)
{
	__asm__ volatile("movl %1, %%ss; movl %1, %%ds; movl %1, %%es; call *%0;"
	    " movl %2, %%ss; movl %2, %%ds; movl %2, %%es"
	    : : "r"(routine_of(VMI_SET_GDT)), "r"(selector), "r"(0x10), "a"(t) : "ecx", "edx", "memory", "cc");
}

TEST(wrongcpu, selectors, "1.6: 3 SetGDT reloads segment registers: the new table has to have them")
{
	static const char *const names[] = { "CS", "SS", "DS", "ES", "FS", "GS" };
	static uint64_t small[4] __attribute__((aligned(4096)));
	struct register48 good = { sizeof(gdt) - 1, (uint32_t)gdt }, bad = { sizeof(small) - 1, (uint32_t)small };
	struct registers r = { .eax = (uint32_t)&bad };
	uint32_t routine = routine_of(VMI_SET_GDT);

	for (uint32_t i = 0; i < 6; i++)
		print("# vmi-complaint SetGDT: %s holds a selector that the table lacks \\(selector 0x%x,\n", names[i],
		    i == 0 ? 8 : i < 4 ? 0x48 : 0x23);
	announce("SetGDT: CS is not flat \\(selector 0x8,");	/* the call that takes it back */
	small[2] = gdt[2];
	gdt[9] = gdt[2];
	__asm__ volatile("movl %0, %%fs; movl %0, %%gs" : : "r"(0x23));
	invoke(routine, &r);
	r.eax = (uint32_t)&good;
	invoke(routine, &r);
	__asm__ volatile("movl %0, %%fs; movl %0, %%gs" : : "r"(0));
	small[1] = gdt[1];
	set_gdt_on(0x48, &bad);
	VMI(VMI_SET_GDT, (uint32_t)&good);
}

TEST(wrongcpu, ldt, "1.6: 4 SetLDT: the GDT slot must be written first")
{
	announce("SetLDT: no LDT is at this selector");
	VMI(VMI_SET_LDT, 0x28);
	VMI(VMI_SET_LDT, 0x10);
}

TEST(wrongcpu, waiting_ldt, "1.6: 4 SetLDT that waits: looked at when it is done")
{
	uint16_t selector;

	announce("SetLazyMode: no LDT is at this selector \\(selector 0x28,");
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_CPU);
	VMI(VMI_SET_LDT, 0x28);
	VMI(VMI_SET_LAZY_MODE, VMI_LAZY_OFF);
	__asm__ volatile("sldt %0" : "=m"(selector));
	IS(selector, 0);
}

TEST(wrongcpu, task, "1.6: 6 SetTR = LTR: an available TSS")
{
	announce("SetTR: no available TSS is at this selector");
	VMI(VMI_SET_TR, 0x28);
	gdt[5] = 103 | (uint64_t)((uint32_t)tss & 0xffffff) << 16 | 0x890000000000;
	tss[1] = (uint32_t)(kernel_stack + 256);
	tss[2] = 0x10;
	VMI(VMI_SET_TR, 0x28);
	VMI(VMI_SET_TR, 0x28);		/* busy now */
}

TEST(wrongcpu, beyond, "1.6: 11 WriteGDTEntry: an index that the table has")
{
	struct register48 shorter = { 12 * 8 - 1, (uint32_t)gdt };

	announce("WriteGDTEntry: the index is beyond the table");
	VMI(VMI_SET_GDT, (uint32_t)&shorter);
	VMI(VMI_WRITE_GDT_ENTRY, (uint32_t)gdt, 12, 0, 0);
}

TEST(wrongcpu, debug_register, "1.6: 24, 25: EAX number")
{
	announce("SetDR: there is no such debug register");
	announce("GetDR: there is no such debug register");
	VMI(VMI_SET_DR, 5, 0);
	IS(VMI(VMI_GET_DR, 8), 0);
}

TEST(wrongcpu, iopl, "3.6: SetIOPLMask with bits outside 0x3000")
{
	announce("SetIOPLMask: bits outside of IOPL");
	VMI(VMI_SET_IOPL_MASK, 0x200);
	IS(eflags() & (EFLAGS_IOPL | EFLAGS_IF), 0);
}

TEST(wrongcpu, user_masked, "1.6: 33: return to user with IF=0 is undefined")
{
	announce("IRET: to user code with interrupts off");
	user_eflags = 0x2;
	user_enter((uint32_t)user_code, (uint32_t)(user_stack + 64));
	user_eflags = 0x202;
}
