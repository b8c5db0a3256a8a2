/*
 * Segment bases of a 64-bit guest. Xen keeps the kernel's GS base and the user's
 * apart and changes them on every way in and out; FS is the user's all the time.
 * Reading is an emulated instruction and on no path that matters.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include "../batch.h"
#include "../trap.h"
#include "../control.h"

static const struct {
	uint32_t msr, which;
} bases[3] = {
	[PV_BASE_FS] = { 0xc0000100, XEN_SEGBASE_FS },
	[PV_BASE_GS] = { 0xc0000101, XEN_SEGBASE_GS_KERNEL },
	[PV_BASE_USER_GS] = { 0xc0000102, XEN_SEGBASE_GS_USER },
};

void
pv_xen_switch_tls(uintptr_t base)
{
	(void)pv_xen_queue("cpu.switch_tls", XEN_SET_SEGMENT_BASE, XEN_SEGBASE_FS, base, 0, 0);
}

void
pv_xen_base_set(unsigned which, uintptr_t base)
{
	if (which < 3)
		(void)pv_xen_try("isa.base_set", NULL, XEN_SET_SEGMENT_BASE, bases[which].which, base, 0, 0);
}

uintptr_t
pv_xen_base_get(unsigned which)
{
	uint32_t lo = 0, hi = 0;

	if (which < 3)
		__asm__ volatile("rdmsr" : "=a" (lo), "=d" (hi) : "c" (bases[which].msr));
	return (uintptr_t)hi << 32 | lo;
}
