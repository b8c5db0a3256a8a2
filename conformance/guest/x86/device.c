/*
 * Two PCI devices of QEMU's that interrupt on command. See device.h. The first is
 * described in QEMU's docs/specs/edu.rst, the second in docs/specs/pci-serial.rst.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "device.h"

#define EDU_ID			0x11e81234u
#define EDU_SIZE		0x100000u
#define EDU_PLACE		0xfe000000u	/* below the IOAPIC, where a PC has nothing */
#define EDU_RAISE		0x60
#define EDU_QUIET		0x64

#define UART_ID			0x00021b36u
#define UART_IER		1
#define UART_IIR		2
#define UART_LCR		3
#define UART_MCR		4
#define IER_TX_EMPTY		0x02	/* at once, when the transmitter is empty */

#define PCI_COMMAND		0x04
#define COMMAND_IO		0x0001u
#define COMMAND_MEMORY		0x0002u
#define COMMAND_MASTER		0x0004u	/* messages are writes */
#define COMMAND_NO_LINE		0x0400u
#define PCI_BAR0		0x10
#define PCI_CAPABILITIES	0x34
#define PCI_LINE		0x3c
#define CAPABILITY_MSI		5
#define MSI_ENABLE		0x0001u
#define MSI_64BIT		0x0080u

static struct pv_pci_address where;
static volatile uint8_t *edu;
static uint16_t uart;
static unsigned msi;		/* register of the capability, 0: none */

static uint32_t
config(unsigned reg, unsigned width)
{
	uint32_t value = ~0u;

	(void)pv_pci_read(where, reg, width, &value);
	return value;
}

static bool
find_id(uint32_t id)
{
	for (unsigned d = 0; d < 32; d++) {
		where = (struct pv_pci_address){ .device = (uint8_t)d };
		if (config(0, 4) == id)
			return true;
	}
	return false;
}

static void
enable(uint32_t bits)
{
	(void)pv_pci_write(where, PCI_COMMAND, 2, (config(PCI_COMMAND, 2) | bits) & ~COMMAND_NO_LINE);
}

static void
find_msi(void)
{
	unsigned reg = config(PCI_CAPABILITIES, 1);

	for (unsigned i = 0; i < 16 && reg >= 0x40; i++) {
		if (config(reg, 1) == CAPABILITY_MSI) {
			msi = reg;
			return;
		}
		reg = config(reg + 1, 1);
	}
}

bool
device_find(void)
{
	volatile void *p;

	if (edu != NULL || uart != 0)
		return true;
	if (find_id(EDU_ID)) {
		/* Not every firmware gives out addresses. */
		if ((config(PCI_BAR0, 4) & ~15u) == 0)
			(void)pv_pci_write(where, PCI_BAR0, 4, EDU_PLACE);
		enable(COMMAND_MEMORY | COMMAND_MASTER);
		if (pv_io_map(pv_pa(config(PCI_BAR0, 4) & ~15u), EDU_SIZE, PV_MAP_UC, &p) != PV_OK)
			return false;
		edu = p;
		find_msi();
	} else if (find_id(UART_ID)) {
		enable(COMMAND_IO);
		uart = (uint16_t)(config(PCI_BAR0, 4) & ~3u);
		pv_out8(uart + UART_LCR, 3);
		pv_out8(uart + UART_MCR, 0);
	}
	device_quiet();
	return edu != NULL || uart != 0;
}

uint32_t
device_source(void)
{
	return config(PCI_LINE, 1);
}

void
device_raise(void)
{
	if (edu != NULL)
		pv_mmio_write32(edu + EDU_RAISE, 1);
	else if (uart != 0)
		pv_out8(uart + UART_IER, IER_TX_EMPTY);
}

void
device_quiet(void)
{
	if (edu != NULL) {
		pv_mmio_write32(edu + EDU_QUIET, ~0u);
	} else if (uart != 0) {
		pv_out8(uart + UART_IER, 0);
		(void)pv_in8(uart + UART_IIR);
	}
}

bool
device_message(uint64_t address, uint32_t data)
{
	uint32_t control;

	if (msi == 0)
		return false;
	control = config(msi + 2, 2);
	(void)pv_pci_write(where, msi + 4, 4, (uint32_t)address);
	if ((control & MSI_64BIT) != 0)
		(void)pv_pci_write(where, msi + 8, 4, (uint32_t)(address >> 32));
	(void)pv_pci_write(where, msi + ((control & MSI_64BIT) != 0 ? 12 : 8), 2, data);
	(void)pv_pci_write(where, msi + 2, 2, control | MSI_ENABLE);
	return true;
}

void
device_by_line(void)
{
	if (msi != 0)
		(void)pv_pci_write(where, msi + 2, 2, config(msi + 2, 2) & ~MSI_ENABLE);
}
