/*
 * What the files of the ACPI reader share. All memory is read by pv_phys_read(), a
 * piece at a time, into the struct of the table that is being read; what cannot be
 * read, or lies behind a table's end, reads as zero.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_ACPI_READER_H
#define PV_ACPI_READER_H

#include "../../../hooks/hooks_internal.h"
#include "acpi.h"

#define PV_ACPI_HEADER		36u	/* bytes of the header that all tables have */
#define PV_ACPI_PIECE		256u	/* bytes of a table in sight at a time */
#define PV_ACPI_REACH		32u	/* of them at least so many from any place on */

#define PV_ACPI_SIGNATURE(a, b, c, d)	\
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

struct pv_acpi_table {
	uint64_t base;
	uint32_t length;	/* 0: a part of it could not be read */
	uint32_t seen;		/* where `bytes` are from */
	uint8_t bytes[PV_ACPI_PIECE];
};

/* PV_ACPI_REACH bytes from `where` on; all of PV_ACPI_PIECE for 0. */
const uint8_t *pv_acpi_at(struct pv_acpi_table *t, uint32_t where);

/* Have the table at `base` read if its signature is `only`; false (and counted) when it cannot be believed. */
bool pv_acpi_table(struct pv_acpi *acpi, uint64_t base, uint32_t only);

/* The tables themselves. */
void pv_acpi_madt(struct pv_acpi *acpi, struct pv_acpi_table *t);
void pv_acpi_fadt(struct pv_acpi *acpi, struct pv_acpi_table *t);
void pv_acpi_s5(struct pv_acpi *acpi, struct pv_acpi_table *t);

/* Generic address structure (ACPI 5.2.3.2); the address is 0 for what cannot be used here. */
void pv_acpi_gas(struct pv_acpi_gas *gas, const uint8_t *p);

/* Fields lie anywhere and are little-endian. */
struct pv_acpi_unaligned {
	union {
		uint16_t u16;
		uint32_t u32;
		uint64_t u64;
	};
} __attribute__((packed, may_alias));

#define PV_ACPI_FIELD(p, bits)	(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ?	\
	((const struct pv_acpi_unaligned *)(p))->u##bits :	\
	__builtin_bswap##bits(((const struct pv_acpi_unaligned *)(p))->u##bits))
#define pv_acpi_u16(p)	((uint16_t)PV_ACPI_FIELD(p, 16))
#define pv_acpi_u32(p)	PV_ACPI_FIELD(p, 32)
#define pv_acpi_u64(p)	PV_ACPI_FIELD(p, 64)

#endif
