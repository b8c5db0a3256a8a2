/*
 * CPU ops that are the same instructions on every sparc64 machine.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "sparc64.h"

/* FLUSH makes one doubleword coherent on this CPU, and on all in time (V9 8.4.2). */
void
pv_sparc64_code_sync(const void *start, size_t size)
{
	uintptr_t at = (uintptr_t)start & ~(uintptr_t)7;
	uintptr_t end = (uintptr_t)start + size;

	__asm__ volatile("membar #StoreStore" : : : "memory");
	for (; at < end; at += 8)
		__asm__ volatile("flush %0" : : "r" (at) : "memory");
}

void
pv_sparc64_halt(void)
{
	pv_irq_disable();
	for (;;)
		pv_cpu_relax();
}

pv_status
pv_sparc64_trap_init(void)
{
	return PV_OK;
}
