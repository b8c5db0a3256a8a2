/*
 * Host tests of the boot data parsers: the main program, with the memory and the
 * expectations that its suites share; see boot_memory.h. The cases are in
 * boot_*_test.c, one file per suite.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "boot_memory.h"
#include "run.h"

uint8_t memory[MEMORY_SIZE];
struct pv_boot boot;
struct pv_boot_reader reader;
static void *given;

static const void *
at(void *arg, pv_paddr base, uint64_t size)
{
	ck_assert_ptr_eq(arg, memory);
	ck_assert_uint_gt(size, 0);
	/* Nobody who translates has to think of ranges that wrap. */
	ck_assert_uint_le(size, UINT64_MAX - base.v);
	free(given);
	given = NULL;
	if (base.v < MEMORY_BASE || base.v >= MEMORY_END || size > MEMORY_END - base.v)
		return NULL;
	given = malloc(size);
	memcpy(given, memory + (base.v - MEMORY_BASE), size);
	return given;
}

void
memory_setup(void)
{
	memset(memory, 0, sizeof(memory));
	memset(&boot, 0xa5, sizeof(boot));
	reader.at = at;
	reader.arg = memory;
	reader.kernel_base = pv_pa(KERNEL);
	reader.kernel_size = KERNEL_SIZE;
}

void
memory_teardown(void)
{
	free(given);
	given = NULL;
}

void
put8(uint32_t where, uint8_t v)
{
	ck_assert_uint_ge(where, MEMORY_BASE);
	ck_assert_uint_lt(where, MEMORY_END);
	memory[where - MEMORY_BASE] = v;
}

static void
put(uint32_t where, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++) {
		unsigned to = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? i : bytes - 1 - i;

		put8(where + to, (uint8_t)(v >> (8 * i)));
	}
}

void
put16(uint32_t where, uint16_t v)
{
	put(where, v, 2);
}

void
put32(uint32_t where, uint32_t v)
{
	put(where, v, 4);
}

void
put64(uint32_t where, uint64_t v)
{
	/* The library reads them as two words, the lower one first. */
	put32(where, (uint32_t)v);
	put32(where + 4, (uint32_t)(v >> 32));
}

void
put_string(uint32_t where, const char *s)
{
	do
		put8(where++, (uint8_t)*s);
	while (*s++ != '\0');
}

void
expect_range(uint64_t base, uint64_t size, enum pv_mem kind)
{
	for (uint32_t i = 0; i < boot.nr_ranges; i++)
		if (boot.range[i].base.v == base && boot.range[i].size == size && boot.range[i].kind == kind)
			return;
	for (uint32_t i = 0; i < boot.nr_ranges; i++)
		printf("# %#llx + %#llx %s\n", (unsigned long long)boot.range[i].base.v,
		    (unsigned long long)boot.range[i].size, pv_mem_name(boot.range[i].kind));
	ck_abort_msg("the map has no range %#llx + %#llx %s", (unsigned long long)base,
	    (unsigned long long)size, pv_mem_name(kind));
}

enum pv_mem
kind_at(uint64_t address)
{
	for (uint32_t i = 0; i < boot.nr_ranges; i++)
		if (address >= boot.range[i].base.v && address - boot.range[i].base.v < boot.range[i].size)
			return boot.range[i].kind;
	return (enum pv_mem)0;
}

void
expect(pv_status got, pv_status wanted, const char *words)
{
	const char *broken = boot_check(&boot, got);

	ck_assert_msg(broken == NULL, "broken promise: %s", broken);
	ck_assert_msg(got == wanted, "status %d, not %d: %s", got, wanted, pv_boot_read_error());
	if (wanted == PV_OK)
		ck_assert_str_eq(pv_boot_read_error(), "");
	else
		ck_assert_msg(strstr(pv_boot_read_error(), words) != NULL, "message \"%s\" lacks \"%s\"",
		    pv_boot_read_error(), words);
}

int
main(void)
{
	SRunner *runner = srunner_create(build_suite());

	srunner_add_suite(runner, model_suite());
	srunner_add_suite(runner, options_suite());
	srunner_add_suite(runner, multiboot1_suite());
	srunner_add_suite(runner, multiboot2_suite());
	srunner_add_suite(runner, pvh_suite());
	return run_all(runner);
}
