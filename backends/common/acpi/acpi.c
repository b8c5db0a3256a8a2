/*
 * From the root pointer to the tables: checksums, lengths, and who reads what.
 * The contents of the interrupt and the fixed table are in madt.c and fadt.c.
 * Section numbers are those of the ACPI specification, version 6.
 *
 * A table is dropped as a whole when its length or checksum is wrong, an entry of
 * a table when its own length or values are; each is counted once.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "reader.h"

/* Far more than any machine has; they bound the work that absurd tables can cause. */
#define TABLE_LIMIT		0x400000u
#define ENTRY_LIMIT		256u
#define RSDP_LIMIT		256u

#define RSDP_BYTES		20u	/* of the root pointer, in all revisions (5.2.5.3) */
#define BIOS_START		0xe0000u
#define BIOS_SIZE		0x20000u
#define EBDA_SEGMENT		0x40eu	/* where the BIOS keeps the segment of its extended data */
#define EBDA_SIZE		1024u

#define XSDT			PV_ACPI_SIGNATURE('X', 'S', 'D', 'T')
#define RSDT			PV_ACPI_SIGNATURE('R', 'S', 'D', 'T')

static void
begin(struct pv_acpi_table *t, uint64_t base, uint32_t length)
{
	t->base = base;
	t->length = length;
	t->seen = -PV_ACPI_PIECE;	/* out of reach of any place */
}

const uint8_t *
pv_acpi_at(struct pv_acpi_table *t, uint32_t where)
{
	uint32_t n = where < t->length ? t->length - where : 0;

	if (where - t->seen > PV_ACPI_PIECE - PV_ACPI_REACH) {
		t->seen = where;
		memset(t->bytes, 0, PV_ACPI_PIECE);
		if (n > PV_ACPI_PIECE)
			n = PV_ACPI_PIECE;
		if (t->base + where + n < t->base || pv_phys_read(t->bytes, pv_pa(t->base + where), n) != PV_OK)
			t->length = 0;
	}
	return t->bytes + (where - t->seen);
}

/* Do the bytes add up to zero? No for bytes that cannot be read. */
static bool
sum_ok(struct pv_acpi_table *t)
{
	uint8_t sum = 0;

	for (uint32_t i = 0; i < t->length; i++)
		sum = (uint8_t)(sum + *pv_acpi_at(t, i));
	return t->length != 0 && sum == 0;
}

void
pv_acpi_gas(struct pv_acpi_gas *gas, const uint8_t *p)
{
	gas->space = p[0];
	gas->address = pv_acpi_u64(p + 4);
	/* Registers behind PCI configuration or an embedded controller are of no use without AML. */
	if (gas->space > 1 || (gas->space == 1 && gas->address > 0xffff))
		gas->address = 0;
}

/* 5.2.4 of the IA-PC HPET specification, 1.0a. */
static void
read_hpet(struct pv_acpi *acpi, struct pv_acpi_table *t)
{
	struct pv_acpi_gas gas;

	if (acpi->has_hpet)
		return;		/* one of several blocks; the first is the legacy one */
	pv_acpi_gas(&gas, pv_acpi_at(t, 0) + 40);
	if (gas.space != 0 || gas.address == 0 || (gas.address & 7) != 0) {
		acpi->oddities++;
		return;
	}
	acpi->has_hpet = true;
	acpi->hpet_base = pv_pa(gas.address);
}

/* PCI firmware specification 3.0, 4.1.2: the first window that makes sense is kept. */
static void
read_mcfg(struct pv_acpi *acpi, struct pv_acpi_table *t)
{
	for (uint32_t where = 44; where + 16 <= t->length && !acpi->has_mcfg; where += 16) {
		const uint8_t *entry = pv_acpi_at(t, where);

		acpi->mcfg_base = pv_pa(pv_acpi_u64(entry));
		acpi->mcfg_segment = pv_acpi_u16(entry + 8);
		acpi->mcfg_first_bus = entry[10];
		acpi->mcfg_last_bus = entry[11];
		acpi->has_mcfg = acpi->mcfg_base.v != 0 && ((uint32_t)acpi->mcfg_base.v & 0xfffff) == 0 &&
		    acpi->mcfg_first_bus <= acpi->mcfg_last_bus;
		if (!acpi->has_mcfg)
			acpi->oddities++;
	}
}

/* The root table: addresses of 8 bytes, or of 4 (5.2.7, 5.2.8). */
static void
read_root(struct pv_acpi *acpi, struct pv_acpi_table *t)
{
	uint32_t width = pv_acpi_u32(pv_acpi_at(t, 0)) == XSDT ? 8 : 4;
	uint32_t end = t->length;

	if (end > PV_ACPI_HEADER + ENTRY_LIMIT * width) {
		acpi->oddities++;
		end = PV_ACPI_HEADER + ENTRY_LIMIT * width;
	}
	for (uint32_t where = PV_ACPI_HEADER; where + width <= end; where += width) {
		const uint8_t *entry = pv_acpi_at(t, where);

		(void)pv_acpi_table(acpi, width == 8 ? pv_acpi_u64(entry) : pv_acpi_u32(entry), 0);
	}
}

