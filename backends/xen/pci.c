/*
 * PCI configuration of a first domain, by ports 0xcf8/0xcfc, whose use Xen looks
 * after. For any other domain there are no functions; the bus of a PV guest without
 * devices given to it is empty.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "ports.h"

#define PCI_ADDRESS	0xcf8u
#define PCI_DATA	0xcfcu
#define PCI_ENABLE	0x80000000u

static void
select(struct pv_pci_address where, unsigned reg)
{
	uint32_t address = PCI_ENABLE | (uint32_t)where.bus << 16 | (uint32_t)where.device << 11 |
	    (uint32_t)where.function << 8 | (reg & ~3u);

	__asm__ volatile("outl %0, %w1" : : "a" (address), "Nd" (PCI_ADDRESS) : "memory");
}

/* Address and data are two accesses: nobody may come between. One CPU. */
pv_status
pv_xen_pci_read(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t *value)
{
	uint16_t port = (uint16_t)(PCI_DATA + (reg & 3));
	uint32_t v = 0xffffffffu;
	pv_irq_state gate;

	if (pv_xen_ports_allowed() && where.segment == 0) {
		gate = pv_irq_save();
		select(where, reg);
		if (width == 1)
			__asm__ volatile("inb %w1, %b0" : "+a" (v) : "d" (port) : "memory");
		else if (width == 2)
			__asm__ volatile("inw %w1, %w0" : "+a" (v) : "d" (port) : "memory");
		else
			__asm__ volatile("inl %w1, %0" : "+a" (v) : "d" (port) : "memory");
		pv_irq_restore(gate);
	}
	*value = v & (0xffffffffu >> (32 - 8 * width));
	return PV_OK;
}

pv_status
pv_xen_pci_write(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t value)
{
	uint16_t port = (uint16_t)(PCI_DATA + (reg & 3));
	pv_irq_state gate;

	if (!pv_xen_ports_allowed())
		return PV_E_ABSENT;
	if (where.segment != 0)
		return PV_E_RANGE;
	gate = pv_irq_save();
	select(where, reg);
	if (width == 1)
		__asm__ volatile("outb %b0, %w1" : : "a" (value), "d" (port) : "memory");
	else if (width == 2)
		__asm__ volatile("outw %w0, %w1" : : "a" (value), "d" (port) : "memory");
	else
		__asm__ volatile("outl %0, %w1" : : "a" (value), "d" (port) : "memory");
	pv_irq_restore(gate);
	return PV_OK;
}
