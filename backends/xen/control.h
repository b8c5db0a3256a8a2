/*
 * Control registers and CPUID as this guest has them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_CONTROL_H
#define PV_XEN_CONTROL_H

#include "xen.h"

/* cpuid.c */
void pv_xen_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4]);
bool pv_xen_cpu_feature(uint32_t leaf, unsigned reg, unsigned bit);	/* eax=0..edx=3 */
bool pv_xen_has(enum pv_cap cap);

/* <isa>/base.c: PV_BASE_* */
void pv_xen_base_set(unsigned which, uintptr_t base);
uintptr_t pv_xen_base_get(unsigned which);

/* Reads of control registers are emulated by Xen: at start of day, or where what is shown is asked for. */
static inline uintptr_t
pv_xen_cr4(void)
{
	uintptr_t v;

	__asm__ volatile("mov %%cr4, %0" : "=r" (v) : : "memory");
	return v;
}

/* For an instruction at the label 1 that may fault: it goes on at 2. */
#define PV_XEN_CATCH									\
	".Lcatch%=: .pushsection pv_extable, \"ao\", @progbits, .Lcatch%=\n\t"	\
	".balign 4\n\t"									\
	".long 1b - .\n\t"								\
	".long 2b - .\n\t"								\
	".popsection"

#endif
