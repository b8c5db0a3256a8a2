/*
 * The radix tree when the kernel has no page to give or the layer below refuses a
 * table, at every single place; and long random runs beside a plain list.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "radix_test.h"

#define REGION		(2 * HUGE - 8 * LARGE)	/* over the border of two directories */
#define REGION_PAGES	(16 * 512u)
#define OPS		20000u

/* -- each failure in turn ----------------------------------------------------------------- */

/* What may fail; each leaves the same state behind whenever it succeeds. */
static pv_status
scene(unsigned which)
{
	switch (which) {
	case 0:
		return map(REGION + PAGE, 0x1000000, 15 * LARGE, PV_PROT_WRITE);
	case 1:
		return map(REGION - PAGE, 0x40000000 - PAGE, 3 * LARGE + 2 * PAGE, PV_MAP_LARGE);
	case 2:
		return unmap(U + PAGE, 2 * LARGE);
	case 3:
		return pv_radix_protect(&space, pv_va(U + PAGE), 2 * LARGE, PV_PROT_USER);
	case 4:
		/* Far from everything: tables are made, nothing is mapped when one of them fails. */
		return map(is_pae() ? 0 : 0x7f0000000000, 0x1000000, PAGE, 0);
	default:
		/* Only the outermost pieces of a large page stay. */
		return unmap(U + PAGE, LARGE - 2 * PAGE);
	}
}

/* Run the scene with the n-th page (or claim) refused for n = 1, 2, ... until it passes untouched. */
START_TEST(nth_failure)
{
	unsigned which = (unsigned)_i / 2;
	bool claims = (_i & 1) != 0, maps = which < 2 || which == 4;

	ck_assert_int_eq(map(U, 0x40000000, 3 * LARGE, PV_MAP_LARGE | PV_PROT_WRITE), PV_OK);
	for (unsigned n = 1;; n++) {
		uint64_t pa[6], tables = space.tables;
		unsigned used = machine.pages_used, claimed = machine.tables_used;
		pv_status s;

		for (unsigned i = 0; i < 6; i++)
			pa[i] = space_walk(&space, U + i * (LARGE / 2)).pa;
		machine.fail_page = claims ? 0 : n;
		machine.fail_claim = claims ? n : 0;
		s = scene(which);
		if (s == PV_OK) {
			/* Fewer requests than n: nothing was refused. */
			ck_assert_uint_gt(n, which < 2 ? 2 : 1);
			break;
		}
		ck_assert_int_eq(s, claims ? PV_E_REFUSED : PV_E_NOMEM);
		for (unsigned i = 0; i < 6; i++)
			ck_assert_uint_eq(space_walk(&space, U + i * (LARGE / 2)).pa, pa[i]);
		ck_assert(space_walk(&space, U + LARGE).write);
		for (unsigned i = 0; i < 32 && maps; i++)
			expect_none(&space, REGION - PAGE + i * (LARGE / 2));
		ck_assert_uint_eq(space.tables, model_tables(space.root.v, false));
		ck_assert_uint_eq(machine.tables_used - claimed, space.tables - tables);
		/* A split may stay: it says the same. Everything else is given back. */
		ck_assert_uint_eq(machine.pages_used - used, space.tables - tables);
		ck_assert_uint_le(space.tables - tables, maps ? 0 : 1);
	}
	machine.fail_page = machine.fail_claim = 0;
	space_end();
}
END_TEST

/* create, with (2, 3) two roots or, under PAE, a directory of its own. */
START_TEST(nth_failure_of_create)
{
	bool claims = (_i & 1) != 0;
	unsigned claimed;

	machine_reset();
	machine.caps[PV_CAP_SPLIT_ROOTS] = !is_pae() && _i > 1;
	machine.caps[PV_CAP_LARGE_PAGES] = false;
	if (_i > 1)
		pv_radix_direct(0, 0, &machine_below);
	machine_start();
	pages_before = machine.pages_used;
	claimed = machine.tables_used;
	for (unsigned n = 1;; n++) {
		pv_status s;

		machine.fail_page = claims ? 0 : n;
		machine.fail_claim = claims ? n : 0;
		s = pv_radix_create(&space);
		if (s == PV_OK) {
			ck_assert_uint_eq(n, space.tables + 1);
			break;
		}
		ck_assert_int_eq(s, claims ? PV_E_REFUSED : PV_E_NOMEM);
		ck_assert_uint_eq(space.root.v, 0);
		ck_assert_uint_eq(machine.pages_used, pages_before);
		ck_assert_uint_eq(machine.tables_used, claimed);
	}
	machine.fail_page = machine.fail_claim = 0;
	pv_radix_activate(&space);
	space_end();
}
END_TEST

