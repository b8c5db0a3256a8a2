/*
 * The reader of Multiboot 1 data, on good, odd and broken structures.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "boot_memory.h"

#define MAGIC		0x2badb002u
#define ARGS		(INFO + 0x200)
#define LOADER		(INFO + 0x400)
#define MODULES		(INFO + 0x500)
#define TEXTS		(INFO + 0x1000)
#define MAP		(INFO + 0x8000)

static uint32_t map_end;

static void
entry(uint64_t base, uint64_t size, uint32_t type)
{
	put32(map_end, 20);
	put64(map_end + 4, base);
	put64(map_end + 12, size);
	put32(map_end + 20, type);
	map_end += 24;
	put32(INFO + 44, map_end - MAP);
}

static void
flag(unsigned bit, bool on)
{
	static uint32_t flags;

	if (bit == 32)
		flags = 0;
	else if (on)
		flags |= 1u << bit;
	else
		flags &= ~(1u << bit);
	put32(INFO, flags);
}

static void
module(unsigned i, uint32_t start, uint32_t end, uint32_t text)
{
	put32(MODULES + 16 * i, start);
	put32(MODULES + 16 * i + 4, end);
	put32(MODULES + 16 * i + 8, text);
	flag(3, true);
	put32(INFO + 20, i + 1);
	put32(INFO + 24, MODULES);
}

/* What GRUB leaves on a PC with 128 MiB. */
static void
setup(void)
{
	memory_setup();
	map_end = MAP;
	flag(32, true);
	flag(0, true);
	put32(INFO + 4, 639);
	put32(INFO + 8, 129920);
	flag(2, true);
	put32(INFO + 16, ARGS);
	put_string(ARGS, "pv=nopatch quiet");
	flag(6, true);
	put32(INFO + 48, MAP);
	entry(0, 0x9fc00, 1);
	entry(0x9fc00, 0x400, 2);
	entry(0xf0000, 0x10000, 2);
	entry(0x100000, 0x7ee0000, 1);
	entry(0x7fe0000, 0x20000, 2);
	flag(9, true);
	put32(INFO + 64, LOADER);
	put_string(LOADER, "GRUB 2.06-13");
}

static void
parse(pv_status wanted, const char *words)
{
	expect(pv_boot_read_multiboot1(&boot, &reader, MAGIC, pv_pa(INFO)), wanted, words);
}

START_TEST(mb1_everything_of_a_pc)
{
	module(0, 0x200000, 0x212345, TEXTS);
	put_string(TEXTS, "root disk");
	parse(PV_OK, "");
	ck_assert_int_eq(boot.how, PV_BOOT_MULTIBOOT1);
	ck_assert_str_eq(boot.args, "pv=nopatch quiet");
	ck_assert_str_eq(boot.loader, "GRUB 2.06-13");
	ck_assert_uint_eq(boot.oddities, 0);
	ck_assert_uint_eq(boot.start_info.v, INFO);
	ck_assert_uint_eq(boot.kernel_base.v, KERNEL);
	expect_range(0, PV_PAGE_SIZE, PV_MEM_BOOT);
	expect_range(0x9fc00, 0x400, PV_MEM_RESERVED);
	expect_range(KERNEL, KERNEL_SIZE, PV_MEM_KERNEL);
	expect_range(0x155000, 0xab000, PV_MEM_RAM);
	expect_range(0x200000, 0x12345, PV_MEM_MODULE);
	expect_range(0x213000, 0x7dcd000, PV_MEM_RAM);
	ck_assert_uint_eq(boot.nr_modules, 1);
	ck_assert_uint_eq(boot.module[0].base.v, 0x200000);
	ck_assert_uint_eq(boot.module[0].size, 0x12345);
	ck_assert_str_eq(boot.module[0].args, "root disk");
}
END_TEST

START_TEST(mb1_wrong_magic)
{
	expect(pv_boot_read_multiboot1(&boot, &reader, 0x2badb003, pv_pa(INFO)), PV_E_FORMAT, "0x2badb003");
}
END_TEST

START_TEST(mb1_info_not_readable)
{
	static const uint64_t bad[] = { 0, MEMORY_END, MEMORY_END - 67, UINT64_MAX - 3, 0x100000000 };

	expect(pv_boot_read_multiboot1(&boot, &reader, MAGIC, pv_pa(bad[_i])), PV_E_RANGE, "not readable");
}
END_TEST

