/*
 * Control registers and CPUID as this guest has them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_CONTROL_H
#define PV_XEN_CONTROL_H

#include "xen.h"
/* Its reads and writes of control registers Xen emulates: at start of day, or where somebody asks for it. */
#include "../common/x86/registers.h"

/* cpuid.c */
void pv_xen_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4]);
bool pv_xen_cpu_feature(uint32_t leaf, unsigned reg, unsigned bit);	/* eax=0..edx=3 */
bool pv_xen_has(enum pv_cap cap);

/* <isa>/base.c: PV_BASE_* */
void pv_xen_base_set(unsigned which, uintptr_t base);
uintptr_t pv_xen_base_get(unsigned which);

#endif
