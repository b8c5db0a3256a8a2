/*
 * The radix tree: making and giving back spaces, what they share, when old
 * translations are gone.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "radix_test.h"

/* Where machine_start() has mapped physical memory from 0 on. */
#define OLD_KERNEL	(pv_radix_geometry.kernel_start + (is_pae() ? 0 : 0x80000000000ull))

static struct pv_space other;

/* -- create and destroy --------------------------------------------------------------- */

START_TEST(init_takes_the_tables_over)
{
	pv_radix_activate(NULL);
	ck_assert_uint_eq(kernel->root.v, machine.root);
	ck_assert_uint_eq(kernel->root.v & 0xf, 0);
	pv_radix_activate(&space);
	expect_walk(kernel, OLD_KERNEL + 0x3123, 0x3123);
	/* The entry that the window of hook va_alloc needs is there before any space is. */
	ck_assert_int_eq(map(kernel_va(), 0x1000000, PAGE, 0), PV_OK);
	expect_walk(&space, kernel_va(), 0x1000000);
}
END_TEST

/* A kernel with hook va_map keeps its own tables: nothing is added to them. */
START_TEST(init_leaves_foreign_tables_alone)
{
	machine_reset();
	machine.own_tables = true;
	machine_start();
	ck_assert_uint_eq(machine.sets, 0);
	ck_assert_uint_eq(machine.pages_asked, 0);
}
END_TEST

START_TEST(create_shares_the_kernel)
{
	for (unsigned i = 0; i < 512; i += 17)
		expect_walk(&space, OLD_KERNEL + i * PAGE, i * PAGE);
	ck_assert_uint_eq(space.tables, model_tables(space.root.v, false));
	ck_assert_uint_eq(machine.pages_used - pages_before, space.tables);
	space_end();
}
END_TEST

/* All that user space can have, then destroyed without an unmap. */
START_TEST(destroy_gives_everything_back)
{
	ck_assert_int_eq(map(0, 0x1000000, 5 * PAGE, PV_PROT_USER), PV_OK);
	ck_assert_int_eq(map(U, 0x40000000, 3 * LARGE, PV_MAP_LARGE), PV_OK);
	ck_assert_int_eq(map(2 * HUGE - LARGE, 0x40000000, 2 * LARGE, 0), PV_OK);
	if (!is_pae())
		ck_assert_int_eq(map(0x7fffffffe000, 0x1000000, PAGE, 0), PV_OK);
	ck_assert_int_eq(unmap(0, 5 * PAGE), PV_OK);	/* leaves tables to a sync that never comes */
	space_end();
	ck_assert_uint_eq(space.root.v, 0);
	/* The kernel's tables are untouched. */
	expect_walk(kernel, OLD_KERNEL, 0);
}
END_TEST

START_TEST(destroy_refused)
{
	uint64_t hash;
	unsigned used;

	ck_assert_int_eq(map(U, 0x1000000, PAGE, 0), PV_OK);
	pv_radix_activate(NULL);
	hash = model_hash(space.root.v);
	used = machine.pages_used;
	machine.fail_release = 1;
	ck_assert_int_eq(pv_radix_destroy(&space), PV_E_BUSY);
	ck_assert_uint_eq(model_hash(space.root.v), hash);
	ck_assert_uint_eq(machine.pages_used, used);
	space_end();
}
END_TEST

/* The second of two tables that have to be released first: the other is as before. */
START_TEST(destroy_refused_halfway)
{
	unsigned used, claimed;

	machine_reset();
	machine.caps[PV_CAP_SPLIT_ROOTS] = !is_pae();
	machine.caps[PV_CAP_LARGE_PAGES] = false;
	pv_radix_direct(0, 0, &machine_below);
	machine_start();
	space_begin();
	ck_assert_int_eq(map(U, 0x1000000, PAGE, 0), PV_OK);
	pv_radix_activate(NULL);
	used = machine.pages_used;
	claimed = machine.tables_used;
	machine.fail_release = 2;
	ck_assert_int_eq(pv_radix_destroy(&space), PV_E_BUSY);
	ck_assert_uint_eq(machine.pages_used, used);
	ck_assert_uint_eq(machine.tables_used, claimed);
	pv_radix_activate(&space);
	expect_walk(&space, U, 0x1000000);
	space_end();
}
END_TEST

/* A table that the layer below keeps is lost, and said to be. */
START_TEST(table_that_cannot_be_released)
{
	unsigned used;

	ck_assert_int_eq(map(U, 0x1000000, PAGE, 0), PV_OK);
	used = machine.pages_used;
	machine.fail_release = 1;
	ck_assert_int_eq(unmap(U, PAGE), PV_E_BUSY);
	expect_none(&space, U);
	ck_assert_uint_eq(machine.logs, 1);
	pv_radix_sync(&space);
	ck_assert_uint_eq(used - machine.pages_used, is_pae() ? 0 : 2);
}
END_TEST

