/*
 * The thread-local base of user mode on i386: a segment in the GDT, which Xen
 * writes for us.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include <pv/x86/desc.h>
#include "../batch.h"
#include "../control.h"
#include "../trap.h"

void
pv_xen_switch_tls(uintptr_t base)
{
	uint64_t at = (uint64_t)pv_xen_mfn_of(pv_xen_gdt) << PV_PAGE_SHIFT | PV_GDT_TLS * 8;
	uint64_t segment = pv_segment(base, 0xfffff, 0xf3, 0xc);

	(void)pv_xen_queue("cpu.switch_tls", XEN_UPDATE_DESCRIPTOR, (unsigned long)at, (unsigned long)(at >> 32),
	    (unsigned long)segment, (unsigned long)(segment >> 32));
}

void
pv_xen_base_set(unsigned which, uintptr_t base)
{
	(void)which;
	(void)base;
}

uintptr_t
pv_xen_base_get(unsigned which)
{
	(void)which;
	return 0;
}