/* Tables that wait for a sync serve when the kernel has no more. */
START_TEST(own_dead_tables_help_out)
{
	ck_assert_int_eq(map(U, 0x1000000, PAGE, 0), PV_OK);
	ck_assert_int_eq(unmap(U, PAGE), PV_OK);
	machine.fail_page = 1;
	ck_assert_int_eq(map(U + 100 * LARGE, 0x1000000, PAGE, 0), PV_OK);
	ck_assert_uint_eq(machine.flush_range, 1);
	expect_walk(&space, U + 100 * LARGE, 0x1000000);
	space_end();
}
END_TEST

/* -- random ------------------------------------------------------------------------------------ */

static struct {
	bool mapped, seen, dirty;
	uint64_t pa;
	unsigned flags;			/* protection and cache */
} list[REGION_PAGES];
static uint64_t seed;

static uint64_t
roll(uint64_t below)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (seed >> 33) % below;
}

static const unsigned prots[] = {
	0, PV_PROT_WRITE, PV_PROT_USER, PV_PROT_EXEC | PV_PROT_USER, PV_PROT_WRITE | PV_PROT_USER | PV_MAP_WC,
	PV_PROT_WRITE | PV_MAP_UC, PV_MAP_WT | PV_PROT_EXEC,
};

/* A range, often of whole large pages. */
static void
some_range(unsigned *first, unsigned *n)
{
	if (roll(3) == 0) {
		*first = (unsigned)roll(16) * 512;
		*n = 512 * (1 + (unsigned)roll(4));
	} else {
		*first = (unsigned)roll(REGION_PAGES);
		*n = 1 + (unsigned)roll(roll(4) == 0 ? 1200 : 12);
	}
	if (*n > REGION_PAGES - *first)
		*n = REGION_PAGES - *first;
}

static void
random_map(unsigned first, unsigned n)
{
	unsigned flags = prots[roll(7)];
	uint64_t pa = (roll(2) == 0 ? roll(1 << 14) * LARGE + (first & 511) * PAGE : roll(1 << 24) * PAGE);
	bool busy = false;
	pv_status s;

	for (unsigned i = first; i < first + n; i++)
		busy = busy || list[i].mapped;
	s = map(REGION + first * PAGE, pa, n * PAGE, flags | (roll(2) == 0 ? PV_MAP_LARGE : 0));
	if (machine.fail_page_all != 0 && s == PV_E_NOMEM)
		return;
	ck_assert_int_eq(s, busy ? PV_E_EXIST : PV_OK);
	for (unsigned i = 0; !busy && i < n; i++) {
		list[first + i].mapped = true;
		list[first + i].seen = list[first + i].dirty = false;
		list[first + i].pa = pa + i * PAGE;
		list[first + i].flags = flags;
	}
}

static void
random_harvest(void *arg, pv_vaddr va, unsigned flags)
{
	unsigned i = (unsigned)((va.v - REGION) / PAGE), n = (flags & PV_MAP_LARGE) != 0 ? 512 : 1;
	bool seen = false, dirty = false;

	(void)arg;
	for (unsigned k = i; k < i + n; k++) {
		seen = seen || list[k].seen;
		dirty = dirty || list[k].dirty;
		list[k].seen = list[k].dirty = false;
	}
	/* The pieces of a large page inherit its bits, so more may be reported than was touched. */
	ck_assert(!seen || (flags & PV_MAP_REFERENCED) != 0);
	ck_assert(!dirty || (flags & PV_MAP_MODIFIED) != 0);
}

