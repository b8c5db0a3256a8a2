/*
 * The fixed table (ACPI 5.2.9): registers for power off and reset; and the sleep
 * type of S5, the one thing wanted from AML. No AML is run: the definition
 * Name (_S5_, Package {...}) has the same bytes in every table that is compiled
 * (20.2), and a match is taken only when the whole package decodes.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "reader.h"

#define FADT_BYTES		256u	/* of it that are of interest */

#define AML_ZERO		0x00
#define AML_ONE			0x01
#define AML_NAME		0x08
#define AML_BYTE		0x0a
#define AML_WORD		0x0b
#define AML_DWORD		0x0c
#define AML_PACKAGE		0x12
#define AML_ROOT		'\\'

/* Name op, root prefix, name, package op, length of 4, count, two integers of 5: 22 bytes at most. */
#define S5_BYTES		32u

/* An integer constant at *p; false if it is something else or goes beyond `end`. */
static bool
aml_integer(const uint8_t **p, const uint8_t *end, uint32_t *value)
{
	unsigned size = 0, i;
	uint8_t op;

	if (*p >= end)
		return false;
	op = *(*p)++;
	*value = op;
	if (op == AML_ZERO || op == AML_ONE)
		return true;
	if (op >= AML_BYTE && op <= AML_DWORD)
		size = 1u << (op - AML_BYTE);
	if (size == 0 || (size_t)(end - *p) < size)
		return false;
	*value = 0;
	for (i = 0; i < size; i++)
		*value |= (uint32_t)*(*p)++ << 8 * i;
	return true;
}

/* The package after its op. left: bytes from here to the end of the table. */
static bool
s5_package(const uint8_t *p, const uint8_t *end, uint32_t left, struct pv_acpi *acpi)
{
	uint32_t size, first, second;
	unsigned more, i;

	/* 20.2.4: the two top bits say how many bytes follow the first. */
	more = p[0] >> 6;
	size = more == 0 ? p[0] & 0x3f : p[0] & 0x0f;
	for (i = 1; i <= more; i++)
		size |= (uint32_t)p[i] << (8 * i - 4);
	if (size < more + 3 || size > left || p[more + 1] == 0)
		return false;
	if (size < (size_t)(end - p))
		end = p + size;
	i = p[more + 1];
	p += more + 2;
	if (!aml_integer(&p, end, &first))
		return false;
	/* 7.4.2: two elements; older firmware packs both types into one. */
	if (i == 1) {
		second = first >> 8;
		first &= 0xff;
	} else if (!aml_integer(&p, end, &second)) {
		return false;
	}
	if (first > 7 || second > 7)
		return false;
	acpi->s5_a = (uint8_t)first;
	acpi->s5_b = (uint8_t)second;
	acpi->has_s5 = true;
	return true;
}

/* Is this the definition? p has S5_BYTES readable bytes. */
static bool
s5_match(const uint8_t *p, uint32_t left, struct pv_acpi *acpi)
{
	const uint8_t *start = p;

	if (*p++ != AML_NAME)
		return false;
	if (*p == AML_ROOT)
		p++;
	if (memcmp(p, "_S5_", 4) != 0 || p[4] != AML_PACKAGE)
		return false;
	p += 5;
	if (left < (uint32_t)(p - start) ||
	    !s5_package(p, start + S5_BYTES, left - (uint32_t)(p - start), acpi)) {
		acpi->oddities++;
		return false;
	}
	return true;
}

void
pv_acpi_s5(const struct pv_acpi_reader *r, const struct pv_acpi_table *table)
{
	uint8_t buf[PV_ACPI_CHUNK];
	uint32_t where, left, n, i;

	if (r->acpi->has_s5)
		return;
	/* Pieces overlap by the longest match; behind the end of the table there are zeroes. */
	for (where = PV_ACPI_HEADER; where < table->length; where += PV_ACPI_CHUNK - S5_BYTES) {
		left = table->length - where;
		n = left < PV_ACPI_CHUNK ? left : PV_ACPI_CHUNK;
		memset(buf, 0, sizeof(buf));
		if (!pv_acpi_get(r, table->base + where, buf, n))
			return;
		for (i = 0; i < PV_ACPI_CHUNK - S5_BYTES && i < n; i++)
			if (s5_match(buf + i, left - i, r->acpi))
				return;
	}
}

/* A register that old tables give as a port and newer ones as a generic address. */
static struct pv_acpi_gas
control_register(const uint8_t *port, const uint8_t *generic)
{
	struct pv_acpi_gas gas = pv_acpi_gas(generic);

	if (gas.address == 0 && pv_acpi_u32(port) <= 0xffff) {
		gas.space = 1;
		gas.bits = 16;
		gas.address = pv_acpi_u32(port);
	}
	return gas;
}

/* The definition block: the 64-bit address if it leads to a table, else the 32-bit one. */
static void
read_dsdt(const struct pv_acpi_reader *r, uint64_t wide, uint32_t narrow)
{
	struct pv_acpi_table table;
	uint32_t dsdt = PV_ACPI_SIGNATURE('D', 'S', 'D', 'T');

	if ((wide != 0 && pv_acpi_open(r, wide, dsdt, PV_ACPI_HEADER, &table)) ||
	    (narrow != 0 && narrow != wide && pv_acpi_open(r, narrow, dsdt, PV_ACPI_HEADER, &table)))
		pv_acpi_s5(r, &table);
}

void
pv_acpi_fadt(const struct pv_acpi_reader *r, const struct pv_acpi_table *table)
{
	struct pv_acpi *acpi = r->acpi;
	uint8_t f[FADT_BYTES];

	/* What lies behind the table's end reads as zero, which means absent everywhere. */
	memset(f, 0, sizeof(f));
	if (acpi->has_fadt ||
	    !pv_acpi_get(r, table->base, f, table->length < FADT_BYTES ? table->length : FADT_BYTES)) {
		acpi->oddities++;
		return;
	}
	acpi->has_fadt = true;
	acpi->sci_irq = pv_acpi_u16(f + 46);
	if (pv_acpi_u32(f + 48) <= 0xffff)
		acpi->smi_port = (uint16_t)pv_acpi_u32(f + 48);
	else
		acpi->oddities++;
	acpi->acpi_enable = f[52];
	acpi->pm1a_control = control_register(f + 64, f + 172);
	acpi->pm1b_control = control_register(f + 68, f + 184);
	if (f[108] < 0x80)
		acpi->century_register = f[108];
	else
		acpi->oddities++;
	acpi->reset_register = pv_acpi_gas(f + 116);
	acpi->reset_value = f[128];
	acpi->reset_supported = (pv_acpi_u32(f + 112) & 1u << 10) != 0 && acpi->reset_register.address != 0;
	acpi->sleep_control = pv_acpi_gas(f + 244);
	read_dsdt(r, pv_acpi_u64(f + 140), pv_acpi_u32(f + 40));
}
