/*
 * What the files of the bench kernel share.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef BENCH_H
#define BENCH_H

#include <pv/pv.h>

#define BENCH_ROUNDS	1000u

/* One loop of BENCH_ROUNDS with four copies of the body; the empty loop is taken off later. */
#define BENCH_LOOP(body) do {							\
	uint64_t start_ = bench_stamp(), calls_ = pv_hypercall_count();		\
	for (unsigned i_ = 0; i_ < BENCH_ROUNDS; i_++) {			\
		__asm__ volatile("" : "+r" (i_) : : "memory");			\
		body; body; body; body;						\
	}									\
	bench_cost = bench_stamp() - start_;					\
	bench_calls = pv_hypercall_count() - calls_;				\
} while (0)

/* What the last loop cost. */
extern uint64_t bench_cost, bench_calls;

struct figure {
	const char *op;
	void (*bare)(void);	/* NULL: there is no form that could be compared */
	void (*site)(void);
};

#define BENCH_PAIR(name, bare_body, site_body)					\
static void bare_##name(void) { pv_irq_state gate = pv_irq_save(); BENCH_LOOP(bare_body); pv_irq_restore(gate); } \
static void site_##name(void) { pv_irq_state gate = pv_irq_save(); BENCH_LOOP(site_body); pv_irq_restore(gate); }

/* -- <isa>/bench_ops.c -- */
/* Instructions that were executed, under an instruction-counting clock. */
uint64_t bench_stamp(void);
const struct figure *bench_figures(unsigned *nr);
/* Before the first figure, at stage LINES, gate closed. */
void bench_operands(void);

/* A line: what one of the four in a loop costs, less an empty loop. */
void bench_run(const char *op, const char *mode, void (*fn)(void), uint64_t empty);

/* -- i386/bench_rom.c -- */
/* By hand what ops do by a VMI ROM, and ops that are no sites; sites are patched. How many lines. */
unsigned bench_below(uint64_t empty) PV_WEAK;

/* Larger things: a line for each; how many. */
unsigned bench_work(void);

/* The first thing of pv_main(). */
void bench_started(void);
/* What memory costs where physical addresses are not the machine's: a line of its own, or none. */
void bench_memory(void);

#endif
