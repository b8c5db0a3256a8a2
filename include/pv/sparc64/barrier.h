/*
 * Barriers and the spin hint of sparc64; included by <pv/cpu.h>.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SPARC64_BARRIER_H
#define PV_SPARC64_BARRIER_H

#include <pv/cpu.h>

PV_INLINE void
pv_cpu_relax(void)
{
	/* Reading the condition codes takes the strand out of the pipe for a moment. */
	__asm__ volatile("rd %%ccr, %%g0" ::: "memory");
}

PV_INLINE void
pv_mb(void)
{
	__asm__ volatile("membar #StoreLoad | #LoadLoad | #StoreStore | #LoadStore" ::: "memory");
}

PV_INLINE void
pv_rmb(void)
{
	__asm__ volatile("membar #LoadLoad" ::: "memory");
}

PV_INLINE void
pv_wmb(void)
{
	__asm__ volatile("membar #StoreStore" ::: "memory");
}

#endif
