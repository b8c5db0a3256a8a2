/*
 * An entry replaced in one step, x86_64.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_NATIVE_SWAP_H
#define PV_NATIVE_SWAP_H

#include <pv/types.h>

/* Store and return what was there; nothing that the CPU sets in between is lost. */
static inline uint64_t
pv_native_swap64(uint64_t *where, uint64_t value)
{
	__asm__ volatile("xchgq %0, %1" : "+r" (value), "+m" (*where) : : "memory");
	return value;
}

#endif
