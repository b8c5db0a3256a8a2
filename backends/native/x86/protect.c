/*
 * What a CPU of ours switches on for user mode: SMEP, SMAP, XSAVE. A kernel with
 * entry code of its own decides that for itself.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"
#include "../../../hooks/x86/uframe.h"

static void
xcr0_setup(void)
{
	uint32_t r[4];

	pv_cpuid(0xd, 0, r);
	__asm__ volatile("xsetbv" : : "c" (0), "a" (pv_x86_xcr0_wanted(r[0])), "d" (0));
}

static void
switch_on(void)
{
	uintptr_t has = pv_native_cr4_known() & (PV_CR4_OSXSAVE | PV_CR4_SMEP | PV_CR4_SMAP);

	__asm__ volatile("mov %0, %%cr4" : : "r" (pv_x86_cr4_read() | has) : "memory");
	if ((has & PV_CR4_OSXSAVE) != 0)
		xcr0_setup();
}

void
pv_native_protect(bool ours)
{
	if (ours)
		switch_on();
	pv_x86_smap = (pv_x86_cr4_read() & PV_CR4_SMAP) != 0;
}
