/*
 * The public functions of <pv/mmu.h>: what they refuse before the op table sees it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "radix_test.h"

static struct pv_space other;

static void
front_setup(void)
{
	machine_reset();
	machine_start();
	ck_assert_int_eq(pv_space_create(&space), PV_OK);
}

START_TEST(map_arguments)
{
	static const struct {
		bool kernel;
		uint64_t va, pa, size;
		unsigned flags;
		pv_status s;
	} t[] = {
		{ false, U, 0, PAGE, 0, PV_OK },
		{ false, U, 0, 0, 0, PV_E_INVAL },
		{ false, U + 1, 0, PAGE, 0, PV_E_INVAL },
		{ false, U, 8, PAGE, 0, PV_E_INVAL },
		{ false, U, 0, PAGE + 1, 0, PV_E_INVAL },
		{ false, U, 0, 0 - U + PAGE, 0, PV_E_INVAL },
		{ false, U, 0xfffffffffffff000ull, 2 * PAGE, 0, PV_E_INVAL },
		{ false, 0x00007fffffffe000ull, 0, PAGE, 0, PV_OK },
		{ false, 0x00007fffffffe000ull, 0, 2 * PAGE, 0, PV_E_RANGE },
		{ false, 0x00007ffffffff000ull, 0, PAGE, 0, PV_E_RANGE },
		{ false, 0x0000800000000000ull, 0, PAGE, 0, PV_E_RANGE },
		{ false, 0xffffc90000000000ull, 0, PAGE, 0, PV_E_RANGE },
		{ false, U, 1ull << 40, PAGE, 0, PV_E_RANGE },
		{ false, U, 0, PAGE, PV_MAP_GLOBAL, PV_E_INVAL },
		{ false, U, 0, PAGE, PV_MAP_REFERENCED, PV_E_INVAL },
		{ false, U, 0, PAGE, PV_MAP_MODIFIED, PV_E_INVAL },
		{ false, U, 0, PAGE, 0x1000, PV_E_INVAL },
		{ true, 0xffffc90000000000ull, 0, PAGE, PV_MAP_GLOBAL, PV_OK },
		{ true, 0xfffffffffffff000ull, 0, PAGE, 0, PV_OK },
		{ true, 0xfffffffffffff000ull, 0, 2 * PAGE, 0, PV_E_INVAL },
		{ true, 0xffffc90000000000ull, 0, PAGE, PV_PROT_USER, PV_E_INVAL },
		{ true, U, 0, PAGE, 0, PV_E_RANGE },
		{ true, 0xffff7ffffffff000ull, 0, 2 * PAGE, 0, PV_E_RANGE },
	};

	for (unsigned i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct pv_space *s = t[i].kernel ? kernel : &space;

		ck_assert_msg(t[i].s == pv_space_map(s, pv_va(t[i].va), pv_pa(t[i].pa), t[i].size,
		    t[i].flags), "line %u", i);
		if (t[i].s == PV_OK)
			ck_assert_int_eq(pv_space_unmap(s, pv_va(t[i].va), t[i].size), PV_OK);
	}
	ck_assert_int_eq(pv_space_map(NULL, pv_va(U), pv_pa(0), PAGE, 0), PV_E_INVAL);
	ck_assert_int_eq(pv_space_map(&other, pv_va(U), pv_pa(0), PAGE, 0), PV_E_INVAL);
}
END_TEST

START_TEST(other_arguments)
{
	pv_paddr pa;
	unsigned flags;

	ck_assert_int_eq(pv_space_unmap(&space, pv_va(U + 1), PAGE), PV_E_INVAL);
	ck_assert_int_eq(pv_space_unmap(&space, pv_va(U), 0), PV_E_INVAL);
	ck_assert_int_eq(pv_space_unmap(&space, pv_va(0xffffc90000000000ull), PAGE), PV_E_RANGE);
	ck_assert_int_eq(pv_space_protect(&space, pv_va(U), PAGE, PV_MAP_SOFT1), PV_E_INVAL);
	ck_assert_int_eq(pv_space_protect(&space, pv_va(U), PAGE, PV_MAP_GLOBAL), PV_E_INVAL);
	ck_assert_int_eq(pv_space_protect(kernel, pv_va(kernel_va()), PAGE, PV_PROT_USER), PV_E_INVAL);
	ck_assert_int_eq(pv_space_protect(&space, pv_va(U), PAGE, PV_PROT_WRITE | PV_MAP_UC), PV_OK);
	ck_assert_int_eq(pv_space_query(&space, pv_va(U + 123), &pa, &flags), PV_E_NOENT);
	ck_assert_int_eq(pv_space_query(&space, pv_va(0xffffc90000000000ull), &pa, &flags), PV_E_RANGE);
	ck_assert_int_eq(pv_space_harvest(&space, pv_va(U), PAGE, NULL, NULL), PV_E_INVAL);
	ck_assert_int_eq(pv_space_unmap_harvest(&space, pv_va(U), PAGE, NULL, NULL), PV_E_INVAL);
	ck_assert_int_eq(pv_space_unmap_harvest(&space, pv_va(U), 0, NULL, NULL), PV_E_INVAL);
	ck_assert_int_eq(pv_space_create(kernel), PV_E_INVAL);
	ck_assert_int_eq(pv_space_create(NULL), PV_E_INVAL);
	ck_assert_int_eq(pv_space_destroy(kernel), PV_E_INVAL);
}
END_TEST

START_TEST(user_range)
{
	pv_vaddr start, end;

	pv_space_user_range(&start, &end);
	ck_assert_uint_eq(start.v, 0);
	ck_assert_uint_eq(end.v, 0x00007ffffffff000ull);
	ck_assert_int_eq(pv_space_map(&space, start, pv_pa(0), PAGE, 0), PV_OK);
	ck_assert_int_eq(pv_space_map(&space, pv_va(end.v - PAGE), pv_pa(0), PAGE, 0), PV_OK);
	ck_assert_int_eq(pv_space_map(&space, end, pv_pa(0), PAGE, 0), PV_E_RANGE);
	ck_assert_int_eq(pv_space_destroy(&space), PV_OK);
}
END_TEST

START_TEST(destroy_an_active_space)
{
	pv_space_activate(&space);
	ck_assert_ptr_eq(model_cpu.space, &space);
	ck_assert_int_eq(pv_space_destroy(&space), PV_E_BUSY);
	/* Another CPU goes there; this one leaves. */
	model_cpu.id = 3;
	pv_space_activate(&space);
	model_cpu.id = 0;
	pv_space_activate(kernel);
	ck_assert_ptr_null(model_cpu.space);
	ck_assert_uint_eq(machine.root, kernel->root.v);
	ck_assert_int_eq(pv_space_destroy(&space), PV_E_BUSY);
	model_cpu.id = 3;
	pv_space_activate(NULL);
	ck_assert_int_eq(pv_space_destroy(&space), PV_OK);
	ck_assert_int_eq(pv_space_destroy(&space), PV_E_INVAL);
}
END_TEST

