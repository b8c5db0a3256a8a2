/*
 * Per-CPU data on sparc64 hangs on %g6, which compilers leave to the system;
 * included by <pv/cpu.h>. Entry code reloads it from a scratchpad or, on sun4u,
 * from the alternate globals.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SPARC64_PERCPU_H
#define PV_SPARC64_PERCPU_H

#include <pv/cpu.h>

PV_INLINE struct pv_cpu *
pv_cpu(void)
{
	struct pv_cpu *self;

	/* Volatile: between two reads the thread may have moved, and compilers know nothing of that. */
	__asm__ volatile("mov %%g6, %0" : "=r" (self));
	return self;
}

#endif