START_TEST(mb1_info_of_the_least_size_is_enough)
{
	/* 68 bytes at the end of memory: nothing behind may be asked for. */
	memcpy(&memory[MEMORY_SIZE - 68], memory, 68);
	expect(pv_boot_read_multiboot1(&boot, &reader, MAGIC, pv_pa(MEMORY_END - 68)), PV_OK, "");
	ck_assert_str_eq(boot.args, "pv=nopatch quiet");
}
END_TEST

START_TEST(mb1_qemu_puts_the_image_name_in_front)
{
	put_string(LOADER, "qemu");
	put_string(ARGS, "kernel.elf quiet pv=count");
	parse(PV_OK, "");
	ck_assert_str_eq(boot.args, "quiet pv=count");
}
END_TEST

START_TEST(mb1_no_strings_at_all)
{
	flag(2, false);
	flag(9, false);
	parse(PV_OK, "");
	ck_assert_str_eq(boot.args, "");
	ck_assert_str_eq(boot.loader, "");
}
END_TEST

START_TEST(mb1_strings_at_address_0_are_none)
{
	put32(INFO + 16, 0);
	put32(INFO + 64, 0);
	parse(PV_OK, "");
	ck_assert_str_eq(boot.args, "");
}
END_TEST

START_TEST(mb1_flags_not_set_are_not_believed)
{
	flag(2, false);
	put32(INFO + 16, 0xffffffff);
	put32(INFO + 20, 0xffffffff);
	put32(INFO + 24, 0xffffffff);
	parse(PV_OK, "");
	ck_assert_uint_eq(boot.oddities, 0);
}
END_TEST

START_TEST(mb1_command_line_without_end)
{
	put32(INFO + 16, TEXTS);
	memset(&memory[TEXTS - MEMORY_BASE], 'a', MEMORY_SIZE - (TEXTS - MEMORY_BASE));
	parse(PV_E_FORMAT, "command line at 0x9000 has no end within 4096 bytes");
}
END_TEST

START_TEST(mb1_command_line_longer_than_its_limit)
{
	put32(INFO + 16, TEXTS);
	memset(&memory[TEXTS - MEMORY_BASE], 'a', PV_BOOT_ARGS_MAX);
	put8(TEXTS + PV_BOOT_ARGS_MAX, 0);
	parse(PV_E_FORMAT, "multiboot1: command line");
	put8(TEXTS + PV_BOOT_ARGS_MAX - 1, 0);
	parse(PV_OK, "");
	ck_assert_uint_eq(strlen(boot.args), PV_BOOT_ARGS_MAX - 1);
}
END_TEST

START_TEST(mb1_command_line_runs_out_of_memory)
{
	put32(INFO + 16, MEMORY_END - 3);
	put8(MEMORY_END - 3, 'a');
	put8(MEMORY_END - 2, 'b');
	put8(MEMORY_END - 1, 'c');
	parse(PV_E_RANGE, "leaves readable memory after 3 bytes");
}
END_TEST

START_TEST(mb1_command_line_not_readable)
{
	put32(INFO + 16, 0xfffffff0);
	parse(PV_E_RANGE, "0xfffffff0");
}
END_TEST

START_TEST(mb1_without_map_sizes_are_used)
{
	flag(6, false);
	parse(PV_OK, "");
	expect_range(PV_PAGE_SIZE, 0x9f000 - PV_PAGE_SIZE, PV_MEM_RAM);
	expect_range(0x155000, 129920 * 1024ull - 0x55000, PV_MEM_RAM);
	ck_assert_uint_eq(boot.oddities, 0);
}
END_TEST

START_TEST(mb1_with_empty_map_sizes_are_used)
{
	put32(INFO + 44, 0);
	parse(PV_OK, "");
	ck_assert_int_eq(kind_at(0x1000000), PV_MEM_RAM);
}
END_TEST

