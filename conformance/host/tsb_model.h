/*
 * A machine for the tests of backends/common/tsb: some real memory, page hooks that
 * count and can fail, TLBs and a walk through buffer and record as the miss path of
 * both machines does it, in C. It shares no code with what it tests.
 *
 * A broken rule ends the test with model_broken(): two TLB entries for one address, a
 * demap before the buffer forgot, an entry that says more than the record after a sync,
 * a context that brings something of who had it before, a frame in the data cache
 * under two colours or out of it at its own, a record entry in a page that is nobody's.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOST_TSB_MODEL_H
#define PV_HOST_TSB_MODEL_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../backends/common/tsb/tsb.h"

#define POOL_BASE	0x40000000ull		/* real address of the first page that the hooks give */
#define POOL_PAGES	256u
#define PAGE		0x2000ull
#define LARGE		0x800000ull		/* a leaf of level 2 */
#define PIECE		0x400000ull		/* as the TLB has it */
#define MANY		16u			/* pages, from which on a context is forgotten */
#define OWN		0x400000ull		/* the image's permanent translation */

/* A TLB entry of this machine. */
#define TTE_V		(1ull << 63)
#define TTE_4M		0x01ull
#define TTE_W		0x02ull
#define TTE_X		0x04ull
#define TTE_U		0x08ull
#define TTE_CP		0x10ull
#define TTE_CV		0x20ull
#define TTE_PA		0x00ffffffffffe000ull

struct model {
	/* failures to order: the n-th page from now on, 1 is the next; 0 never */
	unsigned fail_page;
	bool fail_all;			/* but for as many as came back since */
	unsigned came_back;
	/* called between the read of an entry and the compare and swap of it */
	void (*on_cas)(uint64_t where);

	/* what happened */
	unsigned pages_used, demap_pages, demap_contexts, demap_alls, walks;
	unsigned context;
};
extern struct model model;
extern struct pv_cpu model_cpu;

void model_reset(void);
void model_broken(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

enum access { READ, WRITE, EXEC };
/* By the kernel for context 0, by user mode otherwise. False: page fault. */
bool model_access(unsigned context, uint64_t va, enum access how, uint64_t *pa);
/* Is it in the data cache when it is used there? After an access. */
bool model_cached(unsigned context, uint64_t va);
/* All that the caches have of a context agrees with the record below this root. */
void model_check(unsigned context, uint64_t root);
/* The leaf of the record: 0, if there is none. */
uint64_t *model_leaf(uint64_t root, uint64_t va, unsigned *level);

#endif
