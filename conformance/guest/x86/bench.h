/*
 * What the files of the bench kernel share.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef BENCH_H
#define BENCH_H

/* Larger things: a line for each; how many. */
unsigned bench_work(void);

/* The first thing of pv_main(). */
void bench_started(void);
/* What memory costs where physical addresses are not the machine's: a line of its own, or none. */
void bench_memory(void);

#endif
