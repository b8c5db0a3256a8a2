/*
 * ACPI tables built in memory, for the tests of their reader. Static, so that each
 * test program has its own.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOST_ACPI_BUILD_H
#define PV_HOST_ACPI_BUILD_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../backends/common/acpi/reader.h"

#define MEMORY		0x120000u
#define RSDP		0xf0010u
#define RSDT		0x10000u
#define XSDT		0x11000u
#define MADT		0x12000u
#define FADT		0x13000u
#define DSDT		0x14000u
#define HPET		0x20000u
#define MCFG		0x21000u
#define SSDT		0x22000u

static uint8_t memory[MEMORY];
static uint64_t hole, hole_end;		/* bytes that cannot be read */
static struct pv_acpi acpi;

/* Pieces that fit what the reader has room for, and nothing that is not there. */
pv_status
pv_phys_read(void *to, pv_paddr from, size_t size)
{
	ck_assert_uint_le(size, PV_ACPI_PIECE);
	if (from.v > MEMORY || size > MEMORY - from.v || (from.v < hole_end && from.v + size > hole))
		return PV_E_RANGE;
	memcpy(to, memory + from.v, size);
	return PV_OK;
}

static void
put(uint32_t where, uint64_t value, unsigned bytes)
{
	while (bytes-- != 0) {
		memory[where++] = (uint8_t)value;
		value >>= 8;
	}
}

static void
set_sum(uint32_t where, uint32_t length, uint32_t sum_at)
{
	uint8_t sum = 0;

	memory[sum_at] = 0;
	for (uint32_t i = 0; i < length; i++)
		sum = (uint8_t)(sum + memory[where + i]);
	memory[sum_at] = (uint8_t)-sum;
}

static uint32_t
length_of(uint32_t table)
{
	return memory[table + 4] | memory[table + 5] << 8 | memory[table + 6] << 16;
}

/* The header; length and sum again after the body has been written. */
static void
head(uint32_t table, const char *signature, uint32_t length)
{
	memcpy(memory + table, signature, 4);
	put(table + 4, length, 4);
	set_sum(table, length, table + 9);
}

/* Add bytes to the end of a table. */
static void
append(uint32_t table, const void *bytes, uint32_t size)
{
	uint32_t length = length_of(table);

	memcpy(memory + table + length, bytes, size);
	put(table + 4, length + size, 4);
	set_sum(table, length + size, table + 9);
}

#define APPEND(table, ...)	append(table, (const uint8_t[]){ __VA_ARGS__ }, \
	sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void
list(uint32_t table)
{
	uint8_t entry[8] = { 0 };

	for (unsigned i = 0; i < 4; i++)
		entry[i] = (uint8_t)(table >> 8 * i);
	append(RSDT, entry, 4);
	append(XSDT, entry, 8);
}

static void
root_pointer(uint8_t revision)
{
	memcpy(memory + RSDP, "RSD PTR ", 8);
	memory[RSDP + 15] = revision;
	put(RSDP + 16, RSDT, 4);
	put(RSDP + 20, 36, 4);
	put(RSDP + 24, XSDT, 8);
	set_sum(RSDP, 20, RSDP + 8);
	set_sum(RSDP, 36, RSDP + 32);
}

static inline void
madt(void)
{
	memset(memory + MADT, 0, 44);
	put(MADT + 36, 0xfee00000u, 4);
	put(MADT + 40, 1, 4);
	head(MADT, "APIC", 44);
	list(MADT);
}

static inline void
fadt(uint32_t length)
{
	put(FADT + 40, DSDT, 4);
	put(FADT + 46, 9, 2);
	put(FADT + 48, 0xb2, 4);
	memory[FADT + 52] = 0xf1;
	put(FADT + 64, 0x604, 4);
	memory[FADT + 108] = 0x32;
	head(FADT, "FACP", length);
	list(FADT);
	head(DSDT, "DSDT", 36);
}

static void
setup(void)
{
	memset(memory, 0, sizeof(memory));
	hole = hole_end = 0;
	head(RSDT, "RSDT", 36);
	head(XSDT, "XSDT", 36);
	root_pointer(2);
}

static pv_status
parse(void)
{
	return pv_acpi_read(&acpi, pv_pa(RSDP));
}

#endif
