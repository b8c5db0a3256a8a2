/*
 * Devices on a PC: string forms of port access, the port permission bitmap, PCI
 * configuration by memory (MCFG) where ACPI has that, else by ports 0xcf8/0xcfc.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"
#include "../../common/acpi/acpi.h"

#define PCI_ADDRESS	0xcf8u
#define PCI_DATA	0xcfcu
#define PCI_ENABLE	0x80000000u
#define BUS_SIZE	0x100000u	/* of MCFG space: 32 devices, 8 functions, 4 KiB each */

static void
in_string(uint16_t port, void *to, size_t count, unsigned width)
{
	if (width == 1)
		__asm__ volatile("cld; rep insb" : "+D" (to), "+c" (count) : "d" (port) : "cc", "memory");
	else if (width == 2)
		__asm__ volatile("cld; rep insw" : "+D" (to), "+c" (count) : "d" (port) : "cc", "memory");
	else
		__asm__ volatile("cld; rep insl" : "+D" (to), "+c" (count) : "d" (port) : "cc", "memory");
}

static void
out_string(uint16_t port, const void *from, size_t count, unsigned width)
{
	if (width == 1)
		__asm__ volatile("cld; rep outsb" : "+S" (from), "+c" (count) : "d" (port) : "cc", "memory");
	else if (width == 2)
		__asm__ volatile("cld; rep outsw" : "+S" (from), "+c" (count) : "d" (port) : "cc", "memory");
	else
		__asm__ volatile("cld; rep outsl" : "+S" (from), "+c" (count) : "d" (port) : "cc", "memory");
}

/* A write to the POST port takes a bus cycle and has no effect. */
static void
port_delay(void)
{
	pv_native_outb(0x80, 0);
}

static pv_status
port_permit(uint16_t first, uint32_t count, bool allow)
{
	uint8_t *bitmap = pv_native_iobitmap();

	if (bitmap == NULL)
		return PV_E_ABSENT;
	/* SDM volume 1, 19.5.2: a set bit forbids. */
	for (uint32_t port = first; port < first + count; port++) {
		if (allow)
			bitmap[port >> 3] &= (uint8_t)~(1u << (port & 7));
		else
			bitmap[port >> 3] |= (uint8_t)(1u << (port & 7));
	}
	return PV_OK;
}

/* -- PCI ------------------------------------------------------------------------- */

/* Registers of a function in memory, or NULL: one bus is mapped when it is first asked for. */
static volatile uint8_t *
pci_memory(struct pv_pci_address where)
{
	static volatile void *bus[256];
	const struct pv_acpi *acpi = pv_stage_now() >= PV_STAGE_MMU ? pv_native_acpi() : NULL;

	if (acpi == NULL || !acpi->has_mcfg || where.segment != acpi->mcfg_segment ||
	    where.bus < acpi->mcfg_first_bus || where.bus > acpi->mcfg_last_bus)
		return NULL;
	if (bus[where.bus] == NULL &&
	    pv_io_map(pv_pa_add(acpi->mcfg_base, (uint64_t)where.bus * BUS_SIZE), BUS_SIZE, PV_MAP_UC,
	    &bus[where.bus]) != PV_OK)
		return NULL;
	return (volatile uint8_t *)bus[where.bus] + (where.device << 15 | where.function << 12);
}

/* Address and data are two accesses: nobody may come between. */
static void
pci_ports(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t *value, bool write)
{
	static uint32_t lock;
	uint16_t data = (uint16_t)(PCI_DATA + (reg & 3));
	pv_irq_state gate = pv_irq_save();

	while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE) != 0)
		pv_cpu_relax();
	pv_out32(PCI_ADDRESS, PCI_ENABLE | (uint32_t)where.bus << 16 | (uint32_t)where.device << 11 |
	    (uint32_t)where.function << 8 | (reg & ~3u));
	if (!write)
		*value = width == 1 ? pv_in8(data) : width == 2 ? pv_in16(data) : pv_in32(data);
	else if (width == 1)
		pv_out8(data, (uint8_t)*value);
	else if (width == 2)
		pv_out16(data, (uint16_t)*value);
	else
		pv_out32(data, *value);
	__atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
	pv_irq_restore(gate);
}

static pv_status
pci_read(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t *value)
{
	volatile uint8_t *p = pci_memory(where);

	if (p == NULL && where.segment != 0)
		*value = 0xffffffffu >> (32 - 8 * width);
	else if (p == NULL)
		pci_ports(where, reg, width, value, false);
	else if (width == 1)
		*value = p[reg];
	else if (width == 2)
		*value = *(volatile uint16_t *)(p + reg);
	else
		*value = *(volatile uint32_t *)(p + reg);
	return PV_OK;
}

static pv_status
pci_write(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t value)
{
	volatile uint8_t *p = pci_memory(where);

	if (p == NULL && where.segment != 0)
		return PV_E_RANGE;
	if (p == NULL)
		pci_ports(where, reg, width, &value, true);
	else if (width == 1)
		p[reg] = (uint8_t)value;
	else if (width == 2)
		*(volatile uint16_t *)(p + reg) = (uint16_t)value;
	else
		*(volatile uint32_t *)(p + reg) = value;
	return PV_OK;
}

/* No IOMMU is programmed here: devices see what the CPU sees. */
static pv_status
bus_address(pv_paddr pa, uint64_t size, pv_maddr *out)
{
	(void)size;
	out->v = pa.v;
	return PV_OK;
}

const struct pv_io_ops pv_native_io_ops = {
	.in_string = in_string,
	.out_string = out_string,
	.port_delay = port_delay,
	.port_permit = port_permit,
	.pci_read = pci_read,
	.pci_write = pci_write,
	.bus_address = bus_address,
};
