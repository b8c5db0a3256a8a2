/*
 * The counter of the bench kernel on x86_64: the time stamp counter.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef BENCH_STAMP_H
#define BENCH_STAMP_H

static inline uint64_t
bench_stamp(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a" (lo), "=d" (hi) : : "memory");
	return (uint64_t)hi << 32 | lo;
}

#endif
