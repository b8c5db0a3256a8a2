/*
 * An entry replaced in one step, i386 with PAE: 64 bits by CMPXCHG8B.
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
	uint64_t old = *where;		/* a guess; the instruction corrects it */

	__asm__ volatile("1: lock cmpxchg8b %1\n\tjne 1b"
	    : "+A" (old), "+m" (*where)
	    : "b" ((uint32_t)value), "c" ((uint32_t)(value >> 32)) : "cc", "memory");
	return old;
}

#endif
