/*
 * The reader of Multiboot 2 data, on good, odd and broken tags.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "boot_memory.h"

#define MAGIC		0x36d76289u

static uint32_t tags_end;

/* A tag with room for `size` bytes; gives the address of these. */
static uint32_t
tag(uint32_t type, uint32_t size)
{
	uint32_t at = tags_end;

	put32(at, type);
	put32(at + 4, size + 8);
	tags_end += (size + 8 + 7) & ~7u;
	put32(INFO, tags_end - INFO);
	return at + 8;
}

static uint32_t
tag_string(uint32_t type, const char *s)
{
	uint32_t at = tag(type, (uint32_t)strlen(s) + 1);

	put_string(at, s);
	return at;
}

static void
tag_module(uint32_t start, uint32_t end, const char *args)
{
	uint32_t at = tag(3, 8 + (uint32_t)strlen(args) + 1);

	put32(at, start);
	put32(at + 4, end);
	put_string(at + 8, args);
}

struct e820 {
	uint64_t base, size;
	uint32_t type;
};

static const struct e820 pc[] = {
	{ 0, 0x9fc00, 1 }, { 0x9fc00, 0x400, 2 }, { 0xf0000, 0x10000, 2 }, { 0x100000, 0x7ee0000, 1 },
	{ 0x7fe0000, 0x20000, 2 },
};

static uint32_t
tag_map(uint32_t step, const struct e820 *e, unsigned n)
{
	uint32_t at = tag(6, 8 + n * step);

	put32(at, step);
	for (unsigned i = 0; i < n; i++) {
		put64(at + 8 + i * step, e[i].base);
		put64(at + 16 + i * step, e[i].size);
		put32(at + 24 + i * step, e[i].type);
	}
	return at;
}

struct efi {
	uint32_t type;
	uint64_t base, pages, attributes;
};

static uint32_t
tag_efi_map(uint32_t step, const struct efi *e, unsigned n)
{
	uint32_t at = tag(17, 8 + n * step);

	put32(at, step);
	put32(at + 4, 1);
	for (unsigned i = 0; i < n; i++) {
		put32(at + 8 + i * step, e[i].type);
		put64(at + 16 + i * step, e[i].base);
		put64(at + 32 + i * step, e[i].pages);
		put64(at + 40 + i * step, e[i].attributes);
	}
	return at;
}

static void
begin(void)
{
	memory_setup();
	memset(memory, 0xee, sizeof(memory));
	tags_end = INFO + 8;
}

static void
parse(pv_status wanted, const char *words)
{
	expect(pv_boot_read_multiboot2(&boot, &reader, MAGIC, pv_pa(INFO)), wanted, words);
}

static void
end_and_parse(pv_status wanted, const char *words)
{
	tag(0, 0);
	parse(wanted, words);
}

START_TEST(mb2_everything_of_a_pc)
{
	uint32_t rsdp, fb;

	tag_string(1, "pv=nopatch quiet");
	tag_string(2, "GRUB 2.06-13");
	tag_module(0x200000, 0x212345, "root disk");
	tag(5, 12);
	tag_map(24, pc, 5);
	tag(9, 200);
	fb = tag(8, 30);
	put64(fb, 0xfd000000);
	put32(fb + 8, 4096);
	put32(fb + 12, 1024);
	put32(fb + 16, 768);
	put8(fb + 20, 32);
	put8(fb + 21, 1);
	for (unsigned i = 0; i < 3; i++) {
		put8(fb + 24 + 2 * i, (uint8_t)(16 - 8 * i));
		put8(fb + 25 + 2 * i, 8);
	}
	rsdp = tag(14, 20);
	end_and_parse(PV_OK, "");
	ck_assert_int_eq(boot.how, PV_BOOT_MULTIBOOT2);
	ck_assert_str_eq(boot.args, "pv=nopatch quiet");
	ck_assert_str_eq(boot.loader, "GRUB 2.06-13");
	ck_assert_uint_eq(boot.oddities, 0);
	ck_assert_uint_eq(boot.nr_modules, 1);
	ck_assert_str_eq(boot.module[0].args, "root disk");
	expect_range(0x200000, 0x12345, PV_MEM_MODULE);
	expect_range(KERNEL, KERNEL_SIZE, PV_MEM_KERNEL);
	expect_range(rsdp, 20, PV_MEM_BOOT);
	ck_assert_uint_eq(boot.acpi_rsdp.v, rsdp);
	ck_assert_int_eq(boot.fb.kind, PV_FB_RGB);
	ck_assert_uint_eq(boot.fb.base.v, 0xfd000000);
	ck_assert_uint_eq(boot.fb.height, 768);
	ck_assert_uint_eq(boot.fb.red_pos, 16);
	ck_assert_uint_eq(boot.fb.blue_size, 8);
}
END_TEST

