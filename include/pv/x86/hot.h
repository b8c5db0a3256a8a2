/*
 * Hot register ops of x86 as sites, for both widths; contracts in <pv/x86/ops.h>.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_X86_HOT_H
#define PV_X86_HOT_H

#include <pv/isa.h>
#include PV_ISA_HEADER(site.h)

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
	__asm__ volatile(PV_SITE(6) : : PV_SITE_ARG1 (root), PV_SITE_OPERAND(cr3_write) : "cc", "memory");
}

PV_INLINE void
pv_fpu_clear(void)
{
	__asm__ volatile(PV_SITE(6) : : PV_SITE_OPERAND(fpu_clear) : "cc", "memory");
}

PV_INLINE void
pv_fpu_set(void)
{
	__asm__ volatile(PV_SITE(9) : : PV_SITE_OPERAND(fpu_set) : PV_SITE_RESULT, "cc", "memory");
}

PV_INLINE void
pv_invlpg(uintptr_t address)
{
	__asm__ volatile(PV_SITE(6) : : PV_SITE_ARG1 (address), PV_SITE_OPERAND(invlpg) : "cc", "memory");
}

PV_END_DECLS
#endif
