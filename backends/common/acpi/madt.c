/*
 * The multiple APIC description table: CPUs, I/O APICs, how ISA interrupts are
 * wired, where NMI comes in (ACPI 5.2.12).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "reader.h"

#define ENTRY_LAPIC		0u
#define ENTRY_IOAPIC		1u
#define ENTRY_OVERRIDE		2u
#define ENTRY_NMI_SOURCE	3u
#define ENTRY_LAPIC_NMI		4u
#define ENTRY_LAPIC_ADDRESS	5u
#define ENTRY_X2APIC		9u
#define ENTRY_X2APIC_NMI	10u

/* Bytes that an entry of each type must have at least; 0: a type that is not ours. */
static const uint8_t entry_least[] = {
	[ENTRY_LAPIC] = 8,
	[ENTRY_IOAPIC] = 12,
	[ENTRY_OVERRIDE] = 10,
	[ENTRY_NMI_SOURCE] = 8,
	[ENTRY_LAPIC_NMI] = 6,
	[ENTRY_LAPIC_ADDRESS] = 12,
	[ENTRY_X2APIC] = 16,
	[ENTRY_X2APIC_NMI] = 12,
};

/* Firmware may list a CPU under both types; CPUs that are not enabled are empty sockets. */
static bool
add_cpu(struct pv_acpi *acpi, uint32_t id, uint32_t flags)
{
	uint32_t i;

	if ((flags & 1) == 0)
		return true;
	for (i = 0; i < acpi->nr_cpus; i++)
		if (acpi->cpu_apic_id[i] == id)
			return true;
	if (acpi->nr_cpus == PV_ACPI_CPUS)
		return false;
	acpi->cpu_apic_id[acpi->nr_cpus++] = id;
	return true;
}

static bool
add_ioapic(struct pv_acpi *acpi, const uint8_t *e)
{
	struct pv_acpi_ioapic *io = &acpi->ioapic[acpi->nr_ioapics];
	uint32_t i, base = pv_acpi_u32(e + 4), gsi_base = pv_acpi_u32(e + 8);

	if (acpi->nr_ioapics == PV_ACPI_IOAPICS || base == 0 || (base & 0xf) != 0)
		return false;
	for (i = 0; i < acpi->nr_ioapics; i++)
		if (acpi->ioapic[i].base.v == base || acpi->ioapic[i].gsi_base == gsi_base)
			return false;
	io->id = e[2];
	io->base = pv_pa(base);
	io->gsi_base = gsi_base;
	acpi->nr_ioapics++;
	return true;
}

static bool
add_override(struct pv_acpi *acpi, const uint8_t *e)
{
	struct pv_acpi_override *o = &acpi->override[acpi->nr_overrides];
	uint32_t i, flags = pv_acpi_u16(e + 8);

	/* Bus 0 is ISA, the only one there is; 2 is not a polarity, nor a trigger mode. */
	if (acpi->nr_overrides == PV_ACPI_OVERRIDES || e[2] != 0 || e[3] > 15 || (flags & 3) == 2 ||
	    (flags >> 2 & 3) == 2)
		return false;
	for (i = 0; i < acpi->nr_overrides; i++)
		if (acpi->override[i].isa == e[3])
			return false;
	o->isa = e[3];
	o->gsi = pv_acpi_u32(e + 4);
	o->polarity = flags & 3;
	o->trigger = flags >> 2 & 3;
	acpi->nr_overrides++;
	return true;
}

/* An entry for all CPUs beats one for a single CPU; among equals the first counts. */
static bool
set_nmi(struct pv_acpi *acpi, bool all, uint8_t lint)
{
	if (lint > 1)
		return false;
	if (all || acpi->nmi_lint == 0xff)
		acpi->nmi_lint = lint;
	return true;
}

static bool
set_lapic_base(struct pv_acpi *acpi, uint64_t base)
{
	if (base == 0 || (base & 0xfff) != 0)
		return false;
	acpi->lapic_base = pv_pa(base);
	return true;
}

/* False: malformed, or one more than there is room for. */
static bool
read_entry(struct pv_acpi *acpi, const uint8_t *e)
{
	switch (e[0]) {
	case ENTRY_LAPIC:
		/* 0xff is the broadcast address, seen on slots that are not populated. */
		return add_cpu(acpi, e[3], e[3] == 0xff ? 0 : pv_acpi_u32(e + 4));
	case ENTRY_IOAPIC:
		return add_ioapic(acpi, e);
	case ENTRY_OVERRIDE:
		return add_override(acpi, e);
	case ENTRY_LAPIC_NMI:
		return set_nmi(acpi, e[2] == 0xff, e[5]);
	case ENTRY_LAPIC_ADDRESS:
		return set_lapic_base(acpi, pv_acpi_u64(e + 4));
	case ENTRY_X2APIC:
		return add_cpu(acpi, pv_acpi_u32(e + 4), pv_acpi_u32(e + 4) == ~0u ? 0 : pv_acpi_u32(e + 8));
	case ENTRY_X2APIC_NMI:
		return set_nmi(acpi, pv_acpi_u32(e + 4) == ~0u, e[8]);
	default:
		return true;
	}
}

void
pv_acpi_madt(const struct pv_acpi_reader *r, const struct pv_acpi_table *table)
{
	struct pv_acpi *acpi = r->acpi;
	uint32_t where, left, size;
	uint8_t e[16];

	if (acpi->has_madt || !pv_acpi_get(r, table->base + PV_ACPI_HEADER, e, 8)) {
		acpi->oddities++;
		return;
	}
	acpi->has_madt = true;
	acpi->has_8259 = (e[4] & 1) != 0;
	if (!set_lapic_base(acpi, pv_acpi_u32(e)))
		acpi->oddities++;
	for (where = 44; where < table->length; where += size) {
		left = table->length - where;
		size = 0;
		memset(e, 0, sizeof(e));
		if (left >= 2 && pv_acpi_get(r, table->base + where, e, 2))
			size = e[1];
		/* With a length that cannot be, the place of the next entry is unknown: stop. */
		if (size < 2 || size > left ||
		    !pv_acpi_get(r, table->base + where, e, size < sizeof(e) ? size : sizeof(e))) {
			acpi->oddities++;
			return;
		}
		if (e[0] < sizeof(entry_least) && size < entry_least[e[0]])
			acpi->oddities++;
		else if (!read_entry(acpi, e))
			acpi->oddities++;
	}
}
