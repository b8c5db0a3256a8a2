/*
 * What a CPU of ours switches on for user mode: SMEP, SMAP, XSAVE. A kernel with
 * entry code of its own decides that for itself.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"
#include "../../../hooks/x86/uframe.h"

#define XCR0_X87	0x01u
#define XCR0_SSE	0x02u
#define XCR0_AVX	0x04u
#define XCR0_AVX512	0xe0u

/* All register state that CPUID leaf 0xd lists and that programs use without asking the kernel. */
static void
xcr0_setup(void)
{
	uint32_t r[4];
	uint64_t wanted;

	pv_native_cpuid(0xd, 0, r);
	wanted = r[0] & (XCR0_X87 | XCR0_SSE | XCR0_AVX | XCR0_AVX512);
	/* The 512-bit parts go together, and need AVX. */
	if ((wanted & XCR0_AVX512) != XCR0_AVX512 || (wanted & XCR0_AVX) == 0)
		wanted &= ~(uint64_t)XCR0_AVX512;
	__asm__ volatile("xsetbv" : : "c" (0), "a" ((uint32_t)wanted), "d" (0));
}

static void
switch_on(void)
{
	uintptr_t has = pv_native_cr4_known() & (PV_CR4_OSXSAVE | PV_CR4_SMEP | PV_CR4_SMAP);

	__asm__ volatile("mov %0, %%cr4" : : "r" (pv_native_cr4_read() | has) : "memory");
	if ((has & PV_CR4_OSXSAVE) != 0)
		xcr0_setup();
}

void
pv_native_protect(bool ours)
{
	if (ours)
		switch_on();
	pv_x86_smap = (pv_native_cr4_read() & PV_CR4_SMAP) != 0;
}
