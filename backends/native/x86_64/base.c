/*
 * Segment bases of x86_64: MSRs. Native code runs with the kernel's GS base live and
 * the user's in the other register.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../x86/native.h"

static const uint32_t msr[3] = {
	[PV_BASE_FS] = 0xc0000100, [PV_BASE_GS] = 0xc0000101, [PV_BASE_USER_GS] = 0xc0000102,
};

void
pv_native_base_set(unsigned which, uintptr_t base)
{
	if (which < 3)
		pv_native_wrmsr(msr[which], base);
}

uintptr_t
pv_native_base_get(unsigned which)
{
	return which < 3 ? (uintptr_t)pv_native_rdmsr(msr[which]) : 0;
}

bool
pv_native_record_found(void)
{
	uintptr_t record = pv_native_base_get(PV_BASE_GS) + (uintptr_t)pv_percpu_offset;

	/* After reset the base is 0, and nobody keeps a record in the first page. */
	return record >= PV_PAGE_SIZE && ((const struct pv_cpu *)record)->self == (const struct pv_cpu *)record;
}

void
pv_native_switch_tls(uintptr_t base)
{
	pv_native_base_set(PV_BASE_FS, base);
}
