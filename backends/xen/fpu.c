/*
 * XSAVE for user mode: Xen lets a guest switch on what its policy has. A part of
 * user mode, as on bare metal.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include "control.h"
#include "trap.h"

void
pv_xen_fpu_setup(void)
{
	uint32_t r[4];

	if (!pv_xen_cpu_feature(1, 2, 26) || !pv_x86_cr4_write(pv_x86_cr4_read() | PV_CR4_OSXSAVE))
		return;
	pv_xen_cpuid(0xd, 0, r);
	(void)pv_x86_xsetbv(pv_x86_xcr0_wanted(r[0]));
}
