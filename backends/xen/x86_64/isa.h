/*
 * What the C files of the Xen backend need to know of x86_64. Included by ../xen.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_ISA_H
#define PV_XEN_ISA_H

#define PV_XEN_KERNEL_OFFSET	0xffffffff80000000ul
#define PV_XEN_HOLE_END		((uintptr_t)XEN_HOLE_END)
#define PV_XEN_HOLE_MOVES	0
#define PV_XEN_SPLIT_ROOTS	1	/* kernel and user mode share a ring, so each has a root */

/* A 64-bit argument of a hypercall becomes the n-th word and on; gives the next one. */
static inline unsigned
pv_xen_arg64(unsigned long *args, unsigned n, uint64_t value)
{
	args[n] = value;
	return n + 1;
}

#endif
