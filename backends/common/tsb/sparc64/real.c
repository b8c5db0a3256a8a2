/*
 * Memory by real address on sparc64: ASI 0x14, the same number on sun4u (physical,
 * cached in the external cache) and sun4v (real). The record is touched by this
 * alone once its pages are zeroed, so no data cache can hold an old copy of it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../tsb.h"

uint64_t
pv_tsb_real_get(uint64_t ra)
{
	uint64_t v;

	__asm__ volatile("ldxa [%1] 0x14, %0" : "=r" (v) : "r" (ra) : "memory");
	return v;
}

void
pv_tsb_real_set(uint64_t ra, uint64_t value)
{
	__asm__ volatile("stxa %0, [%1] 0x14" : : "r" (value), "r" (ra) : "memory");
}

uint64_t
pv_tsb_real_cas(uint64_t ra, uint64_t old, uint64_t value)
{
	__asm__ volatile("casxa [%1] 0x14, %2, %0" : "+r" (value) : "r" (ra), "r" (old) : "memory");
	return value;
}