START_TEST(mb1_lower_memory_beyond_640_kib_is_clipped)
{
	flag(6, false);
	put32(INFO + 4, 0xffffffff);
	put32(INFO + 8, 0xffffffff);
	parse(PV_OK, "");
	ck_assert_int_eq(kind_at(0xa0000), 0);
	ck_assert_int_eq(kind_at(0x3fffffff000), PV_MEM_RAM);
	ck_assert_uint_eq(boot.oddities, 1);
}
END_TEST

START_TEST(mb1_no_map_and_no_sizes)
{
	flag(6, false);
	flag(0, false);
	parse(PV_E_NOENT, "no memory map");
	ck_assert_str_eq(boot.args, "pv=nopatch quiet");
}
END_TEST

START_TEST(mb1_map_not_readable)
{
	put32(INFO + 48, MEMORY_END - 20);
	parse(PV_E_RANGE, "memory map");
}
END_TEST

START_TEST(mb1_map_too_long)
{
	put32(INFO + 44, 0xffffffff);
	parse(PV_E_FORMAT, "4294967295");
}
END_TEST

START_TEST(mb1_map_entry_of_wrong_size)
{
	static const uint32_t bad[] = { 0, 3, 19, 97, 0xfffffffc, 0xffffffff };

	put32(MAP + 24, bad[_i]);
	parse(PV_E_FORMAT, "has size");
}
END_TEST

START_TEST(mb1_map_entries_may_be_longer)
{
	map_end = MAP;
	entry(0x100000, 0x1000000, 1);
	put32(MAP, 36);
	map_end = MAP + 40;
	entry(0x2000000, 0x1000000, 1);
	parse(PV_OK, "");
	ck_assert_int_eq(kind_at(0x2800000), PV_MEM_RAM);
	ck_assert_uint_eq(boot.oddities, 0);
}
END_TEST

START_TEST(mb1_map_with_a_piece_too_many)
{
	put32(INFO + 44, map_end - MAP + 7);
	parse(PV_OK, "");
	ck_assert_uint_eq(boot.oddities, 1);
}
END_TEST

START_TEST(mb1_map_overlapping_empty_and_wrapping_entries)
{
	entry(0x200000, 0x1000, 2);
	entry(0x300000, 0, 1);
	entry(0xffffffffffff0000, 0x20000, 1);
	parse(PV_OK, "");
	ck_assert_int_eq(kind_at(0x200000), PV_MEM_RESERVED);
	ck_assert_uint_eq(boot.oddities, 3);
}
END_TEST

START_TEST(mb1_modules_beyond_the_table)
{
	for (unsigned i = 0; i < PV_BOOT_MODULES + 2; i++)
		module(i, 0x200000 + i * 0x1000, 0x200800 + i * 0x1000, 0);
	parse(PV_OK, "");
	ck_assert_uint_eq(boot.nr_modules, PV_BOOT_MODULES);
	ck_assert_uint_eq(boot.oddities, 2);
	ck_assert_str_eq(boot.module[3].args, "");
}
END_TEST

START_TEST(mb1_absurd_number_of_modules)
{
	module(0, 0, 0, 0);
	put32(INFO + 20, 0xffffffff);
	parse(PV_OK, "");
	/* The rest of the list is zeros: modules without contents. */
	ck_assert_uint_eq(boot.nr_modules, PV_BOOT_MODULES);
	ck_assert_uint_eq(boot.oddities, 0xffffffffu - PV_BOOT_MODULES);
}
END_TEST

START_TEST(mb1_module_that_ends_before_it_starts)
{
	module(0, 0x300000, 0x200000, 0);
	module(1, 0x300000, 0x301000, 0);
	parse(PV_OK, "");
	ck_assert_uint_eq(boot.nr_modules, 1);
	ck_assert_uint_eq(boot.oddities, 1);
}
END_TEST

START_TEST(mb1_module_in_the_kernel_or_beyond_memory)
{
	module(0, KERNEL + 0x1000, KERNEL + 0x2000, 0);
	module(1, 0x10000000, 0x10001000, 0);
	module(2, 0x300000, 0x301000, 0);
	parse(PV_OK, "");
	ck_assert_uint_eq(boot.nr_modules, 1);
	ck_assert_uint_eq(boot.module[0].base.v, 0x300000);
	ck_assert_uint_eq(boot.oddities, 2);
}
END_TEST

