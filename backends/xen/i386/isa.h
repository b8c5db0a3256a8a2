/*
 * What the C files of the Xen backend need to know of i386. Included by ../xen.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_ISA_H
#define PV_XEN_ISA_H

#include "segments.h"

#define PV_XEN_KERNEL_OFFSET	0xc0000000ul
#define PV_XEN_HOLE_END		((uintptr_t)0)	/* up to the last address */
#define PV_XEN_HOLE_MOVES	1	/* where it starts is to be asked */
#define PV_XEN_SPLIT_ROOTS	0

/* A 64-bit argument of a hypercall becomes two words from the n-th on, low first; gives the next one. */
static inline unsigned
pv_xen_arg64(unsigned long *args, unsigned n, uint64_t value)
{
	args[n] = (unsigned long)value;
	args[n + 1] = (unsigned long)(value >> 32);
	return n + 2;
}

#endif
