/*
 * Hot ops of x86_64 whose operands differ from i386: the counter, page-table entries.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_X86_64_HOT_H
#define PV_X86_64_HOT_H

#include <pv/x86/hot.h>

PV_BEGIN_DECLS

PV_INLINE uint64_t
pv_counter(void)
{
	uint64_t value;

	__asm__ volatile(PV_SITE(9) : "=a" (value) : PV_SITE_OPERAND(counter) : "rdx", "cc", "memory");
	return value;
}

PV_INLINE uint64_t
pv_pte_get_raw(const uint64_t *where)
{
	uint64_t entry;

	__asm__ volatile(PV_SITE(6) : "=a" (entry) : "D" (where), PV_SITE_OPERAND(pte_get) : "cc", "memory");
	return entry;
}

PV_INLINE void
pv_pte_set_raw(uint64_t *where, uint64_t entry)
{
	__asm__ volatile(PV_SITE(6) : : "D" (where), "S" (entry), PV_SITE_OPERAND(pte_set) : "cc", "memory");
}

PV_INLINE void
pv_pte_clear_raw(uint64_t *where)
{
	__asm__ volatile(PV_SITE(7) : : "D" (where), PV_SITE_OPERAND(pte_clear) : "cc", "memory");
}

PV_END_DECLS
#endif
