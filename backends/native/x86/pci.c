/*
 * PCI configuration by memory (MCFG) where ACPI has that, else by ports 0xcf8/0xcfc.
 * An address is here what port 0xcf8 wants, with the register in its low byte.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"
#include "../../common/acpi/acpi.h"

#define PCI_ADDRESS	0xcf8u
#define PCI_DATA	0xcfcu
#define PCI_ENABLE	0x80000000u
#define BUS_SIZE	0x100000u	/* of MCFG space: 32 devices, 8 functions, 4 KiB each */

/*
 * Registers of a function in memory, or NULL: one bus is mapped when it is first asked for. That is
 * for one at a time, and not for handlers, which may have come in the middle of the kernel's own
 * mapping; others take the ports as long.
 */
static volatile uint8_t *
pci_memory(const struct pv_acpi *acpi, uint32_t address)
{
	static volatile void *buses[256];
	static uint32_t busy;
	unsigned bus = address >> 16;
	volatile void *volatile *mapped = &buses[bus];

	if (bus < acpi->mcfg_first_bus || bus > acpi->mcfg_last_bus)
		return NULL;
	if (*mapped == NULL && pv_cpu()->depth == 0 && __atomic_exchange_n(&busy, 1, __ATOMIC_ACQUIRE) == 0) {
		volatile void *p = *mapped;

		if (p == NULL && pv_io_map(pv_pa_add(acpi->mcfg_base, (uint64_t)bus * BUS_SIZE), BUS_SIZE,
		    PV_MAP_UC, &p) == PV_OK)
			*mapped = p;
		__atomic_store_n(&busy, 0, __ATOMIC_RELEASE);
	}
	return (volatile uint8_t *)*mapped;
}

/* Address and data are two accesses: nobody may come between. */
void
pv_native_pci_ports(uint32_t address, unsigned width, uint32_t *value, bool write)
{
	static uint32_t lock;
	pv_irq_state gate = pv_irq_save();
	uint32_t dword = PCI_ENABLE | (address & ~3u);

	while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE) != 0)
		pv_cpu_relax();
	pv_native_port(PCI_ADDRESS, 4, &dword, true);
	pv_native_port((uint16_t)(PCI_DATA + (address & 3)), width, value, write);
	__atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
	pv_irq_restore(gate);
}

static uint32_t
pci_address(struct pv_pci_address where, unsigned reg)
{
	return (uint32_t)where.bus << 16 | (uint32_t)where.device << 11 | (uint32_t)where.function << 8 | reg;
}

static pv_status
pci_access(unsigned segment, uint32_t address, unsigned width, uint32_t *value, bool write)
{
	const struct pv_acpi *acpi = pv_native_acpi();
	volatile uint8_t *p = NULL;

	if (acpi != NULL && acpi->has_mcfg && segment == acpi->mcfg_segment)
		p = pci_memory(acpi, address);
	if (p != NULL) {
		pv_native_mmio(p + ((address & 0xff00) << 4 | (address & 0xff)), width, value, write);
	} else if (segment == 0) {
		pv_native_pci_ports(address, width, value, write);
	} else {
		if (write)
			return PV_E_RANGE;
		*value = 0xffffffffu >> (32 - 8 * width);
	}
	return PV_OK;
}

pv_status
pv_native_pci_read(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t *value)
{
	return pci_access(where.segment, pci_address(where, reg), width, value, false);
}

pv_status
pv_native_pci_write(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t value)
{
	return pci_access(where.segment, pci_address(where, reg), width, &value, true);
}
