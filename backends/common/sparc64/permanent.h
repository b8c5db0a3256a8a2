/*
 * The account of the kernel's permanent translations on sparc64, and what both
 * machines check before they make one. Part `tlb`.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SPARC64_PERMANENT_H
#define PV_SPARC64_PERMANENT_H

#include <pv/sparc64/tlb.h>
#include "sparc64.h"

struct pv_sparc64_permanent {
	uintptr_t va, size;		/* size 0: free */
	uint64_t pa;
	unsigned which;			/* PV_TLB_* */
};

static inline uintptr_t
pv_sparc64_page_bytes(unsigned size)
{
	return (uintptr_t)PV_PAGE_SIZE << 3 * size;
}

/* One that overlaps these bytes, or NULL. */
struct pv_sparc64_permanent *pv_sparc64_permanent_find(uintptr_t va, uintptr_t size);
/* A free one for this translation, or why there can be none. */
pv_status pv_sparc64_permanent_new(uintptr_t va, uint64_t pa, unsigned size, unsigned flags,
    struct pv_sparc64_permanent **out);
/* A buffer that pv_tsb_set() may be given: by size and alignment, and under a permanent translation. */
bool pv_sparc64_buffer_good(const volatile struct pv_tsb_entry *buffer, unsigned entries);

#endif
