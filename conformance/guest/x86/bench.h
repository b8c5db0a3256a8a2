/*
 * What the files of the bench kernel share.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef BENCH_H
#define BENCH_H

/* Larger things: a line for each; how many. */
unsigned bench_work(void);

#endif
