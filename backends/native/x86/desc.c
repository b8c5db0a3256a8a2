/*
 * Descriptor-table ops on bare metal: the instructions, with the arguments checked.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"

struct pointer {
	uint16_t limit;
	uintptr_t base;
} __attribute__((packed));

pv_status
pv_native_gdt_load(void *table, unsigned limit)
{
	struct pointer p = { (uint16_t)limit, (uintptr_t)table };

	if (table == NULL || limit > 0xffff || (limit & 7) != 7)
		return PV_E_INVAL;
	__asm__ volatile("lgdt %0" : : "m" (p) : "memory");
	return PV_OK;
}

pv_status
pv_native_idt_load(void *table, unsigned limit)
{
	struct pointer p = { (uint16_t)limit, (uintptr_t)table };

	if (table == NULL || limit > 0xffff || (limit & 7) != 7)
		return PV_E_INVAL;
	__asm__ volatile("lidt %0" : : "m" (p) : "memory");
	return PV_OK;
}

/* The table in force and the room in it, to find GDT entries to write. */
static uint64_t *
gdt_slot(unsigned selector, unsigned bytes)
{
	struct pointer p;

	__asm__ volatile("sgdt %0" : "=m" (p));
	if ((selector & ~7u) + bytes - 1 > p.limit)
		return NULL;
	return (uint64_t *)(p.base + (selector & ~7u));
}

pv_status
pv_native_ldt_load(void *table, unsigned nr)
{
	uint64_t *slot = gdt_slot(PV_NATIVE_LDT, (unsigned)sizeof(uintptr_t) * 2);

	if (nr == 0) {
		__asm__ volatile("lldt %w0" : : "r" (0));
		return PV_OK;
	}
	if (table == NULL || nr > 8192)
		return PV_E_INVAL;
	if (slot == NULL)
		return PV_E_RANGE;
	/* A system descriptor is twice as long in long mode: base 63..32 in the second half. */
	slot[0] = pv_segment((uint32_t)(uintptr_t)table, nr * 8 - 1, 0x82, 0);
	if (sizeof(uintptr_t) == 8)
		slot[1] = (uint64_t)(uintptr_t)table >> 32;
	__asm__ volatile("lldt %w0" : : "r" (PV_NATIVE_LDT) : "memory");
	return PV_OK;
}

/* Where the TSS lies that is in force now. */
static void
tss_loaded(const uint64_t *slot)
{
	uint64_t base = (slot[0] >> 16 & 0xffffff) | (slot[0] >> 32 & 0xff000000);

	if (sizeof(uintptr_t) == 8)
		base |= slot[1] << 32;
	pv_native_tss_loaded((uintptr_t)base, (uint32_t)((slot[0] & 0xffff) | (slot[0] >> 32 & 0xf0000)));
}

pv_status
pv_native_tr_load(unsigned selector)
{
	uint64_t *slot = gdt_slot(selector, (unsigned)sizeof(uintptr_t) * 2);

	if ((selector & 7) != 0 || selector == 0)
		return PV_E_INVAL;
	/* Only an available TSS may be loaded; a busy one would fault. */
	if (slot == NULL)
		return PV_E_RANGE;
	if ((slot[0] >> 40 & 0x9f) != 0x89)
		return PV_E_INVAL;
	__asm__ volatile("ltr %w0" : : "r" (selector) : "memory");
	tss_loaded(slot);
	return PV_OK;
}

pv_status
pv_native_desc_write(void *table, unsigned index, uint64_t descriptor)
{
	if (table == NULL || index >= 8192)
		return PV_E_INVAL;
	((volatile uint64_t *)table)[index] = descriptor;
	return PV_OK;
}

pv_status
pv_native_idt_write(void *table, unsigned vector, uint64_t low, uint64_t high)
{
	volatile uint64_t *slot = table;

	if (table == NULL || vector > 255)
		return PV_E_INVAL;
	if (sizeof(uintptr_t) == 8) {
		slot[vector * 2 + 1] = high;
		slot[vector * 2] = low;
	} else {
		if (high != 0)
			return PV_E_INVAL;
		slot[vector] = low;
	}
	return PV_OK;
}

void
pv_native_gdt_read(uintptr_t *table, unsigned *limit)
{
	struct pointer p;

	__asm__ volatile("sgdt %0" : "=m" (p));
	*table = p.base;
	*limit = p.limit;
}

void
pv_native_idt_read(uintptr_t *table, unsigned *limit)
{
	struct pointer p;

	__asm__ volatile("sidt %0" : "=m" (p));
	*table = p.base;
	*limit = p.limit;
}

unsigned
pv_native_ldt_read(void)
{
	uint16_t selector;

	__asm__ volatile("sldt %0" : "=r" (selector));
	return selector;
}

unsigned
pv_native_tr_read(void)
{
	uint16_t selector;

	__asm__ volatile("str %0" : "=r" (selector));
	return selector;
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
	gdt = gdt_slot((PV_GDT_TLS + slot) * 8, 8);
	if (gdt == NULL)
		return PV_E_RANGE;
	*(volatile uint64_t *)gdt = descriptor;
	return PV_OK;
}

pv_status
pv_native_iopl_set(unsigned level)
{
	uintptr_t flags;

	if (level > 3)
		return PV_E_INVAL;
	__asm__ volatile("pushf; pop %0" : "=r" (flags));
	flags = (flags & ~(uintptr_t)0x3000) | (uintptr_t)level << 12;
	__asm__ volatile("push %0; popf" : : "r" (flags) : "cc", "memory");
	return PV_OK;
}
