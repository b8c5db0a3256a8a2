/*
 * A machine for the tests of backends/common/radix: some physical memory, page
 * hooks that count and can fail, entry ops that check the rules of <pv/x86/pte.h>,
 * and an MMU that reads the tables as hardware does, translation cache included.
 * It shares no code with what it tests.
 *
 * A broken rule ends the test with model_broken(), so that no case has to ask.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOST_RADIX_MODEL_H
#define PV_HOST_RADIX_MODEL_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../backends/common/radix/radix.h"
#include "../../hooks/hooks_internal.h"

#define POOL_BASE	0x01000000ull		/* physical address of page 0 of the pool */
#define POOL_PAGES	1024u
#define POOL_LOW	64u			/* of them, for pages_alloc() */
#define CANARY		0x5a5a5a5a5a5a5a5aull

#define PAGE		0x1000ull
#define LARGE		0x200000ull
#define HUGE		0x40000000ull

struct machine {
	/* what the machine is like; set before machine_start() */
	unsigned phys_bits;
	bool caps[PV_CAP_COUNT];
	bool has_pat, has_huge;
	uint64_t pool_base;		/* page_alloc's pages appear here */
	bool own_tables;		/* the kernel has hook va_map */
	bool fail_va_map;
	bool no_pages_alloc;

	/* failures to order: the n-th from now on, 1 is the next; 0 never */
	unsigned fail_page, fail_claim, fail_release;
	unsigned fail_page_all;		/* all from then on */
	/* called between the read of an entry and its next exchange */
	void (*on_exchange)(uint64_t *where);

	/* what happened */
	unsigned pages_used;		/* taken by the library from the hooks */
	unsigned tables_used;		/* claimed */
	unsigned pages_asked, claims_asked;
	unsigned flush_all, flush_all_global, flush_range;
	uint64_t flush_bytes;
	unsigned sets, clears, exchanges;
	unsigned gone;			/* live entries that an exchange took away */
	uint64_t root, user_root;	/* as last set */
	unsigned windows_open, windows_most;
	uint64_t va_bytes;		/* taken from hook va_alloc */
	unsigned va_maps, va_unmaps;	/* calls of those hooks */
	uint64_t va_map_pa;
	unsigned va_map_flags;
	unsigned logs;
	char last_log[200];
};
extern struct machine machine;
extern struct pv_space *kernel;		/* pv_space_kernel() */
extern struct pv_cpu model_cpu;
extern const struct pv_radix_below machine_below;	/* of a layer that collects nothing */

/* Fixture: a machine with everything; start it, stop it (frees memory, checks nothing). */
void machine_reset(void);
void machine_start(void);
void machine_stop(void);

/* One translation, as the MMU finds it. */
struct walk {
	bool present;
	uint64_t pa;
	unsigned level;			/* of the leaf */
	bool write, user, exec, global;
	uint64_t leaf;			/* the entry */
	uint64_t *where;
};
struct walk model_walk(uint64_t root, uint64_t va);
struct walk space_walk(const struct pv_space *space, uint64_t va);

/* An access by the CPU with `space` active: through the translation cache. False: page fault. */
bool model_access(uint64_t va, bool write, uint64_t *pa);
unsigned model_cached(uint64_t va);

/* Tables reachable from the root, itself included; user half, and all. */
unsigned model_tables(uint64_t root, bool kernel_half);
/* A frame that no table uses, for roots of ready-made trees. */
uint64_t model_take(void);
uint64_t *model_page(uint64_t pa);
/* A hash of all translations below a root, to compare before and after. */
uint64_t model_hash(uint64_t root);

void model_broken(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
