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

#define ALL_CPUS		0xffffffffu	/* no CPU's name; 0xff where names have one byte */

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

static uint32_t
wide(uint8_t id)
{
	return id == 0xff ? ALL_CPUS : id;
}

/*
 * Firmware may list a CPU under both types; CPUs that are not enabled are empty sockets, and the
 * broadcast name is seen on slots that are not populated.
 */
static bool
add_cpu(struct pv_acpi *acpi, uint32_t id, uint32_t flags)
{
	uint32_t i;

	if ((flags & 1) == 0 || id == ALL_CPUS)
		return true;
	for (i = 0; i < acpi->nr_cpus; i++)
		if (acpi->cpu_apic_id[i] == id)
			return true;
	if (i == PV_ACPI_CPUS)
		return false;
	acpi->cpu_apic_id[i] = id;
	acpi->nr_cpus = i + 1;
	return true;
}

static bool
add_ioapic(struct pv_acpi *acpi, const uint8_t *e, uint32_t base)
{
	struct pv_acpi_ioapic *io = acpi->ioapic;
	uint32_t gsi_base = pv_acpi_u32(e + 8);

	if (acpi->nr_ioapics == PV_ACPI_IOAPICS || base == 0 || (base & 0xf) != 0)
		return false;
	for (; io < acpi->ioapic + acpi->nr_ioapics; io++)
		if (io->base.v == base || io->gsi_base == gsi_base)
			return false;
	io->id = e[2];
	io->base = pv_pa(base);
	io->gsi_base = gsi_base;
	acpi->nr_ioapics++;
	return true;
}

static bool
add_override(struct pv_acpi *acpi, const uint8_t *e, uint32_t gsi)
{
	struct pv_acpi_override *o = acpi->override;
	unsigned polarity = e[8] & 3, trigger = e[8] >> 2 & 3;

	/* Bus 0 is ISA, the only one there is; 2 is not a polarity, nor a trigger mode. */
	if (acpi->nr_overrides == PV_ACPI_OVERRIDES || e[2] != 0 || e[3] > 15 || polarity == 2 || trigger == 2)
		return false;
	for (; o < acpi->override + acpi->nr_overrides; o++)
		if (o->isa == e[3])
			return false;
	o->isa = e[3];
	o->gsi = gsi;
	o->polarity = (uint8_t)polarity;
	o->trigger = (uint8_t)trigger;
	acpi->nr_overrides++;
	return true;
}

/* An entry for all CPUs beats one for a single CPU; among equals the first counts. */
static bool
set_nmi(struct pv_acpi *acpi, uint32_t id, uint8_t lint)
{
	if (lint > 1)
		return false;
	if (id == ALL_CPUS || acpi->nmi_lint == 0xff)
		acpi->nmi_lint = lint;
	return true;
}

static bool
set_lapic_base(struct pv_acpi *acpi, uint64_t base)
{
	if (base == 0 || ((uint32_t)base & 0xfff) != 0)
		return false;
	acpi->lapic_base = pv_pa(base);
	return true;
}

/* False: malformed, or one more than there is room for. */
static bool
read_entry(struct pv_acpi *acpi, const uint8_t *e)
{
	uint32_t word = pv_acpi_u32(e + 4);

	switch (e[0]) {
	case ENTRY_LAPIC:
		return add_cpu(acpi, wide(e[3]), word);
	case ENTRY_X2APIC:
		return add_cpu(acpi, word, pv_acpi_u32(e + 8));
	case ENTRY_IOAPIC:
		return add_ioapic(acpi, e, word);
	case ENTRY_OVERRIDE:
		return add_override(acpi, e, word);
	case ENTRY_LAPIC_NMI:
		return set_nmi(acpi, wide(e[2]), e[5]);
	case ENTRY_X2APIC_NMI:
		return set_nmi(acpi, word, e[8]);
	case ENTRY_LAPIC_ADDRESS:
		return set_lapic_base(acpi, pv_acpi_u64(e + 4));
	default:
		return true;
	}
}

void
pv_acpi_madt(struct pv_acpi *acpi, struct pv_acpi_table *t)
{
	const uint8_t *e = pv_acpi_at(t, 36);
	uint32_t where, size;

	if (acpi->has_madt) {
		acpi->oddities++;
		return;
	}
	acpi->has_madt = true;
	acpi->has_8259 = (e[4] & 1) != 0;
	if (!set_lapic_base(acpi, pv_acpi_u32(e)))
		acpi->oddities++;
	for (where = 44; where < t->length; where += size) {
		e = pv_acpi_at(t, where);
		size = e[1];
		/* With a length that cannot be, the place of the next entry is unknown: stop. */
		if (size < 2 || size > t->length - where) {
			acpi->oddities++;
			return;
		}
		if (e[0] < sizeof(entry_least) && (size < entry_least[e[0]] || !read_entry(acpi, e)))
			acpi->oddities++;
	}
}
