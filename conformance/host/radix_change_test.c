/*
 * The radix tree: unmap, protect, harvest.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "radix_test.h"

START_TEST(unmap_with_holes)
{
	for (unsigned i = 0; i < 20; i += 3)
		ck_assert_int_eq(map(U + i * 0x123000ull, 0x1000000, PAGE, 0), PV_OK);
	ck_assert_int_eq(unmap(0, HUGE + 20 * 0x123000ull), PV_OK);
	for (unsigned i = 0; i < 20; i++)
		expect_none(&space, U + i * 0x123000ull);
	ck_assert_int_eq(unmap(0, 2 * HUGE), PV_OK);
	ck_assert_uint_eq(space.tables, is_pae() ? 4 : 1);
	space_end();
}
END_TEST

/* Table pages go back to the kernel with the sync, not before: a CPU may be walking through them. */
START_TEST(unmap_gives_tables_back)
{
	unsigned base = machine.pages_used, with;

	ck_assert_int_eq(map(2 * HUGE - PAGE, 0x1000000, 2 * PAGE, 0), PV_OK);
	with = machine.pages_used;
	ck_assert_uint_gt(with, base);
	ck_assert_int_eq(unmap(2 * HUGE - PAGE, PAGE), PV_OK);
	ck_assert_int_eq(unmap(2 * HUGE, PAGE), PV_OK);
	ck_assert_uint_eq(machine.pages_used, with);
	ck_assert_uint_eq(space.tables, is_pae() ? 4 : 1);
	pv_radix_sync(&space);
	ck_assert_uint_eq(machine.pages_used, base);
	space_end();
}
END_TEST

START_TEST(unmap_in_any_order)
{
	for (unsigned i = 0; i < 512; i++)
		ck_assert_int_eq(map(U + i * PAGE, 0x1000000 + i * PAGE, PAGE, 0), PV_OK);
	for (unsigned i = 0; i < 512; i++) {
		unsigned n = _i == 0 ? i : _i == 1 ? 511 - i : (i * 201) & 511;

		expect_walk(&space, U + n * PAGE, 0x1000000 + n * PAGE);
		ck_assert_int_eq(unmap(U + n * PAGE, PAGE), PV_OK);
		expect_none(&space, U + n * PAGE);
	}
	ck_assert_uint_eq(space.tables, is_pae() ? 4 : 1);
	space_end();
}
END_TEST

/* A large page and its pieces must not both stay cached: SDM volume 3A, 4.10.2.3. */
START_TEST(split_is_stale)
{
	ck_assert_int_eq(map(U, 0x40000000, LARGE, PV_MAP_LARGE), PV_OK);
	machine.fail_page_all = 1;
	ck_assert_int_eq(unmap(U, PAGE), PV_E_NOMEM);
	pv_radix_sync(&space);
	ck_assert_uint_eq(machine.flush_range, 0);
	machine.fail_page_all = 0;
	ck_assert_int_eq(unmap(U, PAGE), PV_OK);
	pv_radix_sync(&space);
	ck_assert_uint_eq(machine.flush_bytes, 2 * PAGE);
	space_end();
}
END_TEST

START_TEST(protect_keeps_bits_and_holes)
{
	uint64_t pa;

	ck_assert_int_eq(map(U, 0x1000000, PAGE, PV_PROT_WRITE | PV_PROT_USER | PV_MAP_SOFT1), PV_OK);
	ck_assert_int_eq(map(U + 2 * PAGE, 0x1000000, PAGE, PV_PROT_WRITE), PV_OK);
	ck_assert(model_access(U, true, &pa));
	ck_assert_int_eq(pv_radix_protect(&space, pv_va(U - LARGE), 2 * LARGE, PV_PROT_USER | PV_MAP_UC),
	    PV_OK);
	ck_assert_uint_eq(flags_at(U), PV_PROT_READ | PV_PROT_USER | PV_MAP_UC | PV_MAP_SOFT1 | TOUCHED);
	expect_walk(&space, U, 0x1000000);
	expect_none(&space, U + PAGE);
	ck_assert_uint_eq(flags_at(U + 2 * PAGE), PV_PROT_READ | PV_PROT_USER | PV_MAP_UC);
	space_end();
}
END_TEST

START_TEST(protect_keeps_global)
{
	uint64_t k = kernel_va();

	ck_assert_int_eq(map(k, 0x1000000, PAGE, PV_MAP_GLOBAL | PV_PROT_WRITE), PV_OK);
	machine.gone = 0;
	ck_assert_int_eq(pv_radix_protect(kernel, pv_va(k), PAGE, PV_PROT_EXEC), PV_OK);
	ck_assert(space_walk(kernel, k).global);
	ck_assert(!space_walk(kernel, k).write);
	ck_assert(space_walk(kernel, k).exec);
	/* The kernel's own pages are never absent in between: its stack may be there. */
	ck_assert_uint_eq(machine.gone, 0);
}
END_TEST

struct harvest {
	unsigned calls;
	uint64_t va[8];
	unsigned flags[8];
};

static void
harvested(void *arg, pv_vaddr va, unsigned flags)
{
	struct harvest *h = arg;

	ck_assert_uint_lt(h->calls, 8);
	h->va[h->calls] = va.v;
	h->flags[h->calls++] = flags;
}