/* Who reads what; all other tables are the operating system's. */
static const struct {
	uint32_t signature;
	uint8_t least;		/* bytes without which the table says nothing */
	bool listed;		/* in the root table, or only where another one says */
	void (*read)(struct pv_acpi *acpi, struct pv_acpi_table *t);
} known[] = {
	{ XSDT, PV_ACPI_HEADER, false, read_root },
	{ RSDT, PV_ACPI_HEADER, false, read_root },
	{ PV_ACPI_SIGNATURE('D', 'S', 'D', 'T'), PV_ACPI_HEADER, false, pv_acpi_s5 },
	{ PV_ACPI_SIGNATURE('A', 'P', 'I', 'C'), 44, true, pv_acpi_madt },
	{ PV_ACPI_SIGNATURE('F', 'A', 'C', 'P'), 116, true, pv_acpi_fadt },
	{ PV_ACPI_SIGNATURE('S', 'S', 'D', 'T'), PV_ACPI_HEADER, true, pv_acpi_s5 },
	{ PV_ACPI_SIGNATURE('H', 'P', 'E', 'T'), 56, true, read_hpet },
	{ PV_ACPI_SIGNATURE('M', 'C', 'F', 'G'), 44, true, read_mcfg },
};

bool
pv_acpi_table(struct pv_acpi *acpi, uint64_t base, uint32_t only)
{
	struct pv_acpi_table t;
	uint32_t signature, length;

	begin(&t, base, 8);
	signature = pv_acpi_u32(pv_acpi_at(&t, 0));
	length = pv_acpi_u32(t.bytes + 4);
	if (base == 0 || t.length == 0 || (only != 0 && signature != only))
		goto odd;
	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (signature != known[i].signature || (only == 0 && !known[i].listed))
			continue;
		begin(&t, base, length);
		if (length < known[i].least || length > TABLE_LIMIT || !sum_ok(&t))
			goto odd;
		known[i].read(acpi, &t);
		return true;
	}
	return false;
odd:
	acpi->oddities++;
	return false;
}

/* A root pointer at `base`, as far as its first `length` bytes say. */
static bool
root_pointer(struct pv_acpi_table *t, uint64_t base, uint32_t length)
{
	begin(t, base, length);
	return memcmp(pv_acpi_at(t, 0), "RSD PTR ", 8) == 0 && sum_ok(t);
}

pv_status
pv_acpi_read(struct pv_acpi *acpi, pv_paddr rsdp)
{
	struct pv_acpi_table t;
	uint32_t narrow, length;

	memset(acpi, 0, sizeof(*acpi));
	acpi->nmi_lint = 0xff;
	acpi->lapic_base = pv_pa(0xfee00000u);
	if (!root_pointer(&t, rsdp.v, RSDP_BYTES))
		return PV_E_FORMAT;
	acpi->revision = t.bytes[15];
	narrow = pv_acpi_u32(t.bytes + 16);
	if (acpi->revision >= 2) {
		begin(&t, rsdp.v, PV_ACPI_HEADER);
		length = pv_acpi_u32(pv_acpi_at(&t, 0) + 20);
		if (length < PV_ACPI_HEADER || length > RSDP_LIMIT || !root_pointer(&t, rsdp.v, length))
			acpi->oddities++;
		else if (pv_acpi_table(acpi, pv_acpi_u64(t.bytes + 24), XSDT))
			return PV_OK;
	}
	return pv_acpi_table(acpi, narrow, RSDT) ? PV_OK : PV_E_FORMAT;
}

pv_status
pv_acpi_find_rsdp(pv_paddr *rsdp)
{
	struct pv_acpi_table t;
	uint32_t base, size = EBDA_SIZE;

	/* 5.2.5.1: the first KiB of the extended BIOS data area, then the BIOS itself. */
	begin(&t, EBDA_SEGMENT, 2);
	base = (uint32_t)pv_acpi_u16(pv_acpi_at(&t, 0)) << 4;
	if (base < 0x400 || base >= 0xa0000)
		size = 0;
	for (;;) {
		for (; size != 0; size -= 16, base += 16) {
			if (root_pointer(&t, base, RSDP_BYTES)) {
				*rsdp = pv_pa(base);
				return PV_OK;
			}
		}
		if (base == BIOS_START + BIOS_SIZE)
			return PV_E_NOENT;
		base = BIOS_START;
		size = BIOS_SIZE;
	}
}
