/*
 * The sparc64 instruction-set ops. The interrupt gate is not among them: it is PIL
 * on every sparc64 machine and always inline (see gate.h).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SPARC64_OPS_H
#define PV_SPARC64_OPS_H

#include <pv/status.h>

PV_BEGIN_DECLS

struct pv_tsb_entry;

struct pv_isa_ops {
	/* -> the counter that timers compare with (%stick, or %tick), top bit clear. */
	uint64_t (*counter)(void);

	/* Interrupt this CPU when the counter reaches `when`; ~0 = never. */
	void (*compare)(uint64_t when);

	/* -- TLB of a kernel that keeps its own record: contracts in <pv/sparc64/tlb.h> -- */

	/* An entry in the machine's form. */
	uint64_t (*tte_make)(uint64_t pa, unsigned size, unsigned flags);
	/* Look through this buffer, or (NULL) libpv's own. */
	pv_status (*tsb_set)(volatile struct pv_tsb_entry *buffer, unsigned entries);
	/* This CPU's TLBs take an entry, */
	void (*tlb_load)(uintptr_t va, unsigned context, uint64_t entry, unsigned which);
	/* forget a page, */
	void (*tlb_demap_page)(uintptr_t va, unsigned context);
	/* a context, */
	void (*tlb_demap_context)(unsigned context);
	/* all of them. */
	void (*tlb_demap_all)(void);
	/* Whose user addresses are. */
	void (*context_set)(unsigned context);
	pv_status (*perm_map)(uintptr_t va, uint64_t pa, unsigned size, unsigned flags);
	pv_status (*perm_unmap)(uintptr_t va);
};

PV_END_DECLS
#endif