START_TEST(mb2_wrong_magic)
{
	expect(pv_boot_read_multiboot2(&boot, &reader, 0x2badb002, pv_pa(INFO)), PV_E_FORMAT, "0x2badb002");
}
END_TEST

START_TEST(mb2_info_not_readable)
{
	static const uint64_t bad[] = { 0, MEMORY_END, MEMORY_END - 7, UINT64_MAX - 3 };

	expect(pv_boot_read_multiboot2(&boot, &reader, MAGIC, pv_pa(bad[_i])), PV_E_RANGE, "not readable");
}
END_TEST

START_TEST(mb2_total_size_that_cannot_be)
{
	static const uint32_t bad[] = { 0, 8, 15, (1u << 20) + 1, 0xffffffff };

	tag_map(24, pc, 5);
	tag(0, 0);
	put32(INFO, bad[_i]);
	parse(PV_E_FORMAT, "has size");
}
END_TEST

START_TEST(mb2_tags_beyond_readable_memory)
{
	tag_map(24, pc, 5);
	put32(INFO, 1u << 20);
	put32(tags_end, 99);
	put32(tags_end + 4, MEMORY_END - tags_end);
	parse(PV_E_RANGE, "a tag");
}
END_TEST

START_TEST(mb2_no_end_tag)
{
	tag_map(24, pc, 5);
	parse(PV_E_FORMAT, "without an end tag");
}
END_TEST

START_TEST(mb2_tag_size_that_cannot_be)
{
	static const uint32_t bad[] = { 0, 1, 7, 1000, 0xfffffff8, 0xffffffff };
	uint32_t at = tag_map(24, pc, 5);

	tag(0, 0);
	put32(at - 4, bad[_i]);
	parse(PV_E_FORMAT, "a tag at 0x8008 has size");
	ck_assert_ptr_nonnull(strstr(pv_boot_read_error(), "it is tag 6"));
}
END_TEST

START_TEST(mb2_last_tag_whose_padding_is_missing)
{
	tag_map(24, pc, 5);
	tag(99, 5);
	put32(INFO, tags_end - INFO - 3);
	parse(PV_E_FORMAT, "without an end tag");
}
END_TEST

START_TEST(mb2_unknown_tags_are_skipped)
{
	tag(77, 3);
	tag_map(24, pc, 5);
	tag(0x80000001, 0);
	tag(22, 16);
	end_and_parse(PV_OK, "");
	ck_assert_uint_eq(boot.oddities, 0);
}
END_TEST

START_TEST(mb2_what_follows_the_end_tag_is_not_read)
{
	tag_map(24, pc, 5);
	tag(0, 0);
	tag_string(1, "too late");
	parse(PV_OK, "");
	ck_assert_str_eq(boot.args, "");
}
END_TEST

START_TEST(mb2_tag_given_twice_counts_once)
{
	tag_string(1, "first");
	tag_map(24, pc, 5);
	tag_string(1, "second");
	end_and_parse(PV_OK, "");
	ck_assert_str_eq(boot.args, "first");
	ck_assert_uint_eq(boot.oddities, 1);
}
END_TEST

START_TEST(mb2_command_line_without_end_in_its_tag)
{
	uint32_t at = tag(1, 4);

	put32(at, 0x61616161);
	tag_map(24, pc, 5);
	end_and_parse(PV_E_FORMAT, "multiboot2: command line");
	ck_assert_ptr_nonnull(strstr(pv_boot_read_error(), "within 4 bytes"));
}
END_TEST

START_TEST(mb2_command_line_tag_without_contents)
{
	tag(1, 0);
	tag_map(24, pc, 5);
	end_and_parse(PV_E_FORMAT, "within 0 bytes");
}
END_TEST

START_TEST(mb2_loader_name_without_end)
{
	memset(&memory[tag(2, 3) - MEMORY_BASE], 'x', 3);
	tag_map(24, pc, 5);
	end_and_parse(PV_E_FORMAT, "name of the loader");
}
END_TEST

START_TEST(mb2_module_text_without_end)
{
	tag_map(24, pc, 5);
	memset(&memory[tag(3, 12) - MEMORY_BASE], 1, 12);
	end_and_parse(PV_OK, "");
	ck_assert_str_eq(boot.module[0].args, "");
	ck_assert_uint_eq(boot.oddities, 1);
}
END_TEST

