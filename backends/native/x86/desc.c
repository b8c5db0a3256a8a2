/*
 * Descriptor-table ops on bare metal: the instructions, with the arguments checked.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"

static bool
good_table(const void *table, unsigned limit)
{
	return table != NULL && limit <= 0xffff && (limit & 7) == 7;
}

static pv_status
gdt_load(void *table, unsigned limit)
{
	if (!good_table(table, limit))
		return PV_E_INVAL;
	pv_native_lgdt(table, limit);
	return PV_OK;
}

static pv_status
idt_load(void *table, unsigned limit)
{
	if (!good_table(table, limit))
		return PV_E_INVAL;
	pv_native_lidt(table, limit);
	return PV_OK;
}

static pv_status
ldt_load(void *table, unsigned nr)
{
	uint64_t *slot = pv_native_gdt_slot(PV_NATIVE_LDT, (unsigned)sizeof(uintptr_t) * 2);

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

static pv_status
tr_load(unsigned selector)
{
	uint64_t *slot = pv_native_gdt_slot(selector, (unsigned)sizeof(uintptr_t) * 2);

	if ((selector & ~0xfff8u) != 0 || selector == 0)
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

static pv_status
desc_write(void *table, unsigned index, uint64_t descriptor)
{
	if (table == NULL || index >= 8192)
		return PV_E_INVAL;
	((volatile uint64_t *)table)[index] = descriptor;
	return PV_OK;
}

static pv_status
idt_write(void *table, unsigned vector, uint64_t low, uint64_t high)
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

static void
idt_read(uintptr_t *table, unsigned *limit)
{
	struct pv_native_pointer p;

	__asm__ volatile("sidt %0" : "=m" (p));
	*table = p.base;
	*limit = p.limit;
}

static unsigned
ldt_read(void)
{
	uint16_t selector;

	__asm__ volatile("sldt %0" : "=r" (selector));
	return selector;
}

static unsigned
tr_read(void)
{
	uint16_t selector;

	__asm__ volatile("str %0" : "=r" (selector));
	return selector;
}

const struct pv_isa_ops pv_native_desc_ops = {
	.gdt_load = gdt_load,
	.idt_load = idt_load,
	.ldt_load = ldt_load,
	.tr_load = tr_load,
	.gdt_write = desc_write,
	.ldt_write = desc_write,
	.idt_write = idt_write,
	.gdt_read = pv_native_gdt_read,
	.idt_read = idt_read,
	.ldt_read = ldt_read,
	.tr_read = tr_read,
	.tls_write = pv_native_tls_write,
	.ist_set = pv_native_ist_set,
	.vector_deliver = pv_native_vector_deliver,
	.iopl_set = pv_x86_iopl_set,
};