/* -- the kernel half is one ---------------------------------------------------------------- */

/* A new upper entry of the kernel reaches the active space at once, others when they are next. */
START_TEST(kernel_grows)
{
	uint64_t k = is_pae() ? 0xe0000000u : 0xffffd00000000000ull;

	ck_assert_int_eq(pv_radix_create(&other), PV_OK);
	ck_assert_int_eq(map(k, 0x1000000, PAGE, PV_PROT_WRITE), PV_OK);
	expect_walk(&space, k, 0x1000000);
	pv_radix_activate(&other);
	model_cpu.space = &other;
	expect_walk(&other, k, 0x1000000);
	/* User mode is kept out at every level, not just by the leaf. */
	*space_walk(kernel, k).where |= PV_PTE_U;
	ck_assert(!space_walk(&other, k).user);
	ck_assert_int_eq(unmap(k, PAGE), PV_OK);
	expect_none(&other, k);
	expect_none(&space, k);
	model_cpu.space = NULL;
	pv_radix_activate(NULL);
	ck_assert_int_eq(pv_radix_destroy(&other), PV_OK);
}
END_TEST

START_TEST(kernel_up_to_the_last_page)
{
	uint64_t last = is_pae() ? 0xfffff000u : 0xfffffffffffff000ull;

	ck_assert_int_eq(map(last - 3 * PAGE, 0x1000000, 4 * PAGE, PV_PROT_EXEC), PV_OK);
	expect_walk(kernel, last + 0xfff, 0x1003fff);
	expect_walk(&space, last, 0x1003000);
	ck_assert_int_eq(pv_radix_protect(kernel, pv_va(last), PAGE, 0), PV_OK);
	ck_assert(!space_walk(&space, last).exec);
	ck_assert_int_eq(unmap(last - PAGE, 2 * PAGE), PV_OK);
	expect_none(&space, last);
	expect_walk(&space, last - 2 * PAGE, 0x1001000);
	pv_radix_sync(kernel);
	ck_assert_uint_ge(machine.flush_range, 1);
	ck_assert_int_eq(unmap(last - 3 * PAGE, 4 * PAGE), PV_OK);
	expect_none(kernel, last - 3 * PAGE);
	pv_radix_sync(kernel);
}
END_TEST

/* Where kernel and user share a ring, the layer below sets U in the kernel's entries, too. */
START_TEST(kernel_pages_are_never_user)
{
	uint64_t k = kernel_va();
	pv_paddr pa;
	unsigned flags;

	ck_assert_int_eq(map(k, 0x1000000, PAGE, 0), PV_OK);
	*space_walk(kernel, k).where |= PV_PTE_U;
	ck_assert_int_eq(pv_radix_query(kernel, pv_va(k), &pa, &flags), PV_OK);
	ck_assert_uint_eq(flags, PV_PROT_READ);
}
END_TEST

/* Kernel tables stay: they hang in all spaces. */
START_TEST(kernel_tables_stay)
{
	unsigned used;

	ck_assert_int_eq(map(kernel_va(), 0x1000000, 600 * PAGE, 0), PV_OK);
	used = machine.pages_used;
	ck_assert_int_eq(unmap(kernel_va(), 600 * PAGE), PV_OK);
	pv_radix_sync(kernel);
	ck_assert_uint_eq(machine.pages_used, used);
	ck_assert_int_eq(map(kernel_va(), 0x1000000, 600 * PAGE, 0), PV_OK);
	ck_assert_uint_eq(machine.pages_used, used);
}
END_TEST

/* Entries that belong to the layer below are not copied, and not even looked at. */
START_TEST(hole_is_left_out)
{
	uint64_t k = 0xffff800000000000ull;

	model_page(kernel->root.v)[260] = model_take() | 3;
	pv_radix_direct(k, 16 * (512 * HUGE), &machine_below);
	ck_assert_int_eq(pv_radix_create(&other), PV_OK);
	ck_assert_uint_eq(model_page(other.root.v)[260], 0);
	ck_assert_uint_ne(model_page(other.root.v)[272], 0);
	ck_assert_int_eq(pv_radix_destroy(&other), PV_OK);
}
END_TEST

/* -- two roots (Xen PV on x86_64) -------------------------------------------------------------- */

