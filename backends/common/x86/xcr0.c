/*
 * The register that says which state XSAVE saves.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include "registers.h"

static bool
is_on(void)
{
	return (pv_x86_cr4_read() & PV_CR4_OSXSAVE) != 0;
}

pv_status
pv_x86_xcr0_read(uint64_t *value)
{
	uint32_t lo, hi;

	if (!is_on())
		return PV_E_ABSENT;
	__asm__ volatile("xgetbv" : "=a" (lo), "=d" (hi) : "c" (0));
	*value = (uint64_t)hi << 32 | lo;
	return PV_OK;
}

pv_status
pv_x86_xcr0_write(uint64_t value)
{
	if (!is_on())
		return PV_E_ABSENT;
	return pv_x86_xsetbv(value) ? PV_OK : PV_E_REFUSED;
}
