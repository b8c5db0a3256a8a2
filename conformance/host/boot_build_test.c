/*
 * The builder of boot data: the rules of the memory map, of modules and of the
 * framebuffer, without any loader's structure.
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

static void
finish(void)
{
	expect(pv_boot_build_end(PV_OK), PV_OK, "");
}

START_TEST(map_is_sorted)
{
	add(0x800000, 0x1000, PV_MEM_RAM);
	add(0x200000, 0x1000, PV_MEM_NVS);
	add(0x400000, 0x2000, PV_MEM_RAM);
	finish();
	ck_assert_uint_eq(boot.nr_ranges, 3);
	ck_assert_uint_eq(boot.range[0].base.v, 0x200000);
	ck_assert_uint_eq(boot.range[2].base.v, 0x800000);
	ck_assert_uint_eq(boot.oddities, 0);
}
END_TEST

START_TEST(map_neighbours_of_one_kind_become_one)
{
	add(0x300000, 0x100000, PV_MEM_RAM);
	add(0x100000, 0x100000, PV_MEM_RAM);
	add(0x200000, 0x100000, PV_MEM_RAM);
	finish();
	ck_assert_uint_eq(boot.nr_ranges, 1);
	expect_range(0x100000, 0x300000, PV_MEM_RAM);
	ck_assert_uint_eq(boot.oddities, 0);
}
END_TEST

START_TEST(map_pieces_below_a_page_become_one_page)
{
	add(0x100000, 0x800, PV_MEM_RAM);
	add(0x100800, 0x800, PV_MEM_RAM);
	finish();
	expect_range(0x100000, 0x1000, PV_MEM_RAM);
}
END_TEST

START_TEST(map_overlap_the_more_restrictive_wins)
{
	static const enum pv_mem order[] = {
		PV_MEM_RAM, PV_MEM_ACPI, PV_MEM_PERSISTENT, PV_MEM_NVS, PV_MEM_RESERVED, PV_MEM_BAD
	};

	for (unsigned i = 0; i < 6; i++) {
		for (unsigned k = 0; k < 6; k++) {
			begin();
			add(0x100000, 0x10000, PV_MEM_RAM);
			add(0x200000, 0x2000, order[i]);
			add(0x201000, 0x2000, order[k]);
			finish();
			ck_assert_uint_eq(boot.oddities, 1);
			ck_assert_int_eq(kind_at(0x200000), order[i]);
			ck_assert_int_eq(kind_at(0x201000), order[i > k ? i : k]);
			ck_assert_int_eq(kind_at(0x202000), order[k]);
		}
	}
}
END_TEST

START_TEST(map_reserved_inside_ram_splits_it)
{
	add(0x100000, 0x100000, PV_MEM_RAM);
	add(0x140000, 0x1000, PV_MEM_RESERVED);
	finish();
	expect_range(0x100000, 0x40000, PV_MEM_RAM);
	expect_range(0x140000, 0x1000, PV_MEM_RESERVED);
	expect_range(0x141000, 0xbf000, PV_MEM_RAM);
	ck_assert_uint_eq(boot.nr_ranges, 3);
	ck_assert_uint_eq(boot.oddities, 1);
}
END_TEST

START_TEST(map_ram_over_many_holes_fills_only_the_gaps)
{
	for (unsigned i = 0; i < 8; i++)
		add(0x100000 + i * 0x10000, 0x1000, PV_MEM_RESERVED);
	add(0x100000, 0x80000, PV_MEM_RAM);
	finish();
	ck_assert_uint_eq(boot.nr_ranges, 16);
	ck_assert_uint_eq(pv_boot_ram_bytes(&boot), 8 * 0xf000);
}
END_TEST

START_TEST(map_same_range_twice_is_one_and_odd)
{
	add(0x100000, 0x1000, PV_MEM_RAM);
	add(0x100000, 0x1000, PV_MEM_RAM);
	finish();
	ck_assert_uint_eq(boot.nr_ranges, 1);
	ck_assert_uint_eq(boot.oddities, 1);
}
END_TEST

START_TEST(map_empty_range_is_dropped)
{
	add(0x100000, 0x1000, PV_MEM_RAM);
	add(0x200000, 0, PV_MEM_RAM);
	add(0x200000, 0, PV_MEM_RESERVED);
	finish();
	ck_assert_uint_eq(boot.nr_ranges, 1);
	ck_assert_uint_eq(boot.oddities, 2);
}
END_TEST

START_TEST(map_ram_that_wraps_is_dropped)
{
	add(0x100000, 0x1000, PV_MEM_RAM);
	add(0xfffffffffff00000, 0x200000, PV_MEM_RAM);
	finish();
	ck_assert_uint_eq(boot.nr_ranges, 1);
	ck_assert_uint_eq(boot.oddities, 1);
}
END_TEST

START_TEST(map_reserved_that_wraps_is_clipped)
{
	add(0x100000, 0x1000, PV_MEM_RAM);
	add(0xfffffffffff00000, UINT64_MAX, PV_MEM_RESERVED);
	finish();
	ck_assert_uint_eq(boot.nr_ranges, 2);
	ck_assert_int_eq(kind_at(0xfffffffffff00000), PV_MEM_RESERVED);
	ck_assert_uint_eq(boot.oddities, 1);
}
END_TEST

START_TEST(map_unknown_kind_is_dropped)
{
	add(0x100000, 0x1000, PV_MEM_RAM);
	add(0x200000, 0x1000, (enum pv_mem)0);
	add(0x300000, 0x1000, PV_MEM_KIND_COUNT);
	finish();
	ck_assert_uint_eq(boot.nr_ranges, 1);
	ck_assert_uint_eq(boot.oddities, 2);
}
END_TEST

START_TEST(map_ram_shrinks_to_whole_pages)
{
	add(0x100001, 0x3000, PV_MEM_RAM);
	add(0x200800, 0x1000, PV_MEM_RAM);
	add(0x9fc00, 0x400, PV_MEM_RESERVED);
	finish();
	expect_range(0x101000, 0x2000, PV_MEM_RAM);
	expect_range(0x9fc00, 0x400, PV_MEM_RESERVED);
	ck_assert_uint_eq(boot.nr_ranges, 2);
	ck_assert_uint_eq(boot.oddities, 0);
}
END_TEST

START_TEST(map_page_0_is_boot_and_not_ram)
{
	add(0, 0x9fc00, PV_MEM_RAM);
	finish();
	expect_range(0, PV_PAGE_SIZE, PV_MEM_BOOT);
	expect_range(PV_PAGE_SIZE, 0x9f000 - PV_PAGE_SIZE, PV_MEM_RAM);
}
END_TEST

START_TEST(map_page_0_that_is_no_memory_stays_absent)
{
	add(0x100000, 0x1000, PV_MEM_RAM);
	finish();
	ck_assert_int_eq(kind_at(0), 0);
}
END_TEST

START_TEST(map_without_ram_is_refused)
{
	add(0x100000, 0x1000, PV_MEM_RESERVED);
	expect(pv_boot_build_end(PV_OK), PV_E_NOENT, "no usable page");
}
END_TEST

START_TEST(map_with_less_than_a_page_is_refused)
{
	add(0x100800, 0x1000, PV_MEM_RAM);
	expect(pv_boot_build_end(PV_OK), PV_E_NOENT, "no usable page");
}
END_TEST

START_TEST(map_too_much_ram_drops_the_smallest)
{
	add(0x40000000, 0x40000000, PV_MEM_RAM);
	for (unsigned i = 0; i < 2 * PV_BOOT_RANGES; i++)
		add(0x100000 + i * 0x4000, 0x1000, PV_MEM_RAM);
	finish();
	ck_assert_uint_eq(boot.nr_ranges, PV_BOOT_RANGES);
	expect_range(0x40000000, 0x40000000, PV_MEM_RAM);
	ck_assert_uint_eq(boot.oddities, PV_BOOT_RANGES + 1);
}
END_TEST

START_TEST(map_too_full_drops_ram_and_never_reserved)
{
	for (unsigned i = 0; i < PV_BOOT_RANGES; i++)
		add(0x100000 + i * 0x4000, 0x2000, PV_MEM_RAM);
	for (unsigned i = 0; i < PV_BOOT_RANGES - 1; i++)
		add(0x101000 + i * 0x4000, 0x1000, PV_MEM_RESERVED);
	finish();
	for (unsigned i = 0; i < PV_BOOT_RANGES - 1; i++)
		ck_assert_int_eq(kind_at(0x101000 + i * 0x4000), PV_MEM_RESERVED);
	ck_assert_uint_eq(boot.nr_ranges, PV_BOOT_RANGES);
}
END_TEST

START_TEST(map_full_of_reserved_is_refused)
{
	add(0x40000000, 0x40000000, PV_MEM_RAM);
	for (unsigned i = 0; i < PV_BOOT_RANGES + 1; i++)
		add(0x100000 + i * 0x4000, 0x1000, PV_MEM_RESERVED);
	expect(pv_boot_build_end(PV_OK), PV_E_FULL, "PV_BOOT_RANGES");
}
END_TEST

START_TEST(map_kernel_is_carved_out_whatever_comes_first)
{
	add(0x100000, 0x54220, PV_MEM_KERNEL);
	add(0x100000, 0x100000, PV_MEM_RAM);
	finish();
	expect_range(0x100000, 0x54220, PV_MEM_KERNEL);
	expect_range(0x155000, 0xab000, PV_MEM_RAM);
	ck_assert_uint_eq(boot.oddities, 0);
}
END_TEST

START_TEST(map_kernel_outside_of_memory_is_listed_and_odd)
{
	add(0x100000, 0x10000, PV_MEM_KERNEL);
	add(0x200000, 0x10000, PV_MEM_RAM);
	finish();
	expect_range(0x100000, 0x10000, PV_MEM_KERNEL);
	ck_assert_uint_eq(boot.oddities, 1);
}
END_TEST

START_TEST(map_kernel_partly_outside_of_memory_is_odd)
{
	add(_i == 0 ? 0x1ff000 : 0x20f000, 0x2000, PV_MEM_KERNEL);
	add(0x200000, 0x10000, PV_MEM_RAM);
	finish();
	expect_range(_i == 0 ? 0x1ff000 : 0x20f000, 0x2000, PV_MEM_KERNEL);
	ck_assert_uint_eq(boot.oddities, 1);
}
END_TEST

START_TEST(map_reserved_inside_the_kernel_stays_reserved)
{
	add(0x100000, 0x10000, PV_MEM_KERNEL);
	add(0x100000, 0x100000, PV_MEM_RAM);
	add(0x104000, 0x1000, PV_MEM_RESERVED);
	finish();
	ck_assert_int_eq(kind_at(0x103fff), PV_MEM_KERNEL);
	ck_assert_int_eq(kind_at(0x104000), PV_MEM_RESERVED);
	ck_assert_int_eq(kind_at(0x105000), PV_MEM_KERNEL);
}
END_TEST

START_TEST(map_table_in_ram_is_carved_out_in_rom_not)
{
	add(0x100000, 0x10000, PV_MEM_RAM);
	add(0xf5a00, 36, PV_MEM_BOOT);
	add(0x108010, 36, PV_MEM_BOOT);
	finish();
	ck_assert_int_eq(kind_at(0xf5a00), 0);
	expect_range(0x108010, 36, PV_MEM_BOOT);
	expect_range(0x109000, 0x7000, PV_MEM_RAM);
}
END_TEST

START_TEST(map_second_view_may_overlap)
{
	add(0x100000, 0x10000, PV_MEM_RAM);
	pv_build.second_map = true;
	add(0x100000, 0x8000, PV_MEM_RAM);
	add(0x108000, 0x8000, PV_MEM_ACPI);
	finish();
	expect_range(0x108000, 0x8000, PV_MEM_ACPI);
	ck_assert_uint_eq(boot.oddities, 0);
}
END_TEST

START_TEST(map_more_tables_than_there_is_room_for_is_refused)
{
	add(0x100000, 0x1000000, PV_MEM_RAM);
	for (unsigned i = 0; i <= PV_BOOT_RANGES; i++)
		add(0x100000 + i * 0x2000, 0x1000, PV_MEM_BOOT);
	expect(pv_boot_build_end(PV_OK), PV_E_FULL, "");
}
END_TEST

START_TEST(e820_types_become_kinds)
{
	static const struct {
		uint32_t type;
		enum pv_mem kind;
	} types[] = {
		{ 0, PV_MEM_RESERVED }, { 2, PV_MEM_RESERVED }, { 3, PV_MEM_ACPI }, { 4, PV_MEM_NVS },
		{ 5, PV_MEM_BAD }, { 6, PV_MEM_RESERVED }, { 7, PV_MEM_PERSISTENT }, { 8, PV_MEM_RESERVED },
		{ 12, PV_MEM_PERSISTENT }, { 0xffffffff, PV_MEM_RESERVED },
	};

	pv_boot_build_e820(pv_pa(0x100000), 0x1000, 1);
	for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		pv_boot_build_e820(pv_pa(0x200000 + i * 0x2000), 0x1000, types[i].type);
	finish();
	ck_assert_int_eq(kind_at(0x100000), PV_MEM_RAM);
	for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		ck_assert_int_eq(kind_at(0x200000 + i * 0x2000), types[i].kind);
}
END_TEST

START_TEST(module_is_marked_and_taken_from_ram)
{
	add(0x100000, 0x100000, PV_MEM_RAM);
	pv_boot_build_module(pv_pa(0x120000), 0x1234, boot.text);
	finish();
	ck_assert_uint_eq(boot.nr_modules, 1);
	expect_range(0x120000, 0x1234, PV_MEM_MODULE);
	expect_range(0x122000, 0xde000, PV_MEM_RAM);
}
END_TEST

/* Beyond memory, across its end, in reserved memory, in the kernel, wrapping, on another one. */
START_TEST(module_in_a_bad_place_is_dropped)
{
	static const struct {
		uint64_t base, size;
	} bad[] = {
		{ 0x80000000, 0x1000 }, { 0x1ff000, 0x1001 }, { 0x181000, 0x1000 }, { 0x10ffff, 0x1000 },
		{ 0xfffffffffffff000, 0x2000 }, { UINT64_MAX, 1 }, { 0x130000, 1 }, { 0xfffff, 0x2000 },
		{ 0x17f000, 0x4000 }, { 0x100000, 0x100000 },
	};

	add(0x100000, 0x100000, PV_MEM_RAM);
	add(0x180000, 0x2000, PV_MEM_RESERVED);
	add(0x100000, 0x10000, PV_MEM_KERNEL);
	pv_build.boot->oddities = 0;
	pv_boot_build_module(pv_pa(0x130000), 0x1000, boot.text);
	pv_boot_build_module(pv_pa(bad[_i].base), bad[_i].size, boot.text);
	pv_boot_build_module(pv_pa(0x140000), 0x1000, boot.text);
	finish();
	ck_assert_uint_eq(boot.nr_modules, 2);
	ck_assert_uint_eq(boot.module[1].base.v, 0x140000);
	ck_assert_uint_eq(boot.oddities, 1);
}
END_TEST

