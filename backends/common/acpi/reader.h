/*
 * What the files of the ACPI reader share. All memory is read through
 * pv_acpi_get(), piece by piece into buffers of ours, so that the caller's `at`
 * need not keep a pointer alive longer than until it is asked again.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_ACPI_READER_H
#define PV_ACPI_READER_H

#include "../../../hooks/hooks_internal.h"
#include "acpi.h"

#define PV_ACPI_CHUNK		256u	/* largest piece asked of `at` */
#define PV_ACPI_HEADER		36u	/* bytes of the header that all tables have */

#define PV_ACPI_SIGNATURE(a, b, c, d)	\
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

struct pv_acpi_reader {
	struct pv_acpi *acpi;
	pv_boot_at at;
	void *arg;
};

/* A table whose length and checksum are in order. */
struct pv_acpi_table {
	uint64_t base;
	uint32_t length;
};

/* Copy size <= PV_ACPI_CHUNK bytes; false where they cannot be read. */
bool pv_acpi_get(const struct pv_acpi_reader *r, uint64_t base, void *to, uint32_t size);
/* Check the table at `base`; false (and counted) when it cannot be believed. */
bool pv_acpi_open(const struct pv_acpi_reader *r, uint64_t base, uint32_t signature, uint32_t least,
    struct pv_acpi_table *table);

/* The tables themselves. */
void pv_acpi_madt(const struct pv_acpi_reader *r, const struct pv_acpi_table *table);
void pv_acpi_fadt(const struct pv_acpi_reader *r, const struct pv_acpi_table *table);
void pv_acpi_s5(const struct pv_acpi_reader *r, const struct pv_acpi_table *table);

/* Generic address structure (ACPI 5.2.3.2); the address is 0 for what cannot be used here. */
struct pv_acpi_gas pv_acpi_gas(const uint8_t *p);

static inline uint16_t
pv_acpi_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t
pv_acpi_u32(const uint8_t *p)
{
	return PV_ACPI_SIGNATURE(p[0], p[1], p[2], p[3]);
}

static inline uint64_t
pv_acpi_u64(const uint8_t *p)
{
	return (uint64_t)pv_acpi_u32(p + 4) << 32 | pv_acpi_u32(p);
}

#endif
