/*
 * Memory for the tests of the boot data parsers: what a loader would have left.
 *
 * `at` gives a copy that dies with the next question, of exactly the size asked
 * for: the sanitizers see what reads beyond or keeps pointers.
 *
 * The bytes are written one by one in the order that the library takes for
 * little-endian. Compiled with __BYTE_ORDER__ turned around, both sides change,
 * so a field that the library reads without its accessor is found on any machine.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOST_BOOT_MEMORY_H
#define PV_HOST_BOOT_MEMORY_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../backends/common/boot/build.h"
#include "../fuzz/boot_check.h"

#define MEMORY_BASE	0x8000u
#define MEMORY_SIZE	0x40000u
#define MEMORY_END	(MEMORY_BASE + MEMORY_SIZE)
#define INFO		MEMORY_BASE
#define MIB		0x100000u
#define KERNEL		MIB
#define KERNEL_SIZE	0x54220u

extern uint8_t memory[MEMORY_SIZE];
extern struct pv_boot boot;
extern struct pv_boot_reader reader;

/* Fixture: empty memory, a kernel of KERNEL_SIZE bytes at 1 MiB. */
void memory_setup(void);
void memory_teardown(void);

void put8(uint32_t at, uint8_t v);
void put16(uint32_t at, uint16_t v);
void put32(uint32_t at, uint32_t v);
void put64(uint32_t at, uint64_t v);
void put_string(uint32_t at, const char *s);

/* The map has exactly this range. */
void expect_range(uint64_t base, uint64_t size, enum pv_mem kind);
/* What holds this address; 0 for a hole. */
enum pv_mem kind_at(uint64_t address);
/* The status, the promises of boot_check(), and words that the message must have. */
void expect(pv_status got, pv_status wanted, const char *words);

Suite *build_suite(void);
Suite *model_suite(void);
Suite *options_suite(void);
Suite *multiboot1_suite(void);
Suite *multiboot2_suite(void);
Suite *pvh_suite(void);

#endif
