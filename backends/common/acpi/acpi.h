/*
 * The few ACPI tables that a port layer needs, parsed into one plain struct. No
 * AML is executed: sleep state S5 is found by pattern in the DSDT.
 *
 * Tables come from firmware and are not trusted (P12): lengths, checksums and
 * entry sizes are checked, all memory is read by pv_phys_read().
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_ACPI_H
#define PV_ACPI_H

#include <pv/boot.h>

#define PV_ACPI_CPUS		64
#define PV_ACPI_IOAPICS		8
#define PV_ACPI_OVERRIDES	24

struct pv_acpi_ioapic {
	uint32_t id;
	pv_paddr base;
	uint32_t gsi_base;
};

struct pv_acpi_override {
	uint8_t isa;
	uint32_t gsi;
	uint8_t polarity;	/* 0 bus default, 1 high, 3 low */
	uint8_t trigger;	/* 0 bus default, 1 edge, 3 level */
};

struct pv_acpi_gas {		/* generic address: where a register is */
	uint8_t space;		/* 0 memory, 1 I/O */
	uint64_t address;	/* 0: absent */
};

enum {
	PV_ACPI_PM1A,		/* control registers */
	PV_ACPI_PM1B,
	PV_ACPI_SLEEP,		/* of machines without the two above */
	PV_ACPI_RESET,
	PV_ACPI_REGISTERS
};

struct pv_acpi {
	uint32_t oddities;	/* tables and entries dropped as malformed */
	uint8_t revision;

	bool has_mcfg;
	uint16_t mcfg_segment;
	uint8_t mcfg_first_bus, mcfg_last_bus;
	pv_paddr mcfg_base;

	bool has_fadt;
	uint8_t acpi_enable;
	uint16_t smi_port;
	uint32_t sci_irq;
	uint8_t century_register;	/* RTC index, or 0 */
	uint8_t reset_value;
	bool reset_supported;
	bool has_s5;
	uint8_t s5[2];		/* SLP_TYP values of the two control registers */

	bool has_hpet;
	pv_paddr hpet_base;

	bool has_madt;
	bool has_8259;
	uint8_t nmi_lint;	/* which LINT input of all CPUs is NMI; 0xff: not said */
	uint32_t nr_cpus, nr_ioapics, nr_overrides;
	pv_paddr lapic_base;

	struct pv_acpi_gas reg[PV_ACPI_REGISTERS];
	struct pv_acpi_ioapic ioapic[PV_ACPI_IOAPICS];
	struct pv_acpi_override override[PV_ACPI_OVERRIDES];
	uint32_t cpu_apic_id[PV_ACPI_CPUS];
};

/* Parse from the root pointer. PV_E_FORMAT: not even a root table; whatever else is broken is dropped. */
pv_status pv_acpi_read(struct pv_acpi *acpi, pv_paddr rsdp);

/* Look for the root pointer where a BIOS puts it. PV_E_NOENT. */
pv_status pv_acpi_find_rsdp(pv_paddr *rsdp);

#endif
