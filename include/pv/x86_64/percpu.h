/*
 * Per-CPU data on x86_64 hangs on %gs; included by <pv/cpu.h>.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_X86_64_PERCPU_H
#define PV_X86_64_PERCPU_H

#include <pv/cpu.h>

PV_INLINE struct pv_cpu *
pv_cpu(void)
{
	struct pv_cpu *self;

	/* Volatile: between two reads the thread may have moved, and compilers know nothing of that. */
	__asm__ volatile(".weak pv_percpu_offset\n\tmov %%gs:pv_percpu_offset, %0" : "=r" (self));
	return self;
}

#endif
