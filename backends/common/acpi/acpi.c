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

#define BIOS_START		0xe0000u
#define BIOS_SIZE		0x20000u
#define EBDA_SEGMENT		0x40eu	/* where the BIOS keeps the segment of its extended data */
#define EBDA_SIZE		1024u

bool
pv_acpi_get(const struct pv_acpi_reader *r, uint64_t base, void *to, uint32_t size)
{
	const void *from;

	if (base + size < base)
		return false;
	from = r->at(r->arg, pv_pa(base), size);
	if (from == NULL)
		return false;
	memcpy(to, from, size);
	return true;
}

/* Do the bytes add up to zero? No for bytes that cannot be read. */
static bool
sum_ok(const struct pv_acpi_reader *r, uint64_t base, uint32_t length)
{
	uint8_t buf[PV_ACPI_CHUNK], sum = 0;
	uint32_t i, n;

	for (; length != 0; length -= n, base += n) {
		n = length < PV_ACPI_CHUNK ? length : PV_ACPI_CHUNK;
		if (!pv_acpi_get(r, base, buf, n))
			return false;
		for (i = 0; i < n; i++)
			sum = (uint8_t)(sum + buf[i]);
	}
	return sum == 0;
}

bool
pv_acpi_open(const struct pv_acpi_reader *r, uint64_t base, uint32_t signature, uint32_t least,
    struct pv_acpi_table *table)
{
	uint8_t head[8];

	table->base = base;
	if (base != 0 && pv_acpi_get(r, base, head, sizeof(head)) && pv_acpi_u32(head) == signature) {
		table->length = pv_acpi_u32(head + 4);
		if (table->length >= least && table->length <= TABLE_LIMIT && sum_ok(r, base, table->length))
			return true;
	}
	r->acpi->oddities++;
	return false;
}

struct pv_acpi_gas
pv_acpi_gas(const uint8_t *p)
{
	struct pv_acpi_gas gas;

	gas.space = p[0];
	gas.bits = p[1];
	gas.address = pv_acpi_u64(p + 4);
	/* Registers behind PCI configuration or an embedded controller are of no use without AML. */
	if (gas.space > 1 || (gas.space == 1 && gas.address > 0xffff))
		gas.address = 0;
	return gas;
}

/* 5.2.4 of the IA-PC HPET specification, 1.0a. */
static void
read_hpet(const struct pv_acpi_reader *r, const struct pv_acpi_table *table)
{
	struct pv_acpi *acpi = r->acpi;
	struct pv_acpi_gas gas;
	uint8_t body[12];

	if (acpi->has_hpet)
		return;		/* one of several blocks; the first is the legacy one */
	if (!pv_acpi_get(r, table->base + 40, body, sizeof(body)))
		return;
	gas = pv_acpi_gas(body);
	if (gas.space != 0 || gas.address == 0 || (gas.address & 7) != 0) {
		acpi->oddities++;
		return;
	}
	acpi->has_hpet = true;
	acpi->hpet_base = pv_pa(gas.address);
}

/* PCI firmware specification 3.0, 4.1.2: the first window that makes sense is kept. */
static void
read_mcfg(const struct pv_acpi_reader *r, const struct pv_acpi_table *table)
{
	struct pv_acpi *acpi = r->acpi;
	uint32_t where;
	uint8_t entry[16];

	for (where = 44; table->length - where >= 16 && !acpi->has_mcfg; where += 16) {
		if (!pv_acpi_get(r, table->base + where, entry, sizeof(entry)))
			return;
		acpi->mcfg_base = pv_pa(pv_acpi_u64(entry));
		acpi->mcfg_segment = pv_acpi_u16(entry + 8);
		acpi->mcfg_first_bus = entry[10];
		acpi->mcfg_last_bus = entry[11];
		acpi->has_mcfg = acpi->mcfg_base.v != 0 && (acpi->mcfg_base.v & 0xfffff) == 0 &&
		    acpi->mcfg_first_bus <= acpi->mcfg_last_bus;
		if (!acpi->has_mcfg)
			acpi->oddities++;
	}
}

/* Who reads what; all other tables are the operating system's. */
static const struct {
	uint32_t signature;
	uint32_t least;		/* bytes without which the table says nothing */
	void (*read)(const struct pv_acpi_reader *r, const struct pv_acpi_table *table);
} known[] = {
	{ PV_ACPI_SIGNATURE('A', 'P', 'I', 'C'), 44, pv_acpi_madt },
	{ PV_ACPI_SIGNATURE('F', 'A', 'C', 'P'), 116, pv_acpi_fadt },
	{ PV_ACPI_SIGNATURE('S', 'S', 'D', 'T'), PV_ACPI_HEADER, pv_acpi_s5 },
	{ PV_ACPI_SIGNATURE('H', 'P', 'E', 'T'), 56, read_hpet },
	{ PV_ACPI_SIGNATURE('M', 'C', 'F', 'G'), 44, read_mcfg },
};