static void
random_change(unsigned first, unsigned n, bool remove)
{
	unsigned flags = prots[roll(7)];
	pv_status s = remove ? unmap(REGION + first * PAGE, n * PAGE) :
	    pv_radix_protect(&space, pv_va(REGION + first * PAGE), n * PAGE, flags);

	if (machine.fail_page_all != 0 && s == PV_E_NOMEM)
		return;
	ck_assert_int_eq(s, PV_OK);
	for (unsigned i = first; i < first + n; i++) {
		list[i].mapped = list[i].mapped && !remove;
		list[i].flags = flags;
	}
}

static void
random_touch(unsigned i)
{
	bool write = roll(2) == 0;
	uint64_t pa;
	bool allowed = list[i].mapped && (!write || (list[i].flags & PV_PROT_WRITE) != 0);

	pv_radix_sync(&space);
	ck_assert_int_eq(model_access(REGION + i * PAGE, write, &pa), allowed);
	if (!allowed)
		return;
	ck_assert_uint_eq(pa, list[i].pa);
	list[i].seen = true;
	list[i].dirty = list[i].dirty || write;
	pv_flush_all(false);
}

static void
compare(unsigned i)
{
	struct walk w = space_walk(&space, REGION + i * PAGE);
	unsigned flags;

	ck_assert_int_eq(w.present, list[i].mapped);
	if (!w.present)
		return;
	ck_assert_uint_eq(w.pa, list[i].pa);
	flags = flags_at(REGION + i * PAGE);
	ck_assert_uint_eq(flags & ~(TOUCHED | PV_MAP_LARGE), list[i].flags | PV_PROT_READ);
	ck_assert_int_eq(w.write, (flags & PV_PROT_WRITE) != 0);
	ck_assert_int_eq(w.user, (flags & PV_PROT_USER) != 0);
	ck_assert_int_eq(w.exec, (flags & PV_PROT_EXEC) != 0);
	ck_assert(!list[i].seen || (flags & PV_MAP_REFERENCED) != 0);
	ck_assert(!list[i].dirty || (flags & PV_MAP_MODIFIED) != 0);
}

static void
random_op(void)
{
	unsigned first, n, what = (unsigned)roll(16);

	some_range(&first, &n);
	if (what < 6)
		random_map(first, n);
	else if (what < 11)
		random_change(first, n, true);
	else if (what < 13)
		random_change(first, n, false);
	else if (what < 14)
		ck_assert_int_eq(PV_OK, pv_radix_harvest(&space, pv_va(REGION + first * PAGE), n * PAGE,
		    random_harvest, NULL));
	else
		random_touch(first);
	compare(first);
	compare(first + n - 1);
	compare((unsigned)roll(REGION_PAGES));
}

/* 20000 operations; every second seed with a kernel that is out of pages half of the time. */
START_TEST(random_runs)
{
	seed = 12345 + (uint64_t)_i;
	memset(list, 0, sizeof(list));
	for (unsigned op = 0; op < OPS; op++) {
		machine.fail_page_all = (_i & 1) != 0 && roll(2) == 0;
		random_op();
		ck_assert_uint_eq(machine.windows_open, 0);
		if (op % 1000 != 0)
			continue;
		for (unsigned i = 0; i < REGION_PAGES; i++)
			compare(i);
		pv_radix_sync(&space);
		ck_assert_uint_eq(space.tables, model_tables(space.root.v, false));
		ck_assert_uint_eq(machine.pages_used - pages_before, space.tables);
	}
	machine.fail_page_all = 0;
	ck_assert_uint_le(machine.windows_most, 4);
	ck_assert_int_eq(unmap(REGION, REGION_PAGES * PAGE), PV_OK);
	ck_assert_uint_eq(space.tables, is_pae() ? 4 : 1);
	space_end();
}
END_TEST

Suite *
radix_fault_suite(void)
{
	Suite *s = suite_create("radix_fault");
	TCase *t = tcase_create("failures");

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, radix_setup, machine_stop);
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, nth_failure, 0, 12);
	tcase_add_loop_test(t, nth_failure_of_create, 0, 4);
	tcase_add_test(t, own_dead_tables_help_out);
	tcase_add_loop_test(t, random_runs, 0, 4);
	return s;
}
