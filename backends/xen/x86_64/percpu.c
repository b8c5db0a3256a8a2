/*
 * The per-CPU register of a 64-bit guest: GS in kernel mode, set by hypercall. Xen
 * changes it for the user's by itself.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../refuse.h"

bool
pv_xen_percpu_set(struct pv_cpu *cpu, struct pv_xen_refused *r)
{
	unsigned long base = (unsigned long)cpu - (unsigned long)pv_percpu_offset;

	*r = (struct pv_xen_refused){ .op = "cpu.setup", .nr = XEN_SET_SEGMENT_BASE, .index = -1, .nr_args = 2,
	    .arg = { XEN_SEGBASE_GS_KERNEL, base } };
	r->code = pv_xen_call(XEN_SET_SEGMENT_BASE, XEN_SEGBASE_GS_KERNEL, base, 0, 0);
	return r->code >= 0;
}