START_TEST(module_without_contents_is_kept)
{
	add(0x100000, 0x100000, PV_MEM_RAM);
	pv_boot_build_module(pv_pa(0xdeadbeef000), 0, boot.text);
	finish();
	ck_assert_uint_eq(boot.nr_modules, 1);
	ck_assert_uint_eq(boot.module[0].base.v, 0);
}
END_TEST

START_TEST(modules_beyond_the_table_are_dropped)
{
	add(0x100000, 0x100000, PV_MEM_RAM);
	for (unsigned i = 0; i < PV_BOOT_MODULES + 3; i++)
		pv_boot_build_module(pv_pa(0x100000 + i * 0x1000), 0x1000, boot.text);
	finish();
	ck_assert_uint_eq(boot.nr_modules, PV_BOOT_MODULES);
	ck_assert_uint_eq(boot.oddities, 3);
}
END_TEST

static const struct pv_framebuffer screen = {
	.kind = PV_FB_RGB, .base = { 0xfd000000 }, .pitch = 4096, .width = 1024, .height = 768, .bits = 32,
	.red_pos = 16, .red_size = 8, .green_pos = 8, .green_size = 8, .blue_pos = 0, .blue_size = 8,
};

START_TEST(framebuffer_is_taken)
{
	add(0x100000, 0x100000, PV_MEM_RAM);
	ck_assert(pv_boot_build_framebuffer(&screen));
	finish();
	ck_assert_mem_eq(&boot.fb, &screen, sizeof(screen));
	ck_assert_uint_eq(boot.oddities, 0);
}
END_TEST

