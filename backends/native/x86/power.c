/*
 * Power off and reset of a PC. Each way is tried in the order of how well it is
 * defined, waits a moment and goes on to the next one.
 *
 * Off: ACPI, sleep state S5. If ACPI does not say how, and CPUID names TCG or KVM,
 * the power management block of the two chip sets that QEMU models is looked up in
 * PCI configuration space; its soft-off value is QEMU's own and written nowhere else.
 *
 * Again: ACPI's reset register, the keyboard controller, a triple fault.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../common/acpi/acpi.h"
#include "native.h"

/* PM1 control register (ACPI 4.8.3.2.1) and sleep control register (4.8.3.7). */
#define PM1_SCI_ENABLE		0x0001u
#define PM1_SLEEP_TYPE		0x1c00u
#define PM1_TYPE_SHIFT		10
#define PM1_SLEEP_ENABLE	0x2000u
#define SLEEP_TYPE_SHIFT	2
#define SLEEP_ENABLE		0x20u

#define PCI_ADDRESS		0xcf8
#define PCI_DATA		0xcfc
#define PCI_ENABLE		0x80000000u
#define PM_BASE			0x40u	/* configuration register of both chip sets */
#define PM_BASE_MASK		0xffc0u
#define PM_CONTROL		4u	/* PM1 control in the block */

#define KEYBOARD		0x64
#define KEYBOARD_FULL		0x02
#define KEYBOARD_RESET		0xfe
#define KEYBOARD_POLLS		100000u

#define ENABLE_WAIT_MS		3000u
#define EFFECT_WAIT_MS		500u

static uint16_t
inw(uint16_t port)
{
	uint16_t v;

	__asm__ volatile("inw %1, %0" : "=a" (v) : "Nd" (port) : "memory");
	return v;
}

static void
outw(uint16_t port, uint16_t v)
{
	__asm__ volatile("outw %0, %1" : : "a" (v), "Nd" (port) : "memory");
}

static uint32_t
pci_read(unsigned device, unsigned function, unsigned reg)
{
	uint32_t v;

	__asm__ volatile("outl %0, %1" : : "a" (PCI_ENABLE | device << 11 | function << 8 | reg),
	    "Nd" ((uint16_t)PCI_ADDRESS) : "memory");
	__asm__ volatile("inl %1, %0" : "=a" (v) : "Nd" ((uint16_t)PCI_DATA) : "memory");
	return v;
}

static void
wait_ms(unsigned ms)
{
	while (ms-- != 0)
		pv_delay_ns(PV_NS_PER_MS);
}

/* -- ACPI registers, 16 bits of control or 8 of the others -- */

static uint16_t
get16(const struct pv_acpi_gas *gas)
{
	volatile void *p;
	uint16_t v = 0;

	if (gas->space == 1)
		return inw((uint16_t)gas->address);
	if (pv_io_map(pv_pa(gas->address), sizeof(v), PV_MAP_UC, &p) == PV_OK) {
		v = *(volatile uint16_t *)p;
		pv_io_unmap(p, sizeof(v));
	}
	return v;
}

static void
put(const struct pv_acpi_gas *gas, unsigned bytes, uint16_t v)
{
	volatile void *p;

	if (gas->space == 1 && bytes == 2) {
		outw((uint16_t)gas->address, v);
	} else if (gas->space == 1) {
		pv_native_outb((uint16_t)gas->address, (uint8_t)v);
	} else if (pv_io_map(pv_pa(gas->address), bytes, PV_MAP_UC, &p) == PV_OK) {
		if (bytes == 2)
			*(volatile uint16_t *)p = v;
		else
			*(volatile uint8_t *)p = (uint8_t)v;
		pv_io_unmap(p, bytes);
	}
}

/* -- off -- */

/* The firmware keeps the registers to itself until it is told (ACPI 4.8.2.5 and 5.2.9, SMI_CMD). */
static void
take_over(const struct pv_acpi *acpi)
{
	if (acpi->smi_port == 0 || acpi->acpi_enable == 0)
		return;
	if ((get16(&acpi->reg[PV_ACPI_PM1A]) & PM1_SCI_ENABLE) != 0)
		return;
	pv_native_outb(acpi->smi_port, acpi->acpi_enable);
	for (unsigned ms = 0; ms < ENABLE_WAIT_MS; ms++) {
		if ((get16(&acpi->reg[PV_ACPI_PM1A]) & PM1_SCI_ENABLE) != 0)
			return;
		wait_ms(1);
	}
	pv_printf("power: the firmware does not hand over ACPI; trying without\n");
}