START_TEST(harvest_reports_once)
{
	struct harvest h = { 0 };
	uint64_t pa;

	ck_assert_int_eq(map(U, 0x1000000, 4 * PAGE, PV_PROT_WRITE), PV_OK);
	ck_assert(model_access(U + PAGE, false, &pa) && model_access(U + 3 * PAGE, true, &pa));
	ck_assert_int_eq(pv_radix_harvest(&space, pv_va(U), 4 * PAGE, harvested, &h), PV_OK);
	ck_assert_uint_eq(h.calls, 2);
	ck_assert_uint_eq(h.va[0], U + PAGE);
	ck_assert_uint_eq(h.flags[0] & TOUCHED, PV_MAP_REFERENCED);
	ck_assert_uint_eq(h.va[1], U + 3 * PAGE);
	ck_assert_uint_eq(h.flags[1] & TOUCHED, TOUCHED);
	ck_assert_int_eq(pv_radix_harvest(&space, pv_va(U), 4 * PAGE, harvested, &h), PV_OK);
	ck_assert_uint_eq(h.calls, 2);
	/* Until the sync the CPU goes on with what it has cached; after it the bit is set anew. */
	ck_assert(model_access(U + 3 * PAGE, true, &pa));
	ck_assert_uint_eq(flags_at(U + 3 * PAGE) & PV_MAP_MODIFIED, 0);
	pv_radix_sync(&space);
	ck_assert(model_access(U + 3 * PAGE, true, &pa));
	ck_assert_uint_eq(flags_at(U + 3 * PAGE) & PV_MAP_MODIFIED, PV_MAP_MODIFIED);
	space_end();
}
END_TEST

START_TEST(harvest_a_large_page)
{
	struct harvest h = { 0 };
	uint64_t pa;

	ck_assert_int_eq(map(U, 0x40000000, LARGE, PV_PROT_WRITE | PV_MAP_LARGE), PV_OK);
	ck_assert(model_access(U + 5, true, &pa));
	ck_assert_int_eq(pv_radix_harvest(&space, pv_va(U + 16 * PAGE), PAGE, harvested, &h), PV_OK);
	ck_assert_uint_eq(h.calls, 1);
	ck_assert_uint_eq(h.va[0], U);
	ck_assert((h.flags[0] & PV_MAP_LARGE) != 0 && (h.flags[0] & PV_MAP_MODIFIED) != 0);
	ck_assert_uint_eq(space_walk(&space, U).level, 2);
	space_end();
}
END_TEST

/* The last state of what goes away; large pages once, pieces of one as it was. */
START_TEST(unmap_tells_what_was_modified)
{
	struct harvest h = { 0 };
	uint64_t pa;

	ck_assert_int_eq(map(U, 0x1000000, 4 * PAGE, PV_PROT_WRITE), PV_OK);
	ck_assert_int_eq(map(U + LARGE, 0x40000000, 2 * LARGE, PV_PROT_WRITE | PV_MAP_LARGE), PV_OK);
	ck_assert(model_access(U + PAGE, false, &pa) && model_access(U + 2 * PAGE, true, &pa));
	ck_assert(model_access(U + 2 * LARGE - 1, true, &pa) && model_access(U + 2 * LARGE, false, &pa));
	ck_assert_int_eq(pv_radix_unmap(&space, pv_va(U), 2 * LARGE + PAGE, harvested, &h), PV_OK);
	ck_assert_uint_eq(h.calls, 4);
	ck_assert_uint_eq(h.va[0], U + PAGE);
	ck_assert_uint_eq(h.flags[0] & TOUCHED, PV_MAP_REFERENCED);
	ck_assert_uint_eq(h.va[1], U + 2 * PAGE);
	ck_assert_uint_eq(h.flags[1] & (TOUCHED | PV_PROT_WRITE), TOUCHED | PV_PROT_WRITE);
	ck_assert_uint_eq(h.va[2], U + LARGE);
	ck_assert_uint_eq(h.flags[2] & (TOUCHED | PV_MAP_LARGE), TOUCHED | PV_MAP_LARGE);
	ck_assert_uint_eq(h.va[3], U + 2 * LARGE);
	ck_assert_uint_eq(h.flags[3] & (TOUCHED | PV_MAP_LARGE), PV_MAP_REFERENCED);
	expect_none(&space, U + 2 * PAGE);
	expect_none(&space, U + 2 * LARGE);
	expect_walk(&space, U + 2 * LARGE + PAGE, 0x40000000 + LARGE + PAGE);
	space_end();
}
END_TEST

START_TEST(unmap_that_fails_tells_nothing)
{
	struct harvest h = { 0 };
	uint64_t pa;

	ck_assert_int_eq(map(U, 0x40000000, 2 * LARGE, PV_PROT_WRITE | PV_MAP_LARGE), PV_OK);
	ck_assert(model_access(U, true, &pa));
	machine.fail_page_all = 1;
	ck_assert_int_eq(pv_radix_unmap(&space, pv_va(U), LARGE + PAGE, harvested, &h), PV_E_NOMEM);
	machine.fail_page_all = 0;
	ck_assert_uint_eq(h.calls, 0);
	ck_assert_uint_eq(flags_at(U) & TOUCHED, TOUCHED);
	space_end();
}
END_TEST

Suite *
radix_change_suite(void)
{
	Suite *s = suite_create("radix_change");
	TCase *t = tcase_create("ranges");

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, radix_setup, machine_stop);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, unmap_with_holes);
	tcase_add_test(t, unmap_gives_tables_back);
	tcase_add_loop_test(t, unmap_in_any_order, 0, 3);
	tcase_add_test(t, split_is_stale);
	tcase_add_test(t, protect_keeps_bits_and_holes);
	tcase_add_test(t, protect_keeps_global);
	tcase_add_test(t, harvest_reports_once);
	tcase_add_test(t, harvest_a_large_page);
	tcase_add_test(t, unmap_tells_what_was_modified);
	tcase_add_test(t, unmap_that_fails_tells_nothing);
	return s;
}
