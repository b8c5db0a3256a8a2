/*
 * Segment bases of a 32-bit guest: they are in descriptors. FS is the kernel's, its
 * base is fixed; user threads get theirs through per-thread slot 0, loaded into %gs
 * on the way out.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include <pv/x86/desc.h>
#include "../batch.h"
#include "../control.h"
#include "../desc.h"
#include "../trap.h"

static uintptr_t bases[3];

/* A flat data segment of ring 3 that starts at base. */
static uint64_t
thread_segment(uintptr_t base)
{
	return pv_segment((uint32_t)base, 0xfffff, 0xf3, 0xc);
}

void
pv_xen_switch_tls(uintptr_t base)
{
	uint64_t where = pv_xen_gdt_now.machine + PV_GDT_TLS * sizeof(uint64_t);
	unsigned long args[4];

	(void)pv_xen_arg64(args, pv_xen_arg64(args, 0, where), thread_segment(base));
	if (pv_xen_queue("cpu.switch_tls", XEN_UPDATE_DESCRIPTOR, args[0], args[1], args[2], args[3]) == PV_OK)
		bases[PV_BASE_USER_GS] = base;
}

void
pv_xen_base_set(unsigned which, uintptr_t base)
{
	if (which < 3 && which != PV_BASE_USER_GS)
		bases[which] = base;
	if (which < 3 && which != PV_BASE_FS)
		pv_xen_switch_tls(base);
}

uintptr_t
pv_xen_base_get(unsigned which)
{
	return which < 3 ? bases[which] : 0;
}
