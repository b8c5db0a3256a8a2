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

uint64_t *
pv_native_gdt_slot(unsigned selector, unsigned bytes)
{
	uintptr_t base;
	unsigned limit;

	pv_native_gdt_read(&base, &limit);
	return selector + bytes - 1 <= limit ? (uint64_t *)(base + selector) : NULL;
}

pv_status
pv_native_tls_write(unsigned slot, uint64_t descriptor)
{
	volatile uint64_t *entry = pv_native_gdt_slot((PV_GDT_TLS + slot) * 8, 8);
	uint32_t high = (uint32_t)(descriptor >> 32);

	/* Empty, or a present data segment of ring 3: anything else would let user mode climb. */
	if (slot > 2 || (descriptor != 0 && (high & (0xf8u << 8 | 1u << 21)) != 0xf0u << 8))
		return PV_E_INVAL;
	if (entry == NULL)
		return PV_E_RANGE;
	*entry = descriptor;
	return PV_OK;
}