START_TEST(split_roots)
{
	struct walk w;

	machine_reset();
	machine.caps[PV_CAP_SPLIT_ROOTS] = true;
	machine.caps[PV_CAP_LARGE_PAGES] = false;
	pv_radix_direct(0, 0, &machine_below);
	machine_start();
	space_begin();
	ck_assert_uint_ne(machine.user_root, machine.root);
	ck_assert_int_eq(map(U, 0x1000000, PAGE, PV_PROT_USER), PV_OK);
	w = model_walk(machine.user_root, U);
	ck_assert(w.present && w.user);
	ck_assert_uint_eq(w.pa, 0x1000000);
	/* User mode has nothing of the kernel. */
	ck_assert(!model_walk(machine.user_root, 0xffff880000000000ull).present);
	ck_assert_int_eq(unmap(U, PAGE), PV_OK);
	ck_assert(!model_walk(machine.user_root, U).present);
	ck_assert_uint_eq(model_page(machine.user_root)[0], 0);
	pv_radix_activate(NULL);
	ck_assert_uint_eq(machine.user_root, 0);
	pv_radix_activate(&space);
	space_end();
}
END_TEST

/* -- PAE ------------------------------------------------------------------------------------------ */

/* The CPU copies the four root entries at a load of CR3: they never change under a space. */
START_TEST(pae_root_never_changes)
{
	uint64_t root[4];

	for (unsigned i = 0; i < 4; i++) {
		root[i] = model_page(space.root.v)[i];
		ck_assert_uint_eq(root[i] & ~PV_PTE_FRAME, PV_PTE_P);
	}
	ck_assert_uint_lt(space.root.v, 0x100000000ull);
	for (uint64_t va = 0; va < 3 * HUGE; va += HUGE / 2)
		ck_assert_int_eq(map(va, 0x1000000, PAGE, 0), PV_OK);
	ck_assert_int_eq(unmap(0, 3 * HUGE), PV_OK);
	pv_radix_sync(&space);
	for (unsigned i = 0; i < 4; i++)
		ck_assert_uint_eq(model_page(space.root.v)[i], root[i]);
	space_end();
}
END_TEST

/* Memory above 4 GiB is good for tables, but not for roots. */
START_TEST(pae_root_below_4g)
{
	machine_reset();
	machine.no_pages_alloc = _i != 0;
	machine.pool_base = 0x200000000ull;
	machine_start();
	if (_i != 0) {
		ck_assert_int_eq(pv_radix_create(&other), PV_E_NOMEM);
		ck_assert_uint_eq(other.root.v, 0);
		return;
	}
	ck_assert_int_eq(pv_radix_create(&other), PV_OK);
	ck_assert_uint_lt(other.root.v, 0x100000000ull);
	ck_assert_int_eq(pv_radix_map(&other, pv_va(U), pv_pa(0x300000000ull), PAGE, 0), PV_OK);
	expect_walk(&other, U, 0x300000000ull);
	ck_assert_int_eq(pv_radix_destroy(&other), PV_OK);
}
END_TEST

/* Machine frames in the tables (Xen): the kernel's directory cannot be shared, its tables can. */
START_TEST(pae_private_directory)
{
	uint64_t k = 0xe0000000u;

	machine_reset();
	machine.caps[PV_CAP_DIRECT_TABLES] = true;
	machine.caps[PV_CAP_LARGE_PAGES] = false;
	pv_radix_direct(0xf5800000u, 0xa800000u, &machine_below);
	machine_start();
	space_begin();
	ck_assert_int_eq(pv_radix_create(&other), PV_OK);
	ck_assert_uint_ne(model_page(space.root.v)[3], model_page(other.root.v)[3]);
	expect_walk(&space, 0xc0005000u, 0x5000);
	ck_assert_int_eq(map(k, 0x1000000, PAGE, 0), PV_OK);
	expect_walk(&space, k, 0x1000000);
	expect_none(&other, k);
	pv_radix_activate(&other);
	model_cpu.space = &other;
	expect_walk(&other, k, 0x1000000);
	ck_assert_int_eq(unmap(k, PAGE), PV_OK);
	expect_none(&other, k);
	expect_none(&space, k);
	model_cpu.space = NULL;
	pv_radix_activate(NULL);
	ck_assert_int_eq(pv_radix_destroy(&other), PV_OK);
	ck_assert_int_eq(pv_radix_destroy(&space), PV_OK);
	ck_assert_uint_eq(machine.pages_used - pages_before, 1);	/* the kernel's new table */
}
END_TEST

/* -- sync ------------------------------------------------------------------------------------------- */

START_TEST(sync_after_unmap)
{
	uint64_t pa;

	ck_assert_int_eq(map(U, 0x1000000, 2 * PAGE, PV_PROT_WRITE), PV_OK);
	ck_assert(model_access(U, true, &pa));
	ck_assert_int_eq(unmap(U, PAGE), PV_OK);
	ck_assert_uint_eq(model_cached(U), 1);
	pv_radix_sync(&space);
	ck_assert_uint_eq(model_cached(U), 0);
	ck_assert(!model_access(U, false, &pa));
	space_end();
}
END_TEST