/* One entry of the root table. */
static void
read_table(const struct pv_acpi_reader *r, uint64_t base)
{
	struct pv_acpi_table table;
	uint8_t head[4];

	if (base == 0 || !pv_acpi_get(r, base, head, sizeof(head))) {
		r->acpi->oddities++;
		return;
	}
	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (pv_acpi_u32(head) == known[i].signature &&
		    pv_acpi_open(r, base, known[i].signature, known[i].least, &table))
			known[i].read(r, &table);
}

/* The root table with entries of `width` bytes (5.2.7, 5.2.8). */
static bool
read_root(const struct pv_acpi_reader *r, uint64_t base, uint32_t signature, uint32_t width)
{
	struct pv_acpi_table root;
	uint8_t entry[8];
	uint32_t i, n;

	if (!pv_acpi_open(r, base, signature, PV_ACPI_HEADER, &root))
		return false;
	n = (root.length - PV_ACPI_HEADER) / width;
	if (n > ENTRY_LIMIT) {
		r->acpi->oddities++;
		n = ENTRY_LIMIT;
	}
	for (i = 0; i < n; i++) {
		memset(entry, 0, sizeof(entry));
		if (!pv_acpi_get(r, base + PV_ACPI_HEADER + i * width, entry, width))
			break;
		read_table(r, pv_acpi_u64(entry));
	}
	return true;
}

/* The part of the root pointer that all revisions have (5.2.5.3). */
static bool
rsdp_ok(const struct pv_acpi_reader *r, uint64_t base, uint8_t rsdp[20])
{
	return pv_acpi_get(r, base, rsdp, 20) && memcmp(rsdp, "RSD PTR ", 8) == 0 && sum_ok(r, base, 20);
}

pv_status
pv_acpi_read(struct pv_acpi *acpi, pv_boot_at at, void *arg, pv_paddr rsdp)
{
	const struct pv_acpi_reader r = { acpi, at, arg };
	uint8_t first[20], second[16];
	uint32_t length;

	memset(acpi, 0, sizeof(*acpi));
	acpi->nmi_lint = 0xff;
	acpi->lapic_base = pv_pa(0xfee00000u);
	if (!rsdp_ok(&r, rsdp.v, first))
		return PV_E_FORMAT;
	acpi->revision = first[15];
	if (acpi->revision >= 2) {
		length = 0;
		if (pv_acpi_get(&r, rsdp.v + 20, second, sizeof(second)))
			length = pv_acpi_u32(second);
		if (length < 36 || length > PV_ACPI_CHUNK || !sum_ok(&r, rsdp.v, length))
			acpi->oddities++;
		else if (read_root(&r, pv_acpi_u64(second + 4), PV_ACPI_SIGNATURE('X', 'S', 'D', 'T'), 8))
			return PV_OK;
	}
	return read_root(&r, pv_acpi_u32(first + 16), PV_ACPI_SIGNATURE('R', 'S', 'D', 'T'), 4) ? PV_OK :
	    PV_E_FORMAT;
}

static bool
find_in(const struct pv_acpi_reader *r, uint64_t base, uint32_t size, pv_paddr *rsdp)
{
	uint8_t buf[PV_ACPI_CHUNK], first[20];
	uint32_t i;

	for (; size >= PV_ACPI_CHUNK; size -= PV_ACPI_CHUNK, base += PV_ACPI_CHUNK) {
		if (!pv_acpi_get(r, base, buf, PV_ACPI_CHUNK))
			continue;
		for (i = 0; i < PV_ACPI_CHUNK; i += 16) {
			if (memcmp(buf + i, "RSD PTR ", 8) == 0 && rsdp_ok(r, base + i, first)) {
				*rsdp = pv_pa(base + i);
				return true;
			}
		}
	}
	return false;
}

pv_status
pv_acpi_find_rsdp(pv_boot_at at, void *arg, pv_paddr *rsdp)
{
	const struct pv_acpi_reader r = { NULL, at, arg };
	uint8_t segment[2];
	uint64_t ebda;

	/* 5.2.5.1: the first KiB of the extended BIOS data area, then the BIOS itself. */
	if (pv_acpi_get(&r, EBDA_SEGMENT, segment, sizeof(segment))) {
		ebda = (uint64_t)pv_acpi_u16(segment) << 4;
		if (ebda >= 0x400 && ebda < 0xa0000 && find_in(&r, ebda, EBDA_SIZE, rsdp))
			return PV_OK;
	}
	return find_in(&r, BIOS_START, BIOS_SIZE, rsdp) ? PV_OK : PV_E_NOENT;
}
