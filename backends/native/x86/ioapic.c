/*
 * IOAPICs: which pin a global system interrupt is, and that pin's redirection
 * entry. Intel 82093AA data sheet; ACPI specification 5.2.12 for numbering and
 * overrides. The firmware's numbers are checked against what the chips say.
 *
 * The gate is closed in all functions.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"
#include "../../common/acpi/acpi.h"
#include "../../common/latch.h"

#define SELECT		0x00u
#define WINDOW		0x10u
#define MAP_SIZE	0x20u

#define REG_VERSION	0x01u
#define REG_ENTRY(pin)	(0x10u + 2 * (pin))	/* low word; the high one follows */
#define MOST_PINS	120u			/* entries that an 8-bit register number reaches */

#define ENTRY_MASKED	0x10000u
#define ENTRY_LEVEL	0x08000u
#define ENTRY_LOW	0x02000u
#define ENTRY_MODE	0x00700u
#define ENTRY_SMI	0x00200u

#define ISA_INPUTS	16u

struct ioapic {
	volatile uint8_t *regs;
	uint32_t first, nr;		/* global system interrupts [first, first + nr) */
	uint32_t latch;
};

static struct ioapic ioapics[PV_ACPI_IOAPICS];
static unsigned nr_ioapics;
static const struct pv_acpi *tables;

/* -- registers: two accesses each, so latch held -- */

static uint32_t
get(const struct ioapic *a, unsigned reg)
{
	pv_mmio_write32(a->regs + SELECT, reg);
	return pv_mmio_read32(a->regs + WINDOW);
}

static void
set(const struct ioapic *a, unsigned reg, uint32_t value)
{
	pv_mmio_write32(a->regs + SELECT, reg);
	pv_mmio_write32(a->regs + WINDOW, value);
}

static struct ioapic *
find(uint32_t gsi)
{
	for (unsigned i = 0; i < nr_ioapics; i++)
		if (gsi - ioapics[i].first < ioapics[i].nr)
			return &ioapics[i];
	return NULL;
}

/* -- start -- */

static bool
overlaps(uint32_t first, uint32_t nr)
{
	for (unsigned i = 0; i < nr_ioapics; i++)
		if (first < ioapics[i].first + ioapics[i].nr && ioapics[i].first < first + nr)
			return true;
	return false;
}

static void
quiet(const struct ioapic *a)
{
	for (unsigned pin = 0; pin < a->nr; pin++) {
		uint32_t low = get(a, REG_ENTRY(pin));

		/* What the firmware has routed to itself stays its own. */
		if ((low & ENTRY_MODE) == ENTRY_SMI)
			continue;
		/* Masked and edge-triggered, which also forgets a level that was never ended. */
		set(a, REG_ENTRY(pin), ENTRY_MASKED);
		set(a, REG_ENTRY(pin) + 1, 0);
	}
}

/* What is wrong with one that the firmware told of; NULL: it is taken. */
static const char *
add(const struct pv_acpi_ioapic *said)
{
	struct ioapic *a = &ioapics[nr_ioapics];
	volatile void *regs;
	uint32_t version;

	if (pv_io_map(said->base, MAP_SIZE, PV_MAP_UC, &regs) != PV_OK)
		return "cannot be mapped: its interrupts are lost";
	a->regs = (volatile uint8_t *)regs;
	version = get(a, REG_VERSION);
	a->first = said->gsi_base;
	a->nr = (version >> 16 & 0xff) + 1;
	if (version == ~0u || a->nr > MOST_PINS || a->first > ~0u - MOST_PINS || overlaps(a->first, a->nr)) {
		pv_io_unmap(regs, MAP_SIZE);
		return "does not answer like one, or overlaps another: not used";
	}
	quiet(a);
	nr_ioapics++;
	return NULL;
}

bool
pv_native_ioapic_init(const struct pv_acpi *acpi)
{
	tables = acpi;
	for (unsigned i = 0; i < acpi->nr_ioapics && i < PV_ACPI_IOAPICS; i++) {
		const struct pv_acpi_ioapic *said = &acpi->ioapic[i];
		const char *wrong = add(said);

		if (wrong != NULL)
			pv_log("ioapic %u at 0x%llx %s", (unsigned)said->id,
			    (unsigned long long)said->base.v, wrong);
	}
	return nr_ioapics != 0;
}

/* -- numbering -- */

bool
pv_native_ioapic_has(uint32_t gsi)
{
	return find(gsi) != NULL;
}

uint32_t
pv_native_ioapic_isa(uint32_t n)
{
	for (unsigned i = 0; i < tables->nr_overrides; i++)
		if (tables->override[i].isa == n)
			return tables->override[i].gsi;
	return n;
}

/* Without an override the first 16 are as on the ISA bus, the rest as on PCI. */
uint32_t
pv_native_ioapic_wired(uint32_t gsi)
{
	uint32_t flags = gsi < ISA_INPUTS ? PV_LINE_EDGE : PV_LINE_LEVEL | PV_LINE_LOW;

	for (unsigned i = 0; i < tables->nr_overrides; i++) {
		const struct pv_acpi_override *o = &tables->override[i];

		if (o->gsi != gsi)
			continue;
		flags = PV_LINE_EDGE;
		if (o->trigger == 3)
			flags |= PV_LINE_LEVEL;
		if (o->polarity == 3)
			flags |= PV_LINE_LOW;
		break;
	}
	return flags;
}

/* -- redirection entries -- */

void
pv_native_ioapic_set(uint32_t gsi, unsigned vector, uint32_t flags, uint32_t apic_id)
{
	struct ioapic *a = find(gsi);
	unsigned reg = REG_ENTRY(gsi - a->first);
	uint32_t level = flags / PV_LINE_LEVEL & 1, low = flags / PV_LINE_LOW & 1;

	pv_latch_take(&a->latch);
	set(a, reg, ENTRY_MASKED | level * ENTRY_LEVEL | low * ENTRY_LOW | vector);
	set(a, reg + 1, apic_id << 24);
	pv_latch_drop(&a->latch);
}

/* The destination is a word of its own, so the entry is never half old and half new. */
void
pv_native_ioapic_route(uint32_t gsi, uint32_t apic_id)
{
	struct ioapic *a = find(gsi);

	pv_latch_take(&a->latch);
	set(a, REG_ENTRY(gsi - a->first) + 1, apic_id << 24);
	pv_latch_drop(&a->latch);
}

void
pv_native_ioapic_mask(uint32_t gsi, bool masked)
{
	struct ioapic *a = find(gsi);
	unsigned reg = REG_ENTRY(gsi - a->first);
	uint32_t low;

	pv_latch_take(&a->latch);
	low = get(a, reg) & ~ENTRY_MASKED;
	set(a, reg, masked ? low | ENTRY_MASKED : low);
	/* The write may be on its way still: a read of the chip waits for it. */
	if (masked)
		(void)pv_mmio_read32(a->regs + WINDOW);
	pv_latch_drop(&a->latch);
}
