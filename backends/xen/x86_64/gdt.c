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

struct pv_xen_descriptors pv_xen_gdt_now;
uint64_t pv_xen_gdt[PV_PAGE_SIZE / 8] __attribute__((aligned(4096)));

pv_status
pv_xen_gdt_begin(void)
{
	static const struct {
		uint8_t access, flags;
	} flat[] = {
		{ CODE, LONG }, { DATA, BITS_32 }, { CODE | DPL3, BITS_32 }, { DATA | DPL3, BITS_32 },
		{ CODE | DPL3, LONG },
	};

	struct pv_xen_refused r;

	for (unsigned i = 0; i < sizeof(flat) / sizeof(flat[0]); i++)
		pv_xen_gdt[i + 1] = pv_segment(0, 0xfffff, flat[i].access, flat[i].flags);
	if (!pv_xen_gdt_give(pv_xen_gdt, ENTRIES, &r)) {
		pv_xen_refused(&r);
		return PV_E_REFUSED;
	}
	return PV_OK;
}
