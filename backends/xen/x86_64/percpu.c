/*
 * The per-CPU register of a 64-bit guest: GS in kernel mode, set by hypercall. Xen
 * changes it for the user's by itself.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../xen.h"

void
pv_xen_percpu_set(struct pv_cpu *cpu)
{
	(void)pv_xen_call(XEN_SET_SEGMENT_BASE, XEN_SEGBASE_GS_KERNEL,
	    (unsigned long)cpu - (unsigned long)pv_percpu_offset, 0, 0);
}
