/*
 * What patched sites hold on bare metal i386: the instructions themselves.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../x86/native.h"

#define OP(member)	.op = __builtin_offsetof(struct pv_ops, isa.member)

const struct pv_template pv_native_templates[] = {
	{ OP(irq_save), .size = 3, .bytes = { 0x9c, 0x58, 0xfa } },		/* pushf; pop %eax; cli */
	{ OP(irq_disable), .size = 1, .bytes = { 0xfa } },			/* cli */
	{ OP(irq_enable), .size = 1, .bytes = { 0xfb } },			/* sti */
	{ OP(irq_restore), .size = 2, .bytes = { 0x50, 0x9d } },		/* push %eax; popf */
	{ OP(irq_read), .size = 2, .bytes = { 0x9c, 0x58 } },			/* pushf; pop %eax */
	{ OP(cr2_read), .size = 3, .bytes = { 0x0f, 0x20, 0xd0 } },		/* mov %cr2,%eax */
	{ OP(cr3_read), .size = 3, .bytes = { 0x0f, 0x20, 0xd8 } },		/* mov %cr3,%eax */
	{ OP(cr3_write), .size = 3, .bytes = { 0x0f, 0x22, 0xd8 } },		/* mov %eax,%cr3 */
	{ OP(fpu_clear), .size = 2, .bytes = { 0x0f, 0x06 } },			/* clts */
	{ OP(fpu_set), .size = 9, .bytes = { 0x0f, 0x20, 0xc0,			/* mov %cr0,%eax */
	    0x83, 0xc8, 0x08,							/* or $8,%eax */
	    0x0f, 0x22, 0xc0 } },						/* mov %eax,%cr0 */
	{ OP(counter), .size = 2, .bytes = { 0x0f, 0x31 } },			/* rdtsc */
	{ OP(pte_get), .size = 5, .bytes = { 0x8b, 0x01,			/* mov (%ecx),%eax */
	    0x8b, 0x51, 0x04 } },						/* mov 4(%ecx),%edx */
	{ OP(pte_set), .size = 5, .bytes = { 0x89, 0x48, 0x04,			/* mov %ecx,4(%eax) */
	    0x89, 0x10 } },							/* mov %edx,(%eax) */
	{ OP(pte_clear), .size = 13, .bytes = { 0xc7, 0x00, 0, 0, 0, 0,		/* movl $0,(%eax) */
	    0xc7, 0x40, 0x04, 0, 0, 0, 0 } },					/* movl $0,4(%eax) */
	{ OP(invlpg), .size = 3, .bytes = { 0x0f, 0x01, 0x38 } },		/* invlpg (%eax) */
	{ OP(in8), .size = 1, .bytes = { 0xec } },				/* in (%dx),%al */
	{ OP(in16), .size = 2, .bytes = { 0x66, 0xed } },			/* in (%dx),%ax */
	{ OP(in32), .size = 1, .bytes = { 0xed } },				/* in (%dx),%eax */
	{ OP(out8), .size = 1, .bytes = { 0xee } },				/* out %al,(%dx) */
	{ OP(out16), .size = 2, .bytes = { 0x66, 0xef } },			/* out %ax,(%dx) */
	{ OP(out32), .size = 1, .bytes = { 0xef } },				/* out %eax,(%dx) */
	{ OP(iret), .size = 1, .bytes = { 0xcf } },				/* iretl */
	{ .size = 0 }
};
