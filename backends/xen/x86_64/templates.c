/*
 * What patched sites hold under Xen PV on x86_64: one access to the event mask. The
 * rest become direct calls. Displacements are struct pv_cpu.hv_area + the offset in
 * vcpu_info; the patcher adds pv_percpu_offset.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../xen.h"

#define OP(member)	.op = __builtin_offsetof(struct pv_ops, isa.member)
#define AT(field)	(__builtin_offsetof(struct pv_cpu, hv_area) + __builtin_offsetof(struct xen_vcpu_info, field))
#define DISP(field)	AT(field) & 0xff, AT(field) >> 8 & 0xff, 0, 0

const struct pv_template pv_xen_templates[] = {
	{ OP(irq_save), .size = 13, .percpu_at = 9, .bytes = { 0xb8, 1, 0, 0, 0,	/* mov $1,%eax */
	    0x65, 0x86, 0x04, 0x25, DISP(mask) } },				/* xchg %al,%gs:mask */
	{ OP(irq_disable), .size = 9, .percpu_at = 4, .bytes = {		/* movb $1,%gs:mask */
	    0x65, 0xc6, 0x04, 0x25, DISP(mask), 1 } },
	{ OP(irq_read), .size = 9, .percpu_at = 5, .bytes = {			/* movzbl %gs:mask,%eax */
	    0x65, 0x0f, 0xb6, 0x04, 0x25, DISP(mask) } },
	{ OP(cr2_read), .size = 9, .percpu_at = 5, .bytes = {			/* mov %gs:cr2,%rax */
	    0x65, 0x48, 0x8b, 0x04, 0x25, DISP(cr2) } },
	{ .size = 0 }
};
