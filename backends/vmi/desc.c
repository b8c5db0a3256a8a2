/*
 * Descriptor-table ops by the ROM, with the arguments checked; what it does not give
 * is the parent's.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "vmi.h"

#define parent	pv_native_desc_ops

static bool
good_table(const void *table, unsigned limit)
{
	return table != NULL && limit <= 0xffff && (limit & 7) == 7;
}

static pv_status
gdt_load(void *table, unsigned limit)
{
	struct pv_vmi_pointer p = { (uint16_t)limit, (uint32_t)(uintptr_t)table };

	if (!good_table(table, limit))
		return PV_E_INVAL;
	pv_vmi_gdt_load(&p);
	return PV_OK;
}

static pv_status
idt_load(void *table, unsigned limit)
{
	struct pv_vmi_pointer p = { (uint16_t)limit, (uint32_t)(uintptr_t)table };

	if (!good_table(table, limit))
		return PV_E_INVAL;
	pv_vmi_idt_load(&p);
	return PV_OK;
}

static pv_status
ldt_load(void *table, unsigned nr)
{
	const uint64_t *slot = pv_vmi_gdt_slot(PV_GDT_LDT * 8);
	struct pv_vmi_pointer p;

	if (!pv_vmi_has(VMI_SetLDT))
		return parent.ldt_load(table, nr);
	if (nr == 0) {
		pv_vmi_rom_SetLDT(0);
		return PV_OK;
	}
	if (table == NULL || nr > 8192)
		return PV_E_INVAL;
	if (slot == NULL)
		return PV_E_RANGE;
	/* The slot comes first. */
	pv_vmi_gdt_read(&p);
	pv_vmi_gdt_write((void *)(uintptr_t)p.base, PV_GDT_LDT,
	    pv_segment((uint32_t)(uintptr_t)table, nr * 8 - 1, 0x82, 0));
	pv_vmi_rom_SetLDT(PV_GDT_LDT * 8);
	return PV_OK;
}

static pv_status
tr_load(unsigned selector)
{
	const uint64_t *slot = pv_vmi_gdt_slot(selector);

	if (!pv_vmi_has(VMI_SetTR))
		return parent.tr_load(selector);
	if ((selector & ~0xfff8u) != 0 || selector == 0)
		return PV_E_INVAL;
	/* Only an available TSS may be loaded; a busy one would fault. */
	if (slot == NULL)
		return PV_E_RANGE;
	if ((*slot >> 40 & 0x9f) != 0x89)
		return PV_E_INVAL;
	pv_native_tss_loaded((uint32_t)(*slot >> 16 & 0xffffff) | (uint32_t)(*slot >> 32 & 0xff000000),
	    (uint32_t)((*slot & 0xffff) | (*slot >> 32 & 0xf0000)));
	pv_vmi_rom_SetTR(selector);
	return PV_OK;
}

static pv_status
gdt_write(void *table, unsigned index, uint64_t descriptor)
{
	if (table == NULL || index >= 8192)
		return PV_E_INVAL;
	pv_vmi_gdt_write(table, index, descriptor);
	return PV_OK;
}

static pv_status
ldt_write(void *table, unsigned index, uint64_t descriptor)
{
	if (table == NULL || index >= 8192)
		return PV_E_INVAL;
	if (!pv_vmi_has(VMI_WriteLDTEntry))
		return parent.ldt_write(table, index, descriptor);
	pv_vmi_rom_WriteLDTEntry(table, index, (uint32_t)descriptor, (uint32_t)(descriptor >> 32));
	return PV_OK;
}

static pv_status
idt_write(void *table, unsigned vector, uint64_t low, uint64_t high)
{
	if (table == NULL || vector > 255 || high != 0)
		return PV_E_INVAL;
	if (!pv_vmi_has(VMI_WriteIDTEntry))
		return parent.idt_write(table, vector, low, high);
	pv_vmi_rom_WriteIDTEntry(table, vector, (uint32_t)low, (uint32_t)(low >> 32));
	return PV_OK;
}

static void
gdt_read(uintptr_t *table, unsigned *limit)
{
	struct pv_vmi_pointer p;

	pv_vmi_gdt_read(&p);
	*table = p.base;
	*limit = p.limit;
}

static void
idt_read(uintptr_t *table, unsigned *limit)
{
	struct pv_vmi_pointer p;

	pv_vmi_idt_read(&p);
	*table = p.base;
	*limit = p.limit;
}

static unsigned
ldt_read(void)
{
	return pv_vmi_has(VMI_GetLDT) ? pv_vmi_rom_GetLDT() & 0xffff : parent.ldt_read();
}

/* The frame, for a ROM whose IRET looks at it; and at once, as that of most does not. */
static pv_status
iopl_set(unsigned level)
{
	pv_status s = parent.iopl_set(level);

	if (s == PV_OK)
		pv_vmi_iopl_use(level << 12);
	return s;
}

const struct pv_isa_ops pv_vmi_desc_ops = {
	.gdt_load = gdt_load,
	.idt_load = idt_load,
	.ldt_load = ldt_load,
	.tr_load = tr_load,
	.gdt_write = gdt_write,
	.ldt_write = ldt_write,
	.idt_write = idt_write,
	.gdt_read = gdt_read,
	.idt_read = idt_read,
	.ldt_read = ldt_read,
	.tr_read = pv_vmi_tr_read,
	.tls_write = pv_vmi_tls_write,
	.iopl_set = iopl_set,
};
