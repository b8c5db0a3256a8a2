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

#define PM_BASE			0x40u	/* configuration register of both chip sets */
#define PM_BASE_MASK		0xffc0u
#define PM_CONTROL		4u	/* PM1 control in the block */

#define KEYBOARD		0x64
#define KEYBOARD_FULL		0x02
#define KEYBOARD_RESET		0xfe
#define KEYBOARD_POLLS		100000u

#define ENABLE_WAIT_MS		3000u
#define EFFECT_WAIT_MS		500u

static void
wait_ms(unsigned ms)
{
	while (ms-- != 0)
		pv_delay_ns(PV_NS_PER_MS);
}

/* -- ACPI registers, 16 bits of control or 8 of the others; one that cannot be mapped reads as zero -- */

static void
access(const struct pv_acpi_gas *gas, unsigned bytes, uint32_t *v, bool write)
{
	volatile void *p;

	if (gas->space == 1) {
		pv_native_port((uint16_t)gas->address, bytes, v, write);
	} else if (pv_io_map(pv_pa(gas->address), bytes, PV_MAP_UC, &p) == PV_OK) {
		pv_native_mmio(p, bytes, v, write);
		pv_io_unmap(p, bytes);
	}
}

static uint32_t
control_get(const struct pv_acpi_gas *control)
{
	uint32_t v = 0;

	access(control, 2, &v, false);
	return v;
}

/* -- off -- */

/* The firmware keeps the registers to itself until it is told (ACPI 4.8.2.5 and 5.2.9, SMI_CMD). */
static void
take_over(const struct pv_acpi *acpi)
{
	unsigned ms = ENABLE_WAIT_MS;

	if (acpi->smi_port == 0 || acpi->acpi_enable == 0)
		return;
	while ((control_get(&acpi->reg[PV_ACPI_PM1A]) & PM1_SCI_ENABLE) == 0) {
		if (ms == ENABLE_WAIT_MS)
			pv_native_outb(acpi->smi_port, acpi->acpi_enable);
		if (ms-- == 0) {
			pv_printf("power: the firmware does not hand over ACPI; trying without\n");
			return;
		}
		wait_ms(1);
	}
}

/* False: ACPI does not say how. */
static bool
acpi_off(void)
{
	const struct pv_acpi *acpi = pv_native_acpi();
	const struct pv_acpi_gas *reg;
	uint32_t v;

	if (acpi == NULL || !acpi->has_s5)
		return false;
	reg = acpi->reg;
	if (reg[PV_ACPI_PM1A].address != 0) {
		take_over(acpi);
		/* 7.4.2: the type in both blocks first, then both are enabled. */
		for (unsigned i = 0; i < 4; i++) {
			const struct pv_acpi_gas *control = &reg[PV_ACPI_PM1A + i % 2];

			if (control->address == 0)
				continue;
			v = control_get(control) & ~(PM1_SLEEP_TYPE | PM1_SLEEP_ENABLE);
			v |= (uint32_t)acpi->s5[i % 2] << PM1_TYPE_SHIFT | (i < 2 ? 0 : PM1_SLEEP_ENABLE);
			access(control, 2, &v, true);
		}
	} else if (reg[PV_ACPI_SLEEP].address != 0) {
		v = (uint32_t)acpi->s5[0] << SLEEP_TYPE_SHIFT | SLEEP_ENABLE;
		access(&reg[PV_ACPI_SLEEP], 1, &v, true);
	} else {
		return false;
	}
	wait_ms(EFFECT_WAIT_MS);
	return true;
}

/* "TCGTCGTCGTCG" and "KVMKVMKVM": the first four letters tell. */
#define NAME_TCG	0x54474354u
#define NAME_KVM	0x4b4d564bu

/*
 * Does QEMU's emulator or KVM say that it is below? Where Xen is between, the op has Xen's name, and the
 * instruction goes past it.
 */
static bool
is_emulated(void)
{
	uint32_t out[4];

	if (!pv_native_cpu_feature(1, 2, 31))
		return false;
	pv_cpuid(0x40000000, 0, out);
	if (out[1] == NAME_TCG || out[1] == NAME_KVM)
		return true;
	pv_native_cpuid(0x40000000, 0, out);
	return out[1] == NAME_TCG || out[1] == NAME_KVM;
}

/* Address and identity of the power management function on the two boards. */
static const struct {
	uint32_t address, id;
} boards[] = {
	{ 1 << 11 | 3 << 8, 0x71138086 },	/* pc: PIIX4 */
	{ 31 << 11, 0x29188086 },		/* q35: ICH9 */
	{ 0, 0 }
};

static bool
emulator_off(void)
{
	uint32_t id, base;

	if (!is_emulated())
		return false;
	for (unsigned i = 0; boards[i].id != 0; i++) {
		pv_native_pci_ports(boards[i].address, 4, &id, false);
		pv_native_pci_ports(boards[i].address | PM_BASE, 4, &base, false);
		base &= PM_BASE_MASK;
		if (id != boards[i].id || base == 0)
			continue;
		id = PM1_SLEEP_ENABLE;
		pv_native_port((uint16_t)(base + PM_CONTROL), 2, &id, true);
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
		uint32_t v = acpi->reset_value;

		access(&acpi->reg[PV_ACPI_RESET], 1, &v, true);
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
