/*
 * Segment bases of i386: they are in descriptors. FS is the kernel's, its base is
 * fixed; user threads get theirs through per-thread slot 0, loaded into %gs.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../x86/native.h"

static uintptr_t bases[3];

/* A flat data segment of ring 3 that starts at base. */
static uint64_t
thread_segment(uintptr_t base)
{
	return pv_segment((uint32_t)base, 0xfffff, 0xf3, 0xc);
}

void
pv_native_base_set(unsigned which, uintptr_t base)
{
	if (which >= 3)
		return;
	bases[which] = base;
	if (which == PV_BASE_USER_GS || which == PV_BASE_GS)
		(void)pv_native_tls_write(0, thread_segment(base));
}

uintptr_t
pv_native_base_get(unsigned which)
{
	return which < 3 ? bases[which] : 0;
}

void
pv_native_switch_tls(uintptr_t base)
{
	pv_native_base_set(PV_BASE_USER_GS, base);
}
