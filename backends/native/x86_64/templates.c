/*
 * What patched sites hold on bare metal x86_64: the instructions themselves.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../x86/native.h"

#define OP(member)	.op = __builtin_offsetof(struct pv_ops, isa.member)

const struct pv_template pv_native_templates[] = {
	{ OP(irq_save), .size = 3, .bytes = { 0x9c, 0x58, 0xfa } },		/* pushf; pop %rax; cli */
	{ OP(irq_disable), .size = 1, .bytes = { 0xfa } },			/* cli */
	{ OP(irq_enable), .size = 1, .bytes = { 0xfb } },			/* sti */
	{ OP(irq_restore), .size = 2, .bytes = { 0x57, 0x9d } },		/* push %rdi; popf */
	{ OP(irq_read), .size = 2, .bytes = { 0x9c, 0x58 } },			/* pushf; pop %rax */
	{ OP(cr2_read), .size = 3, .bytes = { 0x0f, 0x20, 0xd0 } },		/* mov %cr2,%rax */
	{ OP(cr3_read), .size = 3, .bytes = { 0x0f, 0x20, 0xd8 } },		/* mov %cr3,%rax */
	{ OP(cr3_write), .size = 3, .bytes = { 0x0f, 0x22, 0xdf } },		/* mov %rdi,%cr3 */
	{ OP(fpu_clear), .size = 2, .bytes = { 0x0f, 0x06 } },			/* clts */
	{ OP(fpu_set), .size = 9, .bytes = { 0x0f, 0x20, 0xc0,			/* mov %cr0,%rax */
	    0x83, 0xc8, 0x08,							/* or $8,%eax */
	    0x0f, 0x22, 0xc0 } },						/* mov %rax,%cr0 */
	{ OP(counter), .size = 9, .bytes = { 0x0f, 0x31,			/* rdtsc */
	    0x48, 0xc1, 0xe2, 0x20,						/* shl $32,%rdx */
	    0x48, 0x09, 0xd0 } },						/* or %rdx,%rax */
	{ OP(pte_get), .size = 3, .bytes = { 0x48, 0x8b, 0x07 } },		/* mov (%rdi),%rax */
	{ OP(pte_set), .size = 3, .bytes = { 0x48, 0x89, 0x37 } },		/* mov %rsi,(%rdi) */
	{ OP(pte_clear), .size = 7, .bytes = { 0x48, 0xc7, 0x07, 0, 0, 0, 0 } }, /* movq $0,(%rdi) */
	{ OP(invlpg), .size = 3, .bytes = { 0x0f, 0x01, 0x3f } },		/* invlpg (%rdi) */
	{ OP(in8), .size = 1, .bytes = { 0xec } },				/* in (%dx),%al */
	{ OP(in16), .size = 2, .bytes = { 0x66, 0xed } },			/* in (%dx),%ax */
	{ OP(in32), .size = 1, .bytes = { 0xed } },				/* in (%dx),%eax */
	{ OP(out8), .size = 1, .bytes = { 0xee } },				/* out %al,(%dx) */
	{ OP(out16), .size = 2, .bytes = { 0x66, 0xef } },			/* out %ax,(%dx) */
	{ OP(out32), .size = 1, .bytes = { 0xef } },				/* out %eax,(%dx) */
	{ OP(iret), .size = 2, .bytes = { 0x48, 0xcf } },			/* iretq */
	{ OP(swapgs), .size = 3, .bytes = { 0x0f, 0x01, 0xf8 } },		/* swapgs */
	{ .size = 0 }
};
