/*
 * The reader of PVH start info, versions 0 and 1, on good, odd and broken data.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "boot_memory.h"

#define MAGIC		0x336ec578u
#define ARGS		(INFO + 0x200)
#define MODULES		(INFO + 0x400)
#define TEXTS		(INFO + 0x1000)
#define MAP		(INFO + 0x8000)

static unsigned nr_entries;

static void
entry(uint64_t base, uint64_t size, uint32_t type)
{
	put64(MAP + nr_entries * 24, base);
	put64(MAP + nr_entries * 24 + 8, size);
	put32(MAP + nr_entries * 24 + 16, type);
	put32(INFO + 48, ++nr_entries);
}

static void
module(unsigned i, uint64_t base, uint64_t size, uint64_t text)
{
	put64(MODULES + i * 32, base);
	put64(MODULES + i * 32 + 8, size);
	put64(MODULES + i * 32 + 16, text);
	put32(INFO + 12, i + 1);
	put64(INFO + 16, MODULES);
}

static void
setup(void)
{
	memory_setup();
	nr_entries = 0;
	put32(INFO, MAGIC);
	put32(INFO + 4, 1);
	put64(INFO + 24, ARGS);
	put_string(ARGS, "/not/a/name quiet");
	put64(INFO + 32, 0xf5a00);
	put64(INFO + 40, MAP);
	entry(0, 0x9fc00, 1);
	entry(0x9fc00, 0x400, 2);
	entry(0x100000, 0x7ee0000, 1);
	entry(0xfec00000, 0x1000, 2);
	entry(0x100000000, 0x40000000, 1);
}

static void
parse(pv_status wanted, const char *words)
{
	expect(pv_boot_read_pvh(&boot, &reader, pv_pa(INFO)), wanted, words);
}

START_TEST(pvh_everything)
{
	module(0, 0x200000, 0x1234, TEXTS);
	put_string(TEXTS, "root disk");
	parse(PV_OK, "");
	ck_assert_int_eq(boot.how, PV_BOOT_PVH);
	/* PVH never has the image's name in front. */
	ck_assert_str_eq(boot.args, "/not/a/name quiet");
	ck_assert_str_eq(boot.loader, "");
	ck_assert_uint_eq(boot.acpi_rsdp.v, 0xf5a00);
	ck_assert_uint_eq(boot.oddities, 0);
	ck_assert_uint_eq(boot.nr_modules, 1);
	ck_assert_str_eq(boot.module[0].args, "root disk");
	expect_range(0x200000, 0x1234, PV_MEM_MODULE);
	expect_range(KERNEL, KERNEL_SIZE, PV_MEM_KERNEL);
	expect_range(0x100000000, 0x40000000, PV_MEM_RAM);
	expect_range(0xfec00000, 0x1000, PV_MEM_RESERVED);
}
END_TEST

START_TEST(pvh_wrong_magic)
{
	put32(INFO, 0x336ec579);
	parse(PV_E_FORMAT, "0x336ec579");
}
END_TEST

START_TEST(pvh_info_not_readable)
{
	static const uint64_t bad[] = { 0, MEMORY_END, MEMORY_END - 39, UINT64_MAX };

	expect(pv_boot_read_pvh(&boot, &reader, pv_pa(bad[_i])), PV_E_RANGE, "not readable");
}
END_TEST

START_TEST(pvh_version_0_has_no_map)
{
	put32(INFO + 4, 0);
	parse(PV_E_NOENT, "version 0");
	ck_assert_str_eq(boot.args, "/not/a/name quiet");
	ck_assert_uint_eq(boot.acpi_rsdp.v, 0xf5a00);
}
END_TEST

START_TEST(pvh_version_0_is_not_read_beyond_40_bytes)
{
	put32(INFO + 4, 0);
	memcpy(&memory[MEMORY_SIZE - 40], memory, 40);
	expect(pv_boot_read_pvh(&boot, &reader, pv_pa(MEMORY_END - 40)), PV_E_NOENT, "version 0");
}
END_TEST

START_TEST(pvh_version_1_cut_off)
{
	memcpy(&memory[MEMORY_SIZE - 55], memory, 55);
	expect(pv_boot_read_pvh(&boot, &reader, pv_pa(MEMORY_END - 55)), PV_E_RANGE,
	    "not readable to its end");
}
END_TEST

START_TEST(pvh_later_versions_are_read_as_1)
{
	put32(INFO + 4, 7);
	parse(PV_OK, "");
	ck_assert_int_eq(kind_at(0x100000000), PV_MEM_RAM);
}
END_TEST

START_TEST(pvh_version_1_without_map)
{
	if (_i == 0)
		put32(INFO + 48, 0);
	else
		put64(INFO + 40, 0);
	parse(PV_E_NOENT, "without a memory map");
}
END_TEST

START_TEST(pvh_backend_adds_its_own_map)
{

	pv_status s;

	put32(INFO + 4, 0);
	module(0, 0x200000, 0x1234, 0);
	module(1, 0xfec00000, 0x1000, 0);
	s = pv_boot_parse(&boot, &reader, &pv_boot_pvh, 0, pv_pa(INFO));
	ck_assert_int_eq(s, PV_E_NOENT);
	pv_boot_build_e820(pv_pa(0), 0x8000000, 1);
	pv_boot_build_e820(pv_pa(0xfec00000), 0x1000, 2);
	s = pv_boot_build_end(PV_OK);
	ck_assert_int_eq(s, PV_OK);
	ck_assert_ptr_null(boot_check(&boot, s));
	ck_assert_uint_eq(boot.nr_modules, 1);
	ck_assert_uint_eq(boot.oddities, 1);
	expect_range(KERNEL, KERNEL_SIZE, PV_MEM_KERNEL);
	expect_range(0xf5a00, 36, PV_MEM_BOOT);
}
END_TEST