START_TEST(batches)
{
	ck_assert_int_eq(pv_mmu_end(), PV_E_INVAL);
	pv_mmu_begin();
	ck_assert_int_eq(pv_space_map(&space, pv_va(U), pv_pa(0x5000), PAGE, 0), PV_OK);
	expect_walk(&space, U, 0x5000);
	ck_assert_int_eq(pv_mmu_end(), PV_OK);
	ck_assert_int_eq(pv_mmu_end(), PV_E_INVAL);
}
END_TEST

START_TEST(batches_do_not_nest)
{
	pv_mmu_begin();
	pv_mmu_begin();		/* panics: exit status 77 */
}
END_TEST

START_TEST(frames)
{
	uint64_t a = model_take(), b = model_take();

	for (unsigned i = 0; i < 512; i++)
		model_page(a)[i] = i * 3;
	pv_frame_copy(pv_pa(b), pv_pa(a));
	ck_assert_mem_eq(model_page(a), model_page(b), PAGE);
	pv_frame_zero(pv_pa(a + 8));	/* anywhere in the frame */
	for (unsigned i = 0; i < 512; i++)
		ck_assert_uint_eq(model_page(a)[i], 0);
	ck_assert_uint_eq(model_page(b)[511], 511 * 3);
	ck_assert_uint_eq(pv_frame_colours(), 1);
	ck_assert_uint_eq(machine.windows_open, 0);
}
END_TEST

Suite *
space_front_suite(void)
{
	Suite *s = suite_create("space_front");
	TCase *t = tcase_create("arguments");

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, front_setup, machine_stop);
	tcase_add_test(t, map_arguments);
	tcase_add_test(t, other_arguments);
	tcase_add_test(t, user_range);
	tcase_add_test(t, destroy_an_active_space);
	tcase_add_test(t, batches);
	tcase_add_exit_test(t, batches_do_not_nest, 77);
	tcase_add_test(t, frames);
	return s;
}
