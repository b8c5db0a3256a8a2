/*
 * The GDT of a 32-bit guest. Flat segments are Xen's own (Xen: arch-x86/xen-x86_32.h)
 * and always valid; what Xen has none of is the one that %fs needs, with the base of
 * the per-CPU record. The page may be mapped read-only alone from here on.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/desc.h>
#include "../desc.h"

uint64_t pv_xen_gdt[PV_PAGE_SIZE / 8] __attribute__((aligned(4096)));
static const struct pv_cpu *in_force_for;

bool
pv_xen_percpu_set(struct pv_cpu *cpu, struct pv_xen_refused *r)
{
	uintptr_t base = (uintptr_t)cpu - (uintptr_t)pv_percpu_offset;

	/* Present, ring 1, data, writable, accessed; 32-bit, in pages. */
	pv_xen_gdt[XEN_KERNEL_FS / 8] = pv_segment(base, 0xfffff, 0xb3, 0xc);
	if (!pv_xen_gdt_give(pv_xen_gdt, PV_XEN_GDT_ENTRIES, r))
		return false;
	/* Top tables may lie above 4 GiB. An old Xen that cannot do it refuses those, with a record. */
	(void)pv_xen_call(XEN_VM_ASSIST, XEN_VMASST_CMD_ENABLE, XEN_VMASST_TYPE_PAE_EXTENDED_CR3, 0, 0);
	__asm__ volatile("mov %0, %%fs" : : "r" (XEN_KERNEL_FS) : "memory");
	in_force_for = cpu;
	return true;
}

/* An attached kernel came with a GDT of its own, and entries load %fs with our selector. */
pv_status
pv_xen_gdt_begin(void)
{
	struct pv_xen_refused r;

	if (in_force_for == pv_cpu() || pv_xen_percpu_set(pv_cpu(), &r))
		return PV_OK;
	pv_xen_refused(&r);
	return PV_E_REFUSED;
}
