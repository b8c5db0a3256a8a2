/*
 * Barriers and the spin hint of x86_64; included by <pv/cpu.h>. x86 keeps loads in
 * order and stores in order; only a store followed by a load needs an instruction.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_X86_64_BARRIER_H
#define PV_X86_64_BARRIER_H

#include <pv/cpu.h>

PV_INLINE void
pv_cpu_relax(void)
{
	__asm__ volatile("pause" ::: "memory");
}

PV_INLINE void
pv_mb(void)
{
	__asm__ volatile("lock; addq $0, (%%rsp)" ::: "memory", "cc");
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