START_TEST(pvh_map_not_readable)
{
	static const uint64_t bad[] = { 1, MEMORY_END - 100, UINT64_MAX - 30, 0x8000000000000000 };

	put64(INFO + 40, bad[_i]);
	parse(PV_E_RANGE, "of the memory map at");
}
END_TEST

START_TEST(pvh_map_too_long)
{
	put32(INFO + 48, 65537);
	parse(PV_E_FORMAT, "65537 entries");
}
END_TEST

START_TEST(pvh_map_empty_overlapping_and_wrapping_entries)
{
	entry(0x200000, 0, 1);
	entry(0x200000, 0x1000, 4);
	entry(UINT64_MAX - 10, 0x1000, 1);
	parse(PV_OK, "");
	ck_assert_int_eq(kind_at(0x200000), PV_MEM_NVS);
	ck_assert_uint_eq(boot.oddities, 3);
}
END_TEST

START_TEST(pvh_no_command_line)
{
	put64(INFO + 24, 0);
	parse(PV_OK, "");
	ck_assert_str_eq(boot.args, "");
}
END_TEST

START_TEST(pvh_command_line_without_end)
{
	memset(&memory[ARGS - MEMORY_BASE], 'a', 0x10000);
	parse(PV_E_FORMAT, "pvh: command line at 0x8200 has no end");
}
END_TEST

START_TEST(pvh_command_line_at_the_top_of_addresses)
{
	put64(INFO + 24, UINT64_MAX);
	parse(PV_E_RANGE, "0xffffffffffffffff");
}
END_TEST

START_TEST(pvh_module_list_not_readable)
{
	static const uint64_t bad[] = { 0, MEMORY_END - 16, UINT64_MAX - 15 };

	module(0, 0x200000, 0x1000, 0);
	put64(INFO + 16, bad[_i]);
	parse(PV_OK, "");
	ck_assert_uint_eq(boot.nr_modules, 0);
	ck_assert_uint_eq(boot.oddities, 1);
}
END_TEST

START_TEST(pvh_absurd_number_of_modules)
{
	module(0, 0x200000, 0x1000, 0);
	put32(INFO + 12, 0xffffffff);
	parse(PV_OK, "");
	ck_assert_uint_eq(boot.oddities, 0xffffffffu - PV_BOOT_MODULES);
}
END_TEST

START_TEST(pvh_modules_in_bad_places)
{
	module(0, KERNEL + KERNEL_SIZE - 1, 0x1000, 0);
	module(1, 0x200000, UINT64_MAX - 0x1000, 0);
	module(2, 0x300000, 0x2000, 0);
	module(3, 0x301000, 0x2000, 0);
	parse(PV_OK, "");
	ck_assert_uint_eq(boot.nr_modules, 1);
	ck_assert_uint_eq(boot.module[0].base.v, 0x300000);
	ck_assert_uint_eq(boot.oddities, 3);
}
END_TEST

START_TEST(pvh_module_text_not_readable)
{
	module(0, 0x200000, 0x1000, 0x7ffffffff000);
	parse(PV_OK, "");
	ck_assert_uint_eq(boot.nr_modules, 1);
	ck_assert_str_eq(boot.module[0].args, "");
	ck_assert_uint_eq(boot.oddities, 1);
}
END_TEST

START_TEST(pvh_no_root_pointer)
{
	put64(INFO + 32, 0);
	parse(PV_OK, "");
	ck_assert_uint_eq(boot.acpi_rsdp.v, 0);
	ck_assert_uint_eq(boot.oddities, 0);
}
END_TEST

START_TEST(pvh_root_pointer_in_ram_is_carved_out)
{
	put64(INFO + 32, 0x400010);
	parse(PV_OK, "");
	expect_range(0x400010, 36, PV_MEM_BOOT);
}
END_TEST

Suite *
pvh_suite(void)
{
	Suite *s = suite_create("pvh");
	TCase *t = tcase_create("pvh");

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, memory_teardown);
	tcase_add_test(t, pvh_everything);
	tcase_add_test(t, pvh_wrong_magic);
	tcase_add_loop_test(t, pvh_info_not_readable, 0, 4);
	tcase_add_test(t, pvh_version_0_has_no_map);
	tcase_add_test(t, pvh_version_0_is_not_read_beyond_40_bytes);
	tcase_add_test(t, pvh_version_1_cut_off);
	tcase_add_test(t, pvh_later_versions_are_read_as_1);
	tcase_add_loop_test(t, pvh_version_1_without_map, 0, 2);
	tcase_add_test(t, pvh_backend_adds_its_own_map);
	tcase_add_loop_test(t, pvh_map_not_readable, 0, 4);
	tcase_add_test(t, pvh_map_too_long);
	tcase_add_test(t, pvh_map_empty_overlapping_and_wrapping_entries);
	tcase_add_test(t, pvh_no_command_line);
	tcase_add_test(t, pvh_command_line_without_end);
	tcase_add_test(t, pvh_command_line_at_the_top_of_addresses);
	tcase_add_loop_test(t, pvh_module_list_not_readable, 0, 3);
	tcase_add_test(t, pvh_absurd_number_of_modules);
	tcase_add_test(t, pvh_modules_in_bad_places);
	tcase_add_test(t, pvh_module_text_not_readable);
	tcase_add_test(t, pvh_no_root_pointer);
	tcase_add_test(t, pvh_root_pointer_in_ram_is_carved_out);
	return s;
}
