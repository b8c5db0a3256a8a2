/*
 * The memory map of boot data against a model: random ranges, and more of them
 * than there is room for.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "boot_memory.h"



static void
begin(void)
{
	memory_setup();
	reader.kernel_size = 0;
	pv_boot_build_begin(&boot, PV_BOOT_XEN_PV, &reader);
}

static void
add(uint64_t base, uint64_t size, enum pv_mem kind)
{
	pv_boot_build_range(pv_pa(base), size, kind);
}

/* A model that cannot be wrong: one byte of state per granule of 512 bytes. */
#define GRANULE		512u
#define GRANULES	512u
#define MODEL_BASE	0x100000u

static uint32_t
random_number(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static void
model_add(uint8_t *model, uint32_t from, uint32_t to, enum pv_mem kind)
{
	static const uint8_t order[PV_MEM_KIND_COUNT] = {
		[PV_MEM_RAM] = 1, [PV_MEM_ACPI] = 2, [PV_MEM_PERSISTENT] = 3, [PV_MEM_NVS] = 4,
		[PV_MEM_RESERVED] = 5, [PV_MEM_BAD] = 6,
	};

	for (uint32_t i = from; i < to; i++)
		if (order[kind] > order[model[i]])
			model[i] = (uint8_t)kind;
}

static void
model_compare(const uint8_t *model)
{
	uint32_t per_page = (uint32_t)PV_PAGE_SIZE / GRANULE;

	for (uint32_t i = 0; i < GRANULES; i++) {
		enum pv_mem got = kind_at(MODEL_BASE + (uint64_t)i * GRANULE);
		bool whole = true;

		for (uint32_t k = i - i % per_page; k < i - i % per_page + per_page; k++)
			if (model[k] != PV_MEM_RAM)
				whole = false;
		if (model[i] == PV_MEM_RAM)
			ck_assert_int_eq(got, whole ? PV_MEM_RAM : 0);
		else
			ck_assert_int_eq(got, model[i]);
	}
}

START_TEST(map_equals_a_model_for_random_ranges)
{
	static const enum pv_mem kinds[] = {
		PV_MEM_RAM, PV_MEM_RAM, PV_MEM_RAM, PV_MEM_ACPI, PV_MEM_PERSISTENT, PV_MEM_NVS,
		PV_MEM_RESERVED, PV_MEM_BAD
	};
	uint32_t state = (uint32_t)_i + 1;

	for (unsigned round = 0; round < 500; round++) {
		uint8_t model[GRANULES] = { 0 };
		uint32_t n = random_number(&state) % 40 + 1;

		begin();
		/* Whatever else, there is some memory. */
		add(MODEL_BASE + GRANULES * GRANULE, PV_PAGE_SIZE, PV_MEM_RAM);
		while (n-- != 0) {
			uint32_t from = random_number(&state) % GRANULES;
			uint32_t to = from + random_number(&state) % (GRANULES - from) / (n % 3 == 0 ? 1 : 8);
			enum pv_mem kind = kinds[random_number(&state) % 8];

			add(MODEL_BASE + (uint64_t)from * GRANULE, (uint64_t)(to - from) * GRANULE, kind);
			model_add(model, from, to, kind);
		}
		expect(pv_boot_build_end(PV_OK), PV_OK, "");
		model_compare(model);
	}
}
END_TEST

/* However little room: what is not RAM is never called RAM. */
START_TEST(map_that_overflows_never_frees_reserved_memory)
{
	uint32_t state = (uint32_t)_i + 77;

	for (unsigned round = 0; round < 50; round++) {
		uint8_t model[GRANULES * 8] = { 0 };
		pv_status s;

		begin();
		for (uint32_t n = 0; n < 600; n++) {
			uint32_t at = random_number(&state) % (GRANULES * 8 - 8);
			uint32_t size = random_number(&state) % 8 + 1;
			enum pv_mem kind = random_number(&state) % 4 != 0 ? PV_MEM_RAM : PV_MEM_RESERVED;

			add(MODEL_BASE + (uint64_t)at * GRANULE, (uint64_t)size * GRANULE, kind);
			model_add(model, at, at + size, kind);
		}
		s = pv_boot_build_end(PV_OK);
		ck_assert_ptr_null(boot_check(&boot, s));
		if (s != PV_OK)
			continue;
		for (uint32_t i = 0; i < GRANULES * 8; i++)
			if (model[i] != PV_MEM_RAM)
				ck_assert_int_eq(kind_at(MODEL_BASE + (uint64_t)i * GRANULE), model[i]);
	}
}
END_TEST

Suite *
model_suite(void)
{
	Suite *s = suite_create("boot model");
	TCase *t = tcase_create("model");

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, begin, memory_teardown);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, map_equals_a_model_for_random_ranges, 0, 8);
	tcase_add_loop_test(t, map_that_overflows_never_frees_reserved_memory, 0, 4);
	return s;
}
