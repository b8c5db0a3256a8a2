/*
 * The shortest lock there is, for tables of the library that interrupt handlers
 * of several CPUs touch. Held for a few dozen instructions with the gate closed,
 * never across a call of the kernel's.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_COMMON_LATCH_H
#define PV_COMMON_LATCH_H

#include <pv/cpu.h>

static inline void
pv_latch_take(uint32_t *latch)
{
	while (__atomic_exchange_n(latch, 1, __ATOMIC_ACQUIRE) != 0)
		while (__atomic_load_n(latch, __ATOMIC_RELAXED) != 0)
			pv_cpu_relax();
}

static inline void
pv_latch_drop(uint32_t *latch)
{
	__atomic_store_n(latch, 0, __ATOMIC_RELEASE);
}

#endif