START_TEST(mb1_module_list_not_readable)
{
	module(0, 0x300000, 0x301000, 0);
	put32(INFO + 24, MEMORY_END - 8);
	parse(PV_E_RANGE, "list of modules");
}
END_TEST

START_TEST(mb1_module_text_without_end)
{
	memset(&memory[TEXTS - MEMORY_BASE], 'm', PV_BOOT_ARGS_MAX);
	module(0, 0x300000, 0x301000, TEXTS);
	parse(PV_OK, "");
	ck_assert_uint_eq(boot.nr_modules, 1);
	ck_assert_str_eq(boot.module[0].args, "");
	ck_assert_uint_eq(boot.oddities, 1);
}
END_TEST

START_TEST(mb1_module_texts_that_fill_all_room)
{
	memset(&memory[TEXTS - MEMORY_BASE], 'm', 3000);
	for (unsigned i = 0; i < 4; i++)
		module(i, 0x300000 + i * 0x1000, 0x301000 + i * 0x1000, TEXTS);
	parse(PV_OK, "");
	ck_assert_uint_eq(boot.nr_modules, 4);
	ck_assert_uint_eq(strlen(boot.module[0].args), 3000);
	ck_assert_uint_eq(strlen(boot.module[1].args), 3000);
	ck_assert_str_eq(boot.module[2].args, "");
	ck_assert_str_eq(boot.module[3].args, "");
	ck_assert_uint_eq(boot.oddities, 2);
	ck_assert_str_eq(boot.args, "pv=nopatch quiet");
}
END_TEST

static void
colours(uint32_t at)
{
	for (unsigned i = 0; i < 3; i++) {
		put8(at + 2 * i, (uint8_t)(16 - 8 * i));
		put8(at + 2 * i + 1, 8);
	}
}

static void
framebuffer(uint32_t type)
{
	flag(12, true);
	put64(INFO + 88, 0xfd000000);
	put32(INFO + 96, type == 2 ? 160 : 4096);
	put32(INFO + 100, type == 2 ? 80 : 1024);
	put32(INFO + 104, type == 2 ? 25 : 768);
	put8(INFO + 108, type == 2 ? 16 : 32);
	put8(INFO + 109, (uint8_t)type);
	colours(INFO + 112);
}

START_TEST(mb1_framebuffer_of_pixels)
{
	framebuffer(1);
	parse(PV_OK, "");
	ck_assert_int_eq(boot.fb.kind, PV_FB_RGB);
	ck_assert_uint_eq(boot.fb.base.v, 0xfd000000);
	ck_assert_uint_eq(boot.fb.pitch, 4096);
	ck_assert_uint_eq(boot.fb.width, 1024);
	ck_assert_uint_eq(boot.fb.height, 768);
	ck_assert_uint_eq(boot.fb.bits, 32);
	ck_assert_uint_eq(boot.fb.red_pos, 16);
	ck_assert_uint_eq(boot.fb.green_pos, 8);
	ck_assert_uint_eq(boot.fb.blue_size, 8);
}
END_TEST

/* At the end of memory, so that the longer form cannot be read, or in the middle. */
START_TEST(mb1_framebuffer_with_colours_where_the_table_says)
{
	uint32_t at = _i == 0 ? MEMORY_END - 116 : INFO;

	framebuffer(1);
	put32(INFO + 110, 0);
	put32(INFO + 114, 0);
	colours(INFO + 110);
	put16(INFO + 116, 0);
	memmove(&memory[at - MEMORY_BASE], memory, 116);
	expect(pv_boot_read_multiboot1(&boot, &reader, MAGIC, pv_pa(at)), PV_OK, "");
	ck_assert_int_eq(boot.fb.kind, PV_FB_RGB);
	ck_assert_uint_eq(boot.fb.red_pos, 16);
	ck_assert_uint_eq(boot.fb.blue_size, 8);
}
END_TEST

START_TEST(mb1_framebuffer_of_text)
{
	framebuffer(2);
	parse(PV_OK, "");
	ck_assert_int_eq(boot.fb.kind, PV_FB_TEXT);
	ck_assert_uint_eq(boot.fb.width, 80);
	ck_assert_uint_eq(boot.fb.red_size, 0);
}
END_TEST

