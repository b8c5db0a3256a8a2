/*
 * Physical and machine frames of a PV guest, and where table entries are.
 *
 * This guest's physical memory is numbered from 0; which machine frame a page is comes
 * from the p2m array that Xen hands over and that is this guest's own from then on
 * (pages that went back to Xen have PV_XEN_NO_FRAME there). The way back is Xen's m2p
 * table, whose word counts only if the p2m agrees.
 *
 * Machine memory that is none of this guest's (registers of devices, frames of others)
 * has physical addresses, too: PV_XEN_MACHINE + its machine address. So an entry read
 * back shows what is not ours as such, and writing it again gives the same entry.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_P2M_H
#define PV_XEN_P2M_H

#include <pv/x86/pte.h>
#include "xen.h"

#define PV_XEN_MACHINE	(1ull << 51)
#define PV_XEN_NO_FRAME	(~0ul)
#define PV_XEN_NOWHERE	(~0ull)		/* no machine address */

/* What Xen has in entries of guests beside their own bits. */
#define PV_XEN_PTE_KERNEL	(1ull << 52)	/* x86_64: U was not asked for */
/* Ours, among the bits that Xen leaves to guests: the frame is a machine frame as it was given. */
#define PV_XEN_PTE_MACHINE	(1ull << 53)

struct pv_xen_p2m {
	unsigned long *list;
	unsigned long nr;		/* pages: 0 .. nr-1 */
	const unsigned long *m2p;
	unsigned long nr_m2p;		/* machine frames that it covers */
	/*
	 * One byte for each page, or NULL with a kernel that keeps its own tables: the level of a page
	 * that was claimed as a table, or'ed with PV_XEN_PINNED; PV_XEN_DESCRIPTORS.
	 */
	uint8_t *mark;
};
extern struct pv_xen_p2m pv_xen_p2m;
#define PV_XEN_LEVEL	0x07u
#define PV_XEN_LEAVING	0x08u		/* it was released; whether Xen has let it go is to be seen */
#define PV_XEN_DESCRIPTORS	0x40u	/* read-only, too: Xen has it for segments */
#define PV_XEN_PINNED	0x80u

/* Stage EARLY; needs pv_xen_start_info. */
void pv_xen_p2m_init(void);
/* PV_XEN_NO_FRAME: there is none behind this address. */
unsigned long pv_xen_frame_of(pv_paddr pa);
pv_paddr pv_xen_physical(unsigned long frame);
/*
 * A page has another frame from now on, or none: for balloons, which tell Xen themselves. It must not
 * be mapped. PV_E_RANGE: no such page.
 */
pv_status pv_xen_p2m_set(unsigned long page, unsigned long frame);
/* What is known of a page, as in mark; 0: nothing. */
unsigned pv_xen_mark_of(pv_paddr page);
void pv_xen_mark_set(pv_paddr page, unsigned mark);
/* It is nothing of that any more; but it is, after all. */
void pv_xen_mark_leave(pv_paddr page);
void pv_xen_mark_stay(pv_paddr page);
/* It was released, and whether it is a table still is not known here. */
bool pv_xen_mark_leaving(pv_paddr page);
/* Is this page claimed as a table? Its level; 0: no, or not known. */
unsigned pv_xen_table_level(pv_paddr page);

/* An entry as the kernel means it, and as it is in memory. */
uint64_t pv_xen_pte_in(uint64_t raw);
uint64_t pv_xen_pte_out(uint64_t entry);

/* where.c: machine address behind a mapped kernel address; PV_XEN_NOWHERE. */
uint64_t pv_xen_machine_of(const volatile void *va);
/* The leaf entry of a kernel address as it is in memory, and its machine address; PV_XEN_NOWHERE. */
uint64_t pv_xen_leaf_of(uintptr_t va, uint64_t *raw);
/* The kernel addresses at which a page of memory is mapped for good; how many, at most 2. */
unsigned pv_xen_aliases(pv_paddr page, uintptr_t alias[2]);

/* pte.c: the root in force, as the walk and cr3_read see it. */
extern pv_paddr pv_xen_root;

#endif
