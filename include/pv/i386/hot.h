/*
 * Hot register and entry ops of i386 as sites; contracts in <pv/x86/ops.h>. PAE
 * entries are 64 bits in two words.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_I386_HOT_H
#define PV_I386_HOT_H

#include <pv/i386/site.h>

PV_BEGIN_DECLS

PV_INLINE uintptr_t
pv_cr2_read(void)
{
	uintptr_t value;

	__asm__ volatile(PV_SITE(9) : "=a" (value) : PV_SITE_OPERAND(cr2_read) : "cc", "memory");
	return value;
}

PV_INLINE uintptr_t
pv_cr3_read(void)
{
	uintptr_t value;

	__asm__ volatile(PV_SITE(6) : "=a" (value) : PV_SITE_OPERAND(cr3_read) : "cc", "memory");
	return value;
}

PV_INLINE void
pv_cr3_write(uintptr_t root)
{
	__asm__ volatile(PV_SITE(6) : : "a" (root), PV_SITE_OPERAND(cr3_write) : "cc", "memory");
}

PV_INLINE void
pv_fpu_clear(void)
{
	__asm__ volatile(PV_SITE(6) : : PV_SITE_OPERAND(fpu_clear) : "cc", "memory");
}

PV_INLINE void
pv_fpu_set(void)
{
	__asm__ volatile(PV_SITE(9) : : PV_SITE_OPERAND(fpu_set) : "eax", "cc", "memory");
}

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

PV_INLINE void
pv_invlpg(uintptr_t address)
{
	__asm__ volatile(PV_SITE(6) : : "a" (address), PV_SITE_OPERAND(invlpg) : "cc", "memory");
}

PV_END_DECLS
#endif
