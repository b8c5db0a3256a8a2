/*
 * Hot ops of i386 whose operands differ from x86_64: the counter, and PAE entries of
 * 64 bits in two words.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_I386_HOT_H
#define PV_I386_HOT_H

#include <pv/x86/hot.h>

PV_BEGIN_DECLS

PV_INLINE uint64_t
pv_counter(void)
{
	uint64_t value;

	__asm__ volatile(PV_SITE(6) : "=A" (value) : PV_SITE_OPERAND(counter) : "cc", "memory");
	return value;
}

PV_INLINE uint64_t
pv_pte_get_raw(const uint64_t *where)
{
	uint64_t entry;

	__asm__ volatile(PV_SITE(6) : "=A" (entry) : "c" (where), PV_SITE_OPERAND(pte_get) : "cc", "memory");
	return entry;
}

PV_INLINE void
pv_pte_set_raw(uint64_t *where, uint64_t entry)
{
	__asm__ volatile(PV_SITE(6) : : "a" (where), "d" ((uint32_t)entry), "c" ((uint32_t)(entry >> 32)),
	    PV_SITE_OPERAND(pte_set) : "cc", "memory");
}

PV_INLINE void
pv_pte_clear_raw(uint64_t *where)
{
	__asm__ volatile(PV_SITE(13) : : "a" (where), PV_SITE_OPERAND(pte_clear) : "cc", "memory");
}

PV_END_DECLS
#endif