START_TEST(framebuffer_in_ram_is_carved_out)
{
	struct pv_framebuffer fb = screen;

	fb.base = pv_pa(0x1000000);
	add(0x100000, 0x4000000, PV_MEM_RAM);
	ck_assert(pv_boot_build_framebuffer(&fb));
	finish();
	expect_range(0x1000000, 4096 * 768, PV_MEM_BOOT);
}
END_TEST

START_TEST(framebuffer_that_cannot_be_is_dropped)
{
	struct pv_framebuffer fb = screen;

	switch (_i) {
	case 0: fb.kind = PV_FB_NONE; break;
	case 1: fb.width = 0; break;
	case 2: fb.height = 0; break;
	case 3: fb.pitch = 4095; break;
	case 4: fb.width = 0x40000000; break;
	case 5: fb.height = 0x40000000; break;
	case 6: fb.pitch = 0xffffffff; break;
	case 7: fb.base = pv_pa(0); break;
	case 8: fb.base = pv_pa(0xffffffffffff0000); break;
	case 9: fb.bits = 14; break;
	case 10: fb.bits = 33; break;
	case 11: fb.red_pos = 32; break;
	case 12: fb.green_size = 25; break;
	case 13: fb.blue_size = 0; break;
	default: fb.base = pv_pa(KERNEL - 0x1000); break;
	}
	reader.kernel_size = KERNEL_SIZE;
	pv_boot_build_begin(&boot, PV_BOOT_XEN_PV, &reader);
	add(0x100000, 0x4000000, PV_MEM_RAM);
	ck_assert(!pv_boot_build_framebuffer(&fb));
	finish();
	ck_assert_int_eq(boot.fb.kind, PV_FB_NONE);
	ck_assert_uint_eq(boot.oddities, 0);
}
END_TEST

