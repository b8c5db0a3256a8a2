/*
 * Barriers and the spin hint of i386; included by <pv/cpu.h>. x86 keeps loads in
 * order and stores in order; only a store followed by a load needs an instruction.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_I386_BARRIER_H
#define PV_I386_BARRIER_H

#include <pv/cpu.h>

PV_INLINE void
pv_cpu_relax(void)
{
	__asm__ volatile("pause" ::: "memory");
}

PV_INLINE void
pv_mb(void)
{
	__asm__ volatile("lock; addl $0, (%%esp)" ::: "memory", "cc");
}

PV_INLINE void
pv_rmb(void)
{
	PV_COMPILER_BARRIER();
}

PV_INLINE void
pv_wmb(void)
{
	PV_COMPILER_BARRIER();
}

#endif
