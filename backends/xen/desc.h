/*
 * The GDT in force.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_DESC_H
#define PV_XEN_DESC_H

#include "xen.h"

/* The kernel's part of it; what lies beyond is Xen's. One CPU's. */
extern struct pv_xen_gdt_now {
	uint64_t *table;
	unsigned entries;
} pv_xen_gdt_now;

/* <isa>/gdt.c: a part. Stage TRAPS: have one in force, with segments like bare metal's. */
void pv_xen_gdt_begin(void) PV_WEAK;

/* idt.c, <isa>/gates.S: a part */
pv_status pv_xen_idt_load(void *table, unsigned limit);
pv_status pv_xen_idt_write(void *table, unsigned vector, uint64_t low, uint64_t high);
void pv_xen_idt_read(uintptr_t *table, unsigned *limit);
pv_status pv_xen_vector_deliver(unsigned vector);
extern uintptr_t pv_xen_gate_handlers[];	/* 0: the gate is not present */
extern const char pv_xen_gate_stubs[], pv_xen_gate_nobody[];

#endif