START_TEST(failure_leaves_strings_but_no_map)
{
	add(0x100000, 0x100000, PV_MEM_RAM);
	pv_boot_build_module(pv_pa(0x120000), 0x1000, boot.text);
	pv_build.what = "why";
	pv_build.at = 7;
	pv_boot_fail(PV_BOOT_CUT_OFF, 1, 0);
	pv_boot_fail(PV_BOOT_NO_RAM, 1, 0);
	expect(pv_boot_build_end(pv_build.status), PV_E_RANGE,
	    "xen-pv: why at 0x7 of version 1 is not readable");
	ck_assert_str_eq(boot.args, "");
}
END_TEST

START_TEST(oddities_do_not_overflow)
{
	pv_boot_build_odd(UINT32_MAX - 1);
	pv_boot_build_odd(7);
	ck_assert_uint_eq(boot.oddities, UINT32_MAX);
}
END_TEST

Suite *
build_suite(void)
{
	Suite *s = suite_create("boot builder");
	TCase *t = tcase_create("map");

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, begin, memory_teardown);
	tcase_add_test(t, map_is_sorted);
	tcase_add_test(t, map_neighbours_of_one_kind_become_one);
	tcase_add_test(t, map_pieces_below_a_page_become_one_page);
	tcase_add_test(t, map_overlap_the_more_restrictive_wins);
	tcase_add_test(t, map_reserved_inside_ram_splits_it);
	tcase_add_test(t, map_ram_over_many_holes_fills_only_the_gaps);
	tcase_add_test(t, map_same_range_twice_is_one_and_odd);
	tcase_add_test(t, map_empty_range_is_dropped);
	tcase_add_test(t, map_ram_that_wraps_is_dropped);
	tcase_add_test(t, map_reserved_that_wraps_is_clipped);
	tcase_add_test(t, map_unknown_kind_is_dropped);
	tcase_add_test(t, map_ram_shrinks_to_whole_pages);
	tcase_add_test(t, map_page_0_is_boot_and_not_ram);
	tcase_add_test(t, map_page_0_that_is_no_memory_stays_absent);
	tcase_add_test(t, map_without_ram_is_refused);
	tcase_add_test(t, map_with_less_than_a_page_is_refused);
	tcase_add_test(t, map_too_much_ram_drops_the_smallest);
	tcase_add_test(t, map_too_full_drops_ram_and_never_reserved);
	tcase_add_test(t, map_full_of_reserved_is_refused);
	tcase_add_test(t, map_kernel_is_carved_out_whatever_comes_first);
	tcase_add_test(t, map_kernel_outside_of_memory_is_listed_and_odd);
	tcase_add_loop_test(t, map_kernel_partly_outside_of_memory_is_odd, 0, 2);
	tcase_add_test(t, map_reserved_inside_the_kernel_stays_reserved);
	tcase_add_test(t, map_table_in_ram_is_carved_out_in_rom_not);
	tcase_add_test(t, map_second_view_may_overlap);
	tcase_add_test(t, map_more_tables_than_there_is_room_for_is_refused);
	tcase_add_test(t, e820_types_become_kinds);
	t = tcase_create("modules and screen");
	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, begin, memory_teardown);
	tcase_add_test(t, module_is_marked_and_taken_from_ram);
	tcase_add_loop_test(t, module_in_a_bad_place_is_dropped, 0, 10);
	tcase_add_test(t, module_without_contents_is_kept);
	tcase_add_test(t, modules_beyond_the_table_are_dropped);
	tcase_add_test(t, framebuffer_is_taken);
	tcase_add_test(t, framebuffer_in_ram_is_carved_out);
	tcase_add_loop_test(t, framebuffer_that_cannot_be_is_dropped, 0, 15);
	tcase_add_test(t, failure_leaves_strings_but_no_map);
	tcase_add_test(t, oddities_do_not_overflow);
	return s;
}