static void
sleep(const struct pv_acpi_gas *control, uint8_t type, uint16_t enable)
{
	uint16_t v;

	if (control->address == 0)
		return;
	v = get16(control) & (uint16_t)~(PM1_SLEEP_TYPE | PM1_SLEEP_ENABLE);
	put(control, 2, (uint16_t)(v | type << PM1_TYPE_SHIFT | enable));
}

/* False: ACPI does not say how. */
static bool
acpi_off(void)
{
	const struct pv_acpi *acpi = pv_native_acpi();

	if (acpi == NULL || !acpi->has_s5)
		return false;
	if (acpi->reg[PV_ACPI_PM1A].address != 0) {
		take_over(acpi);
		/* 7.4.2: the type in both blocks first, then both are enabled. */
		sleep(&acpi->reg[PV_ACPI_PM1A], acpi->s5_a, 0);
		sleep(&acpi->reg[PV_ACPI_PM1B], acpi->s5_b, 0);
		sleep(&acpi->reg[PV_ACPI_PM1A], acpi->s5_a, PM1_SLEEP_ENABLE);
		sleep(&acpi->reg[PV_ACPI_PM1B], acpi->s5_b, PM1_SLEEP_ENABLE);
	} else if (acpi->reg[PV_ACPI_SLEEP].address != 0) {
		put(&acpi->reg[PV_ACPI_SLEEP], 1, (uint16_t)(acpi->s5_a << SLEEP_TYPE_SHIFT | SLEEP_ENABLE));
	} else {
		return false;
	}
	wait_ms(EFFECT_WAIT_MS);
	return true;
}

/* Does QEMU's emulator or KVM say that it is below? */
static bool
is_emulated(void)
{
	uint32_t out[4];

	if (!pv_native_cpu_feature(1, 2, 31))
		return false;
	pv_native_cpuid(0x40000000, 0, out);
	return memcmp(&out[1], "TCGTCGTCGTCG", 12) == 0 || memcmp(&out[1], "KVMKVMKVM\0\0\0", 12) == 0;
}

/* Device, function and identity of the power management function on the two boards. */
static const struct {
	uint8_t device, function;
	uint32_t id;
} boards[] = {
	{ 1, 3, 0x71138086 },		/* pc: PIIX4 */
	{ 31, 0, 0x29188086 },		/* q35: ICH9 */
};

static bool
emulator_off(void)
{
	uint32_t base;

	if (!is_emulated())
		return false;
	for (unsigned i = 0; i < sizeof(boards) / sizeof(boards[0]); i++) {
		if (pci_read(boards[i].device, boards[i].function, 0) != boards[i].id)
			continue;
		base = pci_read(boards[i].device, boards[i].function, PM_BASE) & PM_BASE_MASK;
		if (base == 0)
			continue;
		outw((uint16_t)(base + PM_CONTROL), PM1_SLEEP_ENABLE);
		wait_ms(EFFECT_WAIT_MS);
		return true;
	}
	return false;
}

static pv_status
off(void)
{
	pv_irq_state gate = pv_irq_save();
	bool tried = acpi_off() || emulator_off();

	pv_irq_restore(gate);
	return tried ? PV_E_REFUSED : PV_E_ABSENT;
}

/* -- again -- */

static void
keyboard_reset(void)
{
	for (unsigned i = 0; i < KEYBOARD_POLLS; i++)
		if ((pv_native_inb(KEYBOARD) & KEYBOARD_FULL) == 0)
			break;
	pv_native_outb(KEYBOARD, KEYBOARD_RESET);
}

/* Without a handler for anything the CPU shuts down, which every board answers with a reset. */
static void
triple_fault(void)
{
	static const uint8_t nothing[10];	/* limit 0, base 0 */

	__asm__ volatile("lidt %0; int3" : : "m" (nothing));
}

static pv_status
reboot(void)
{
	const struct pv_acpi *acpi = pv_native_acpi();
	pv_irq_state gate = pv_irq_save();

	if (acpi != NULL && acpi->reset_supported) {
		put(&acpi->reg[PV_ACPI_RESET], 1, acpi->reset_value);
		wait_ms(EFFECT_WAIT_MS);
	}
	keyboard_reset();
	wait_ms(EFFECT_WAIT_MS);
	triple_fault();
	pv_irq_restore(gate);
	return PV_E_REFUSED;
}

static pv_status
crash(void)
{
	pv_irq_disable();
	pv_printf("native: the kernel cannot go on; this machine stops here\n");
	pv_cpu_halt();
}

const struct pv_power_ops pv_native_power_ops = {
	.off = off,
	.reboot = reboot,
	.crash = crash,
};
