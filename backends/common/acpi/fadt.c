/*
 * The fixed table (ACPI 5.2.9): registers for power off and reset; and the sleep
 * type of S5, the one thing wanted from AML. No AML is run: the definition
 * Name (_S5_, Package {...}) has the same bytes in every table that is compiled
 * (20.2), and a match is taken only when the whole package decodes.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "reader.h"

#define AML_ONE			0x01
#define AML_NAME		0x08
#define AML_BYTE		0x0a
#define AML_DWORD		0x0c
#define AML_PACKAGE		"\x12"
#define AML_ROOT		'\\'

/*
 * Name op, root prefix, name, package op, length of 4, count, two integers of 5: 22 bytes at most, and
 * less than PV_ACPI_REACH. Whether they belong together is looked at when all are decoded.
 */

/* The integer constant at *p; more than 7, which nobody wants, for anything else. */
static uint32_t
aml_integer(const uint8_t **p)
{
	const uint8_t *op = *p;
	uint32_t bits = 8u << ((*op - AML_BYTE) & 3);

	*p = op + 1;
	if (*op <= AML_ONE)
		return *op;
	if (*op < AML_BYTE || *op > AML_DWORD)
		return ~0u;
	*p += bits / 8;
	return pv_acpi_u32(op + 1) & ~0u >> (32 - bits);
}

/* The package after its op. left: bytes from here to the end of the table. */
static bool
s5_package(const uint8_t *p, uint32_t left, struct pv_acpi *acpi)
{
	const uint8_t *start = p;
	uint32_t size, count, first, second;
	unsigned more = *p >> 6;

	/* 20.2.4: the two top bits say how many bytes follow the first, which then has four bits of the size. */
	size = *p++ & 0x3f;
	if (more != 0)
		size = (size & 0x0f) | (pv_acpi_u32(p) & ~0u >> (32 - 8 * more)) << 4;
	p += more;
	count = *p++;
	first = aml_integer(&p);
	/* 7.4.2: two elements; older firmware packs both types into one. */
	second = first >> 8;
	if (count == 1)
		first &= 0xff;
	else
		second = aml_integer(&p);
	if (count == 0 || size > left || (uint32_t)(p - start) > size || first > 7 || second > 7)
		return false;
	acpi->s5[0] = (uint8_t)first;
	acpi->s5[1] = (uint8_t)second;
	acpi->has_s5 = true;
	return true;
}

void
pv_acpi_s5(struct pv_acpi *acpi, struct pv_acpi_table *t)
{
	const uint8_t *p, *start;

	for (uint32_t where = PV_ACPI_HEADER; where < t->length && !acpi->has_s5; where++) {
		p = start = pv_acpi_at(t, where);
		if (*p++ != AML_NAME)
			continue;
		if (*p == AML_ROOT)
			p++;
		if (memcmp(p, "_S5_" AML_PACKAGE, 5) != 0)
			continue;
		p += 5;
		if (!s5_package(p, t->length - where - (uint32_t)(p - start), acpi))
			acpi->oddities++;
	}
}

void
pv_acpi_fadt(struct pv_acpi *acpi, struct pv_acpi_table *t)
{
	/* Where registers are; old tables have ports for some and newer ones generic addresses. */
	static const struct {
		uint8_t generic, port;
	} places[PV_ACPI_REGISTERS] = {
		[PV_ACPI_PM1A] = { 172, 64 },
		[PV_ACPI_PM1B] = { 184, 68 },
		[PV_ACPI_RESET] = { 116, 0 },
		[PV_ACPI_SLEEP] = { 244, 0 },
	};
	/* What lies behind the table's end reads as zero, which means absent everywhere. */
	const uint8_t *f = pv_acpi_at(t, 0);
	uint64_t wide = pv_acpi_u64(f + 140);
	uint32_t narrow = pv_acpi_u32(f + 40), dsdt = PV_ACPI_SIGNATURE('D', 'S', 'D', 'T');

	if (acpi->has_fadt) {
		acpi->oddities++;
		return;
	}
	acpi->has_fadt = true;
	acpi->sci_irq = pv_acpi_u16(f + 46);
	acpi->smi_port = pv_acpi_u16(f + 48);
	if (pv_acpi_u16(f + 50) != 0) {
		acpi->smi_port = 0;
		acpi->oddities++;
	}
	acpi->acpi_enable = f[52];
	acpi->century_register = f[108];
	if (f[108] >= 0x80) {
		acpi->century_register = 0;
		acpi->oddities++;
	}
	for (unsigned i = 0; i < PV_ACPI_REGISTERS; i++) {
		struct pv_acpi_gas *gas = &acpi->reg[i];
		uint32_t port = pv_acpi_u32(f + places[i].port);	/* none at 0: the signature is too large */

		pv_acpi_gas(gas, f + places[i].generic);
		if (gas->address == 0 && port <= 0xffff) {
			gas->space = 1;
			gas->address = port;
		}
	}
	acpi->reset_value = f[128];
	acpi->reset_supported = (f[113] & 1u << 2) != 0 && acpi->reg[PV_ACPI_RESET].address != 0;
	/* The definition block: the 64-bit address if it leads to a table, else the 32-bit one. */
	if ((wide == 0 || !pv_acpi_table(acpi, wide, dsdt)) && narrow != 0 && narrow != wide)
		(void)pv_acpi_table(acpi, narrow, dsdt);
}
