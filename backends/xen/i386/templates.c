/*
 * What patched sites hold under Xen PV on i386; see backends/xen/x86_64/templates.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../xen.h"

#define OP(member)	.op = __builtin_offsetof(struct pv_ops, isa.member)
#define AT(field)	(__builtin_offsetof(struct pv_cpu, hv_area) + __builtin_offsetof(struct xen_vcpu_info, field))
#define DISP(field)	AT(field) & 0xff, AT(field) >> 8 & 0xff, 0, 0

const struct pv_template pv_xen_templates[] = {
	{ OP(irq_save), .size = 12, .percpu_at = 8, .bytes = { 0xb8, 1, 0, 0, 0,	/* mov $1,%eax */
	    0x64, 0x86, 0x05, DISP(mask) } },					/* xchg %al,%fs:mask */
	{ OP(irq_disable), .size = 8, .percpu_at = 3, .bytes = {		/* movb $1,%fs:mask */
	    0x64, 0xc6, 0x05, DISP(mask), 1 } },
	{ OP(irq_read), .size = 8, .percpu_at = 4, .bytes = {			/* movzbl %fs:mask,%eax */
	    0x64, 0x0f, 0xb6, 0x05, DISP(mask) } },
	{ OP(cr2_read), .size = 6, .percpu_at = 2, .bytes = {			/* mov %fs:cr2,%eax */
	    0x64, 0xa1, DISP(cr2) } },
	{ .size = 0 }
};
