/*
 * What the parts of a PV guest's descriptor tables share: which GDT is in force and how
 * the first one is given to Xen (desc.c, <isa>/gdt.c), and the IDT as a kernel sees it
 * (idt.c, <isa>/gates.S). The LDT in force is desc.c's own.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_DESC_H
#define PV_XEN_DESC_H

#include <pv/x86/pte.h>
#include "refuse.h"

/* A table, whole pages of it: what lies behind its entries in the last one are descriptors, too. */
struct pv_xen_descriptors {
	uint64_t *table;
	unsigned entries;
	uint64_t machine;	/* of a GDT's first entry: those for threads are written at each switch */
};
/* The kernel's part of the GDT; what lies beyond is Xen's. One CPU's. */
extern struct pv_xen_descriptors pv_xen_gdt_now;

/* <isa>/gdt.c: a part. Stage TRAPS: have one in force, with segments like bare metal's. */
pv_status pv_xen_gdt_begin(void) PV_WEAK;

/* A page of the image becomes the GDT, whoever made the page tables. False: r says what was refused. */
static inline bool
pv_xen_gdt_give(uint64_t *table, unsigned entries, struct pv_xen_refused *r)
{
	unsigned long frame = pv_xen_mfn_of(table);
	uint64_t entry = (uint64_t)frame << PV_PAGE_SHIFT | PV_PTE_P;

	*r = (struct pv_xen_refused){ .op = "trap.init", .nr = XEN_UPDATE_VA_MAPPING, .index = -1, .nr_args = 3,
	    .arg = { (uintptr_t)table, entry, XEN_FLUSH_INVLPG_LOCAL } };
	r->code = pv_xen_va_mapping((uintptr_t)table, entry, XEN_FLUSH_INVLPG_LOCAL);
	if (r->code < 0)
		return false;
	*r = (struct pv_xen_refused){ .op = "trap.init", .nr = XEN_SET_GDT, .index = -1, .nr_args = 2,
	    .arg = { (uintptr_t)&frame, entries } };
	r->code = pv_xen_call(XEN_SET_GDT, (unsigned long)&frame, entries, 0, 0);
	if (r->code < 0)
		return false;
	pv_xen_gdt_now = (struct pv_xen_descriptors){ table, entries, (uint64_t)frame << PV_PAGE_SHIFT };
	return true;
}

/* idt.c, <isa>/gates.S: a part */
pv_status pv_xen_idt_load(void *table, unsigned limit);
pv_status pv_xen_idt_write(void *table, unsigned vector, uint64_t low, uint64_t high);
void pv_xen_idt_read(uintptr_t *table, unsigned *limit);
pv_status pv_xen_vector_deliver(unsigned vector);
extern uintptr_t pv_xen_gate_handlers[];	/* 0: the gate is not present */
extern const char pv_xen_gate_stubs[], pv_xen_gate_nobody[];

#endif
