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

#endif
