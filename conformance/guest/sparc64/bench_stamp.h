/*
 * The counter of the bench kernel on sparc64: QEMU's 100 MHz, at one instruction
 * a nanosecond.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef BENCH_STAMP_H
#define BENCH_STAMP_H

static inline uint64_t
bench_stamp(void)
{
	uint64_t value;

	__asm__ volatile("rd %%tick, %0" : "=r" (value) : : "memory");
	return value * 10;
}

#endif