START_TEST(sync_after_protect)
{
	uint64_t pa;

	ck_assert_int_eq(map(U, 0x1000000, PAGE, PV_PROT_WRITE), PV_OK);
	ck_assert(model_access(U, true, &pa));
	ck_assert_int_eq(pv_radix_protect(&space, pv_va(U), PAGE, 0), PV_OK);
	pv_radix_sync(&space);
	ck_assert(!model_access(U, true, &pa));
	ck_assert(model_access(U, false, &pa));
	space_end();
}
END_TEST

/* Several changes, one flush that covers them all, and none when there is nothing. */
START_TEST(sync_once_for_all)
{
	uint64_t pa;

	ck_assert_int_eq(map(U, 0x1000000, 64 * PAGE, PV_PROT_WRITE), PV_OK);
	pv_radix_sync(&space);
	ck_assert_uint_eq(machine.flush_range, 0);
	for (unsigned i = 10; i < 20; i++)
		ck_assert(model_access(U + i * PAGE, true, &pa));
	ck_assert_int_eq(unmap(U + 12 * PAGE, PAGE), PV_OK);
	ck_assert_int_eq(pv_radix_protect(&space, pv_va(U + 17 * PAGE), PAGE, 0), PV_OK);
	ck_assert_int_eq(unmap(U + 10 * PAGE, PAGE), PV_OK);
	pv_radix_sync(&space);
	ck_assert_uint_eq(machine.flush_range, 1);
	ck_assert_uint_eq(machine.flush_bytes, 8 * PAGE);
	ck_assert_uint_eq(model_cached(U + 10 * PAGE), 0);
	ck_assert_uint_eq(model_cached(U + 12 * PAGE), 0);
	ck_assert_uint_eq(model_cached(U + 17 * PAGE), 0);
	ck_assert_uint_eq(model_cached(U + 19 * PAGE), 1);
	pv_radix_sync(&space);
	ck_assert_uint_eq(machine.flush_range, 1);
	space_end();
}
END_TEST

/* A space that no CPU is on has nothing to flush; its tables still come back. */
START_TEST(sync_of_an_inactive_space)
{
	unsigned used = machine.pages_used;

	model_cpu.space = NULL;
	pv_radix_activate(NULL);
	ck_assert_int_eq(map(U, 0x1000000, PAGE, 0), PV_OK);
	ck_assert_int_eq(unmap(U, PAGE), PV_OK);
	pv_radix_sync(&space);
	ck_assert_uint_eq(machine.flush_range + machine.flush_all, 0);
	ck_assert_uint_eq(machine.pages_used, used);
	space_end();
}
END_TEST

START_TEST(activate_sets_roots)
{
	ck_assert_uint_eq(machine.root, space.root.v);
	ck_assert_uint_eq(machine.user_root, space.root.v);
	pv_radix_activate(NULL);
	ck_assert_uint_eq(machine.root, kernel->root.v);
	space_end();
}
END_TEST

static void
add_pae(TCase *t)
{
	tcase_add_test(t, pae_root_never_changes);
	tcase_add_loop_test(t, pae_root_below_4g, 0, 2);
	tcase_add_test(t, pae_private_directory);
}

Suite *
radix_space_suite(void)
{
	Suite *s = suite_create("radix_space");
	TCase *t = tcase_create("spaces");

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, radix_setup, machine_stop);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, init_takes_the_tables_over);
	tcase_add_test(t, init_leaves_foreign_tables_alone);
	tcase_add_test(t, create_shares_the_kernel);
	tcase_add_test(t, destroy_gives_everything_back);
	tcase_add_test(t, destroy_refused);
	tcase_add_test(t, destroy_refused_halfway);
	tcase_add_test(t, table_that_cannot_be_released);
	tcase_add_test(t, kernel_grows);
	tcase_add_test(t, kernel_up_to_the_last_page);
	tcase_add_test(t, kernel_pages_are_never_user);
	tcase_add_test(t, kernel_tables_stay);
	tcase_add_test(t, sync_after_unmap);
	tcase_add_test(t, sync_after_protect);
	tcase_add_test(t, sync_once_for_all);
	tcase_add_test(t, sync_of_an_inactive_space);
	tcase_add_test(t, activate_sets_roots);
	if (is_pae()) {
		add_pae(t);
	} else {
		tcase_add_test(t, hole_is_left_out);
		tcase_add_test(t, split_roots);
	}
	return s;
}
