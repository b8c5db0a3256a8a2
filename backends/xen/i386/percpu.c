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

/* Before there is a table of ops: what is refused here cannot be said but by Xen's log. */
void
pv_xen_percpu_set(struct pv_cpu *cpu)
{
	uintptr_t base = (uintptr_t)cpu - (uintptr_t)pv_percpu_offset;
	unsigned long frame = (unsigned long)pv_xen_mfn_of(pv_xen_gdt);

	/* Present, ring 1, data, writable, accessed; 32-bit, in pages. */
	pv_xen_gdt[XEN_KERNEL_FS / 8] = pv_segment(base, 0xfffff, 0xb3, 0xc);
	(void)pv_xen_va_mapping((uintptr_t)pv_xen_gdt, (uint64_t)frame << PV_PAGE_SHIFT | 1, XEN_FLUSH_INVLPG_LOCAL);
	(void)pv_xen_call(XEN_SET_GDT, (unsigned long)&frame, PV_XEN_GDT_ENTRIES, 0, 0);
	/* Top tables may lie above 4 GiB. Without it Xen refuses those, and says so. */
	(void)pv_xen_call(XEN_VM_ASSIST, XEN_VMASST_CMD_ENABLE, XEN_VMASST_TYPE_PAE_EXTENDED_CR3, 0, 0);
	__asm__ volatile("mov %0, %%fs" : : "r" (XEN_KERNEL_FS) : "memory");
	in_force_for = cpu;
}

/* An attached kernel came with a GDT of its own, and entries load %fs with our selector. */
void
pv_xen_gdt_begin(void)
{
	if (in_force_for != pv_cpu())
		pv_xen_percpu_set(pv_cpu());
}