START_TEST(mb1_framebuffer_of_other_types)
{
	framebuffer(_i == 0 ? 0 : 3);
	parse(PV_OK, "");
	ck_assert_int_eq(boot.fb.kind, PV_FB_NONE);
	ck_assert_uint_eq(boot.oddities, _i == 0 ? 0 : 1);
}
END_TEST

START_TEST(mb1_framebuffer_not_readable)
{
	memcpy(&memory[MEMORY_SIZE - 100], memory, 68);
	framebuffer(1);
	memcpy(&memory[MEMORY_SIZE - 100], memory, 4);
	expect(pv_boot_read_multiboot1(&boot, &reader, MAGIC, pv_pa(MEMORY_END - 100)), PV_E_RANGE,
	    "framebuffer");
}
END_TEST

START_TEST(mb1_parse_alone_lets_a_backend_add_its_map)
{


	flag(6, false);
	flag(0, false);
	module(0, 0x300000, 0x301000, 0);
	ck_assert_int_eq(pv_boot_parse(&boot, &reader, &pv_boot_multiboot1, MAGIC, pv_pa(INFO)), PV_E_NOENT);
	pv_boot_build_e820(pv_pa(MIB), 0x1000000, 1);
	ck_assert_int_eq(pv_boot_build_end(PV_OK), PV_OK);
	ck_assert_ptr_null(boot_check(&boot, PV_OK));
	ck_assert_uint_eq(boot.nr_modules, 1);
	ck_assert_uint_eq(boot.oddities, 0);
}
END_TEST

Suite *
multiboot1_suite(void)
{
	Suite *s = suite_create("multiboot1");
	TCase *t = tcase_create("multiboot1");

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, memory_teardown);
	tcase_add_test(t, mb1_everything_of_a_pc);
	tcase_add_test(t, mb1_wrong_magic);
	tcase_add_loop_test(t, mb1_info_not_readable, 0, 5);
	tcase_add_test(t, mb1_info_of_the_least_size_is_enough);
	tcase_add_test(t, mb1_qemu_puts_the_image_name_in_front);
	tcase_add_test(t, mb1_no_strings_at_all);
	tcase_add_test(t, mb1_strings_at_address_0_are_none);
	tcase_add_test(t, mb1_flags_not_set_are_not_believed);
	tcase_add_test(t, mb1_command_line_without_end);
	tcase_add_test(t, mb1_command_line_longer_than_its_limit);
	tcase_add_test(t, mb1_command_line_runs_out_of_memory);
	tcase_add_test(t, mb1_command_line_not_readable);
	tcase_add_test(t, mb1_without_map_sizes_are_used);
	tcase_add_test(t, mb1_with_empty_map_sizes_are_used);
	tcase_add_test(t, mb1_lower_memory_beyond_640_kib_is_clipped);
	tcase_add_test(t, mb1_no_map_and_no_sizes);
	tcase_add_test(t, mb1_map_not_readable);
	tcase_add_test(t, mb1_map_too_long);
	tcase_add_loop_test(t, mb1_map_entry_of_wrong_size, 0, 6);
	tcase_add_test(t, mb1_map_entries_may_be_longer);
	tcase_add_test(t, mb1_map_with_a_piece_too_many);
	tcase_add_test(t, mb1_map_overlapping_empty_and_wrapping_entries);
	tcase_add_test(t, mb1_modules_beyond_the_table);
	tcase_add_test(t, mb1_absurd_number_of_modules);
	tcase_add_test(t, mb1_module_that_ends_before_it_starts);
	tcase_add_test(t, mb1_module_in_the_kernel_or_beyond_memory);
	tcase_add_test(t, mb1_module_list_not_readable);
	tcase_add_test(t, mb1_module_text_without_end);
	tcase_add_test(t, mb1_module_texts_that_fill_all_room);
	tcase_add_test(t, mb1_framebuffer_of_pixels);
	tcase_add_loop_test(t, mb1_framebuffer_with_colours_where_the_table_says, 0, 2);
	tcase_add_test(t, mb1_framebuffer_of_text);
	tcase_add_loop_test(t, mb1_framebuffer_of_other_types, 0, 2);
	tcase_add_test(t, mb1_framebuffer_not_readable);
	tcase_add_test(t, mb1_parse_alone_lets_a_backend_add_its_map);
	return s;
}