START_TEST(mb2_module_tag_too_short_is_dropped)
{
	tag_map(24, pc, 5);
	tag(3, 7);
	tag_module(0x300000, 0x301000, "");
	end_and_parse(PV_OK, "");
	ck_assert_uint_eq(boot.nr_modules, 1);
	ck_assert_uint_eq(boot.oddities, 1);
}
END_TEST

START_TEST(mb2_modules_cannot_take_the_room_of_the_command_line)
{
	char text[3000];

	memset(text, 'm', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	for (unsigned i = 0; i < 4; i++)
		tag_module(0x300000 + i * 0x1000, 0x300800 + i * 0x1000, text);
	tag_string(1, "the command line");
	tag_map(24, pc, 5);
	end_and_parse(PV_OK, "");
	ck_assert_str_eq(boot.args, "the command line");
	ck_assert_uint_eq(boot.nr_modules, 4);
	ck_assert_str_eq(boot.module[3].args, "");
	ck_assert_uint_gt(boot.oddities, 0);
}
END_TEST

START_TEST(mb2_modules_beyond_the_table)
{
	tag_map(24, pc, 5);
	for (unsigned i = 0; i < PV_BOOT_MODULES + 4; i++)
		tag_module(0x300000 + i * 0x1000, 0x300800 + i * 0x1000, "x");
	end_and_parse(PV_OK, "");
	ck_assert_uint_eq(boot.nr_modules, PV_BOOT_MODULES);
	ck_assert_uint_eq(boot.oddities, 4);
}
END_TEST

START_TEST(mb2_module_that_ends_before_it_starts)
{
	tag_map(24, pc, 5);
	tag_module(0x301000, 0x300000, "");
	end_and_parse(PV_OK, "");
	ck_assert_uint_eq(boot.nr_modules, 0);
	ck_assert_uint_eq(boot.oddities, 1);
}
END_TEST

START_TEST(mb2_no_map)
{
	tag_string(1, "quiet");
	tag_module(0x300000, 0x301000, "");
	end_and_parse(PV_E_NOENT, "no memory map");
	ck_assert_str_eq(boot.args, "quiet");
}
END_TEST

START_TEST(mb2_without_map_sizes_are_used)
{
	uint32_t at = tag(4, 8);

	put32(at, 639);
	put32(at + 4, 129920);
	end_and_parse(PV_OK, "");
	expect_range(PV_PAGE_SIZE, 0x9f000 - PV_PAGE_SIZE, PV_MEM_RAM);
	ck_assert_int_eq(kind_at(0x1000000), PV_MEM_RAM);
}
END_TEST

START_TEST(mb2_map_entries_may_be_longer)
{
	tag_map(40, pc, 5);
	end_and_parse(PV_OK, "");
	ck_assert_int_eq(kind_at(0x1000000), PV_MEM_RAM);
	ck_assert_uint_eq(boot.oddities, 0);
}
END_TEST

START_TEST(mb2_map_entries_too_short)
{
	static const uint32_t bad[] = { 0, 1, 23 };
	uint32_t at = tag_map(24, pc, 5);

	put32(at, bad[_i]);
	end_and_parse(PV_E_FORMAT, "24 is the least");
}
END_TEST

START_TEST(mb2_map_with_a_piece_too_many)
{
	uint32_t at = tag_map(24, pc, 5);

	put32(at, 28);
	end_and_parse(PV_OK, "");
	ck_assert_uint_ge(boot.oddities, 1);
}
END_TEST

START_TEST(mb2_map_tag_too_short_is_no_map)
{
	tag(6, 7);
	end_and_parse(PV_E_NOENT, "no memory map");
}
END_TEST

static const struct efi efi[] = {
	{ 7, 0x1000, 0x9f, 0xf }, { 3, 0x100000, 0x100, 0xf }, { 4, 0x200000, 0x100, 0xf },
	{ 1, 0x300000, 1, 0xf }, { 2, 0x301000, 1, 0xf }, { 5, 0x400000, 1, 0xf | 1ull << 63 },
	{ 6, 0x401000, 1, 0xf | 1ull << 63 }, { 8, 0x402000, 1, 0xf }, { 9, 0x403000, 1, 0xf },
	{ 10, 0x404000, 1, 0xf }, { 11, 0x405000, 1, 1 }, { 14, 0x406000, 1, 0xf }, { 15, 0x407000, 1, 0xf },
	{ 0, 0x408000, 1, 0xf }, { 7, 0x409000, 1, 1 }, { 7, 0x40a000, 1, 0xf | 1 << 18 },
	{ 0x80000000, 0x40b000, 1, 0xf },
};
#define EFI_COUNT	(sizeof(efi) / sizeof(efi[0]))

START_TEST(mb2_efi_map_alone)
{
	reader.kernel_size = 0;
	tag_efi_map(48, efi, EFI_COUNT);
	end_and_parse(PV_OK, "");
	ck_assert_uint_eq(boot.oddities, 0);
	expect_range(0x1000, 0x9f000, PV_MEM_RAM);
	expect_range(0x100000, 0x202000, PV_MEM_RAM);
	expect_range(0x400000, 0x2000, PV_MEM_RESERVED);
	expect_range(0x402000, 0x1000, PV_MEM_BAD);
	expect_range(0x403000, 0x1000, PV_MEM_ACPI);
	expect_range(0x404000, 0x1000, PV_MEM_NVS);
	expect_range(0x406000, 0x1000, PV_MEM_PERSISTENT);
	expect_range(0x407000, 0x5000, PV_MEM_RESERVED);
}
END_TEST

START_TEST(mb2_efi_boot_services_still_run)
{
	reader.kernel_size = 0;
	tag_efi_map(48, efi, EFI_COUNT);
	tag(18, 0);
	end_and_parse(PV_OK, "");
	expect_range(0x100000, 0x200000, PV_MEM_BOOT);
	expect_range(0x300000, 0x2000, PV_MEM_RAM);
	ck_assert_uint_eq(boot.oddities, 0);
}
END_TEST

START_TEST(mb2_efi_map_over_the_plain_one)
{
	static const struct efi over[] = { { 7, 0x100000, 0x100, 0xf }, { 9, 0x200000, 1, 0xf } };

	tag_efi_map(48, over, 2);
	tag_map(24, pc, 5);
	end_and_parse(PV_OK, "");
	expect_range(0x200000, 0x1000, PV_MEM_ACPI);
	expect_range(0x201000, 0x7ddf000, PV_MEM_RAM);
	ck_assert_uint_eq(boot.oddities, 0);
}
END_TEST

START_TEST(mb2_efi_map_that_wraps)
{
	static const struct efi wrap[] = {
		{ 7, 0x1000, UINT64_MAX, 0xf }, { 7, 0x100000, 0x10000000000000, 0xf },
		{ 7, 0x100000, 0x1000, 0xf },
	};

	tag_efi_map(48, wrap, 3);
	end_and_parse(PV_OK, "");
	ck_assert_uint_eq(boot.oddities, 2);
	ck_assert_uint_eq(pv_boot_ram_bytes(&boot), 0x1000000 - 0x55000);
}
END_TEST

START_TEST(mb2_efi_map_entries_too_short)
{
	uint32_t at = tag_efi_map(48, efi, 3);

	put32(at, _i == 0 ? 0 : 39);
	end_and_parse(PV_E_FORMAT, "40 is the least");
}
END_TEST

START_TEST(mb2_efi_system_table)
{
	uint32_t at;

	tag_map(24, pc, 5);
	at = tag(11, 4);
	put32(at, 0x7ff0000);
	if (_i == 1) {
		at = tag(12, 8);
		put64(at, 0x123456789000);
	}
	end_and_parse(PV_OK, "");
	ck_assert_uint_eq(boot.efi_system_table.v, _i == 1 ? 0x123456789000 : 0x7ff0000);
}
END_TEST

START_TEST(mb2_acpi_new_root_pointer_is_preferred)
{
	uint32_t rsdp;

	tag_map(24, pc, 5);
	tag(14, 20);
	rsdp = tag(15, 36);
	end_and_parse(PV_OK, "");
	ck_assert_uint_eq(boot.acpi_rsdp.v, rsdp);
	expect_range(rsdp, 36, PV_MEM_BOOT);
}
END_TEST

START_TEST(mb2_acpi_root_pointer_too_short)
{
	uint32_t rsdp;

	tag_map(24, pc, 5);
	tag(15, 35);
	rsdp = tag(14, _i == 0 ? 20 : 19);
	end_and_parse(PV_OK, "");
	ck_assert_uint_eq(boot.acpi_rsdp.v, _i == 0 ? rsdp : 0);
	ck_assert_uint_eq(boot.oddities, _i == 0 ? 1 : 2);
}
END_TEST

START_TEST(mb2_framebuffer_of_text)
{
	uint32_t fb;

	tag_map(24, pc, 5);
	fb = tag(8, 24);
	put64(fb, 0xb8000);
	put32(fb + 8, 160);
	put32(fb + 12, 80);
	put32(fb + 16, 25);
	put8(fb + 20, 16);
	put8(fb + 21, 2);
	end_and_parse(PV_OK, "");
	ck_assert_int_eq(boot.fb.kind, PV_FB_TEXT);
	ck_assert_uint_eq(boot.fb.base.v, 0xb8000);
	ck_assert_uint_eq(boot.fb.width, 80);
	ck_assert_uint_eq(boot.oddities, 0);
}
END_TEST

START_TEST(mb2_framebuffer_of_pixels_without_colours)
{
	uint32_t fb;

	tag_map(24, pc, 5);
	fb = tag(8, 24);
	put64(fb, 0xfd000000);
	put32(fb + 8, 4096);
	put32(fb + 12, 1024);
	put32(fb + 16, 768);
	put8(fb + 20, 32);
	put8(fb + 21, 1);
	end_and_parse(PV_OK, "");
	ck_assert_int_eq(boot.fb.kind, PV_FB_NONE);
	ck_assert_uint_eq(boot.oddities, 1);
}
END_TEST

START_TEST(mb2_framebuffer_tag_too_short)
{
	tag_map(24, pc, 5);
	tag(8, 23);
	end_and_parse(PV_OK, "");
	ck_assert_int_eq(boot.fb.kind, PV_FB_NONE);
	ck_assert_uint_eq(boot.oddities, 1);
}
END_TEST

Suite *
multiboot2_suite(void)
{
	Suite *s = suite_create("multiboot2");
	TCase *t = tcase_create("multiboot2");

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, begin, memory_teardown);
	tcase_add_test(t, mb2_everything_of_a_pc);
	tcase_add_test(t, mb2_wrong_magic);
	tcase_add_loop_test(t, mb2_info_not_readable, 0, 4);
	tcase_add_loop_test(t, mb2_total_size_that_cannot_be, 0, 5);
	tcase_add_test(t, mb2_tags_beyond_readable_memory);
	tcase_add_test(t, mb2_no_end_tag);
	tcase_add_loop_test(t, mb2_tag_size_that_cannot_be, 0, 6);
	tcase_add_test(t, mb2_last_tag_whose_padding_is_missing);
	tcase_add_test(t, mb2_unknown_tags_are_skipped);
	tcase_add_test(t, mb2_what_follows_the_end_tag_is_not_read);
	tcase_add_test(t, mb2_tag_given_twice_counts_once);
	tcase_add_test(t, mb2_command_line_without_end_in_its_tag);
	tcase_add_test(t, mb2_command_line_tag_without_contents);
	tcase_add_test(t, mb2_loader_name_without_end);
	tcase_add_test(t, mb2_module_text_without_end);
	tcase_add_test(t, mb2_module_tag_too_short_is_dropped);
	tcase_add_test(t, mb2_modules_cannot_take_the_room_of_the_command_line);
	tcase_add_test(t, mb2_modules_beyond_the_table);
	tcase_add_test(t, mb2_module_that_ends_before_it_starts);
	tcase_add_test(t, mb2_no_map);
	tcase_add_test(t, mb2_without_map_sizes_are_used);
	tcase_add_test(t, mb2_map_entries_may_be_longer);
	tcase_add_loop_test(t, mb2_map_entries_too_short, 0, 3);
	tcase_add_test(t, mb2_map_with_a_piece_too_many);
	tcase_add_test(t, mb2_map_tag_too_short_is_no_map);
	tcase_add_test(t, mb2_efi_map_alone);
	tcase_add_test(t, mb2_efi_boot_services_still_run);
	tcase_add_test(t, mb2_efi_map_over_the_plain_one);
	tcase_add_test(t, mb2_efi_map_that_wraps);
	tcase_add_loop_test(t, mb2_efi_map_entries_too_short, 0, 2);
	tcase_add_loop_test(t, mb2_efi_system_table, 0, 2);
	tcase_add_test(t, mb2_acpi_new_root_pointer_is_preferred);
	tcase_add_loop_test(t, mb2_acpi_root_pointer_too_short, 0, 2);
	tcase_add_test(t, mb2_framebuffer_of_text);
	tcase_add_test(t, mb2_framebuffer_of_pixels_without_colours);
	tcase_add_test(t, mb2_framebuffer_tag_too_short);
	return s;
}
