/*
 * The GDT in force, ours or an attached kernel's: where it is, and the per-thread
 * slots in it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"

void
pv_native_gdt_read(uintptr_t *table, unsigned *limit)
{
	struct pv_native_pointer p;

	__asm__ volatile("sgdt %0" : "=m" (p));
	*table = p.base;
	*limit = p.limit;
}

/* The table in force and the room in it, to find GDT entries to write. */
uint64_t *
pv_native_gdt_slot(unsigned selector, unsigned bytes)
{
	struct pv_native_pointer p;

	__asm__ volatile("sgdt %0" : "=m" (p));
	if ((selector & ~7u) + bytes - 1 > p.limit)
		return NULL;
	return (uint64_t *)(p.base + (selector & ~7u));
}

pv_status
pv_native_tls_write(unsigned slot, uint64_t descriptor)
{
	uint64_t *gdt;
	unsigned access = (unsigned)(descriptor >> 40 & 0xff);

	if (slot > 2)
		return PV_E_INVAL;
	/* Empty, or a present data segment of ring 3: anything else would let user mode climb. */
	if (descriptor != 0 && ((access & 0xf8) != 0xf0 || (descriptor >> 53 & 1) != 0))
		return PV_E_INVAL;
	gdt = pv_native_gdt_slot((PV_GDT_TLS + slot) * 8, 8);
	if (gdt == NULL)
		return PV_E_RANGE;
	*(volatile uint64_t *)gdt = descriptor;
	return PV_OK;
}
