/*
 * What the files of the model of radix_model.h share among themselves.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOST_RADIX_PARTS_H
#define PV_HOST_RADIX_PARTS_H

#include "radix_model.h"

#define NR_ROOTS	64u

struct page {
	bool used;			/* the library has it */
	bool low;			/* came from pages_alloc */
	unsigned claimed;		/* level, or 0 */
	bool released_live;		/* was a table of an active tree; no flush since */
};
extern struct page page[POOL_PAGES];
extern uint64_t roots[NR_ROOTS];	/* claimed as such */
unsigned page_nr(uint64_t pa);

void mmu_reset(void);
void mmu_flush(uint64_t start, uint64_t last);
bool mmu_reaches(uint64_t table, unsigned level, uint64_t wanted);
/* Can a CPU get there: from a root that was claimed? */
bool mmu_reachable(uint64_t table);

#endif
