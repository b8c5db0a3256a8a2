/*
 * Descriptor tables of the guest of xen_host.h: what a kernel can see of them and what
 * Xen has, and the rest of the library as far as traps and user mode ask for it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_HOST_DESC_H
#define XEN_HOST_DESC_H

#include "xen_host.h"

/* Two pages each, of the guest's data. */
enum { FIRST, OTHER, LOCAL, LOCAL_OTHER, NR_TABLES };
#define XH_SMALL	16u

static inline uint64_t *
xh_table(unsigned table)
{
	return (uint64_t *)(XM_DIRECT + (uintptr_t)xh_page(table * 2).v);
}

extern uint64_t *xh_idt;		/* that is in force, once somebody looked */
extern uintptr_t xh_elsewhere;		/* where OTHER is mapped once more; 0: nowhere */

struct xh_view {
	uintptr_t gdt;
	unsigned gdt_limit, ldt;
	unsigned long frame[16], entries, ldt_base, ldt_entries;
	bool writable[NR_TABLES * 2], elsewhere[2];
	unsigned mark[NR_TABLES * 2];
	uint64_t descriptor[3][XH_SMALL];
	uintptr_t idt;
	uint64_t gate[512];
	struct xen_trap_info trap[256];
	uintptr_t handler[256];
	unsigned long callback[8], base[3], sp;
	bool fpu_off, fpu_wanted;
};

void xh_look(struct xh_view *view);
bool xh_writable(uintptr_t va);

#endif
