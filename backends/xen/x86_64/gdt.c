/*
 * The GDT of a 64-bit guest. Xen's own flat segments are always valid and all that
 * kernel and user mode run on, so this one is for those who load selectors: it has
 * the segments of bare metal in their places, and the per-thread slots.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/desc.h>
#include "../desc.h"

#define ENTRIES	16u
#define CODE	0x9b
#define DATA	0x93
#define DPL3	0x60
#define LONG	0xa		/* granular, 64-bit */
#define BITS_32	0xc

struct pv_xen_gdt_now pv_xen_gdt_now;
uint64_t pv_xen_gdt[PV_PAGE_SIZE / 8] __attribute__((aligned(4096)));

void
pv_xen_gdt_begin(void)
{
	static const struct {
		uint8_t access, flags;
	} flat[] = {
		{ CODE, LONG }, { DATA, BITS_32 }, { CODE | DPL3, BITS_32 }, { DATA | DPL3, BITS_32 },
		{ CODE | DPL3, LONG },
	};

	unsigned long frame = (unsigned long)pv_xen_mfn_of(pv_xen_gdt);
	uint64_t entry = (uint64_t)frame << PV_PAGE_SHIFT | 1;

	for (unsigned i = 0; i < sizeof(flat) / sizeof(flat[0]); i++)
		pv_xen_gdt[i + 1] = pv_segment(0, 0xfffff, flat[i].access, flat[i].flags);
	/* Page tables are the builder's, or the kernel's own, and not for us to know our way in. */
	if (pv_xen_va_mapping((uintptr_t)pv_xen_gdt, entry, XEN_FLUSH_INVLPG_LOCAL) < 0 ||
	    pv_xen_try("trap.init", NULL, XEN_SET_GDT, (unsigned long)&frame, ENTRIES, 0, 0) != PV_OK)
		return;
	pv_xen_gdt_now.table = pv_xen_gdt;
	pv_xen_gdt_now.entries = ENTRIES;
}
