/*
 * XSAVE for user mode: Xen lets a guest switch on what its policy has. A part of
 * user mode, as on bare metal.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include "control.h"
#include "trap.h"

#define XCR0_AVX	0x04u
#define XCR0_WANTED	0xe7u		/* x87, SSE, AVX, AVX-512 */
#define XCR0_AVX512	0xe0u

void
pv_xen_fpu_setup(void)
{
	uint32_t r[4], failed = 1;

	if (!pv_xen_cpu_feature(1, 2, 26))
		return;
	__asm__ volatile("1: mov %1, %%cr4\n\txor %0, %0\n2:\n\t" PV_XEN_CATCH
	    : "+r" (failed) : "r" (pv_xen_cr4() | PV_CR4_OSXSAVE) : "cc", "memory");
	if (failed != 0)
		return;
	pv_xen_cpuid(0xd, 0, r);
	r[0] &= XCR0_WANTED;
	/* The 512-bit parts go together, and need AVX. */
	if ((r[0] & XCR0_AVX512) != XCR0_AVX512 || (r[0] & XCR0_AVX) == 0)
		r[0] &= ~XCR0_AVX512;
	__asm__ volatile("1: xsetbv\n\txor %0, %0\n2:\n\t" PV_XEN_CATCH
	    : "+r" (failed) : "c" (0), "a" (r[0]), "d" (0) : "cc", "memory");
}
