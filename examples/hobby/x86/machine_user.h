/*
 * What programs do that is the machine's own: things that it refuses. Both widths of
 * x86: the includer has the names of two registers, AX and SP, and of the WIDTH, where
 * the kernel is, and what only it has.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
static inline void
bad_instruction(void)
{
	__asm__ volatile("ud2");
}

static inline void
divide_by_zero(void)
{
	int zero = 0;

	__asm__ volatile("idivl %0" : : "r" (zero) : "eax", "edx", "cc");
}

/* Turn interrupts off in a way that is not refused but ignored, and stay. */
static inline void
keep_cpu(void)
{
	__asm__ volatile("pushf; and" WIDTH " $~0x200, (" SP "); popf; 1: jmp 1b" : : : "memory", "cc");
}

/* Use a stack that is the kernel's. */
static inline void
wild_stack(void)
{
	__asm__ volatile("mov %0, " SP "; push %0" : : "r" (KERNEL_ADDRESS) : "memory");
}

/* Instructions and what they are called in `fault`. Ports: 0x80 is nobody's. */
#define PRIVILEGED(_) \
	_("halt", halt, "hlt") _("cli", cli, "cli") _("sti", sti, "sti") \
	_("in", in, "in $0x80, %%al") _("out", out, "out %%al, $0x80") _("ins", ins, "mov $0x80, %%edx; insb") \
	_("cr0", cr0, "mov %%cr0, " AX) _("cr3", cr3, "mov %%cr3, " AX "; mov " AX ", %%cr3") \
	_("set-cr3", set_cr3, "mov " AX ", %%cr3") _("set-cr4", set_cr4, "mov " AX ", %%cr4") \
	_("dr7", dr7, "mov " AX ", %%dr7") _("clts", clts, "clts") _("wbinvd", wbinvd, "wbinvd") \
	_("invlpg", invlpg, "invlpg (" SP ")") _("lgdt", lgdt, "lgdt (" SP ")") _("lidt", lidt, "lidt (" SP ")") \
	_("ltr", ltr, "ltr %%ax") _("lldt", lldt, "lldt %%ax") \
	_("rdmsr", rdmsr, "mov $0x1b, %%ecx; rdmsr") _("wrmsr", wrmsr, "mov $0x1b, %%ecx; wrmsr") \
	_("kernel-cs", kernel_cs, "sub $8, " SP "; movl $8, 4(" SP "); ljmpl *(" SP ")") \
	_("int-page-fault", int_page_fault, "int $14") _("int-line", int_line, "int $0x30") \
	PRIVILEGED_HERE(_)
#define DEFINE(text, name, instructions) \
	static inline void try_##name(void) { __asm__ volatile(instructions : : : "eax", "ecx", "edx", "memory"); }
PRIVILEGED(DEFINE)
