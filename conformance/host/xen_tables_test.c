/*
 * Tables that a batch makes in several spaces, on the model hypervisor: whichever of its
 * requests is refused, and whatever else runs in between, each page comes back and user
 * mode sees what the kernel sees.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <check.h>
#include <stdlib.h>

#include "xen_host.h"
#include "../../backends/xen/batch.h"

#define SPARSE		0x200000ul	/* each page below a leaf table of its own */
#define AT		0x8000000000ul
#define U		0x40000000ul
#define RW		(PV_PROT_READ | PV_PROT_WRITE | PV_PROT_USER)
#define TABLES		70u		/* more than the backend takes note of at a time */

static struct pv_space space, second;
static pv_status inner;

static void
maps_elsewhere(void)
{
	pv_mmu_begin();
	ck_assert_int_eq(pv_space_map(&second, pv_va(U), xh_page(0), 4096, RW), PV_OK);
	inner = pv_mmu_end();
}

/* A batch in two spaces with another one in between; true if its n-th request was refused. */
static bool
sparse_batch(unsigned n)
{
	struct pv_batch outer;
	pv_status s = PV_OK, ended;

	xm.refused.ordered = false;
	xm.refuse_at = n;
	pv_mmu_begin();
	for (unsigned i = 0; i < TABLES && s == PV_OK; i++)
		s = pv_space_map(i == 3 ? &second : &space, pv_va(AT + i * SPARSE), xh_page(i), 4096, RW);
	pv_xen_batch_park(&outer);
	if (!xm.refused.ordered)
		maps_elsewhere();
	pv_xen_batch_resume(&outer);
	ended = pv_mmu_end();
	s = s == PV_OK ? ended : s;
	xm.refuse_at = 0;
	ck_assert_int_eq(s, xm.refused.ordered && inner == PV_OK ? PV_E_REFUSED : PV_OK);
	return xm.refused.ordered;
}

/* Every page of a table is given back with its space, whichever request it was. */
START_TEST(refused_tables_come_back)
{
	struct pv_refusal r;
	bool more = true;

	for (unsigned n = 1; more; n += n < 30 ? 1 : 17) {
		inner = PV_OK;
		ck_assert_int_eq(pv_space_create(&space), PV_OK);
		ck_assert_int_eq(pv_space_create(&second), PV_OK);
		more = sparse_batch(n);
		xh_check_halves(&space, AT, SPARSE, TABLES);
		xh_check_halves(&second, AT, SPARSE, TABLES);
		ck_assert_int_eq(pv_space_destroy(&second), PV_OK);
		ck_assert_int_eq(pv_space_destroy(&space), PV_OK);
		ck_assert_msg(xh.pages_used == 0, "request %u refused: %u pages are lost", n, xh.pages_used);
		while (pv_refusal_get(&r))
			continue;
		xh_check("with a request refused");
	}
}
END_TEST

/* -- what pages were used ----------------------------------------------------------------------- */

#define MANY		1000u

static unsigned told[MANY];

/* The hardware's part. */
static void
use_pages(unsigned every)
{
	for (unsigned i = 0; i < MANY; i += every)
		*xm_leaf(xm.p2m[space.root.v / 4096], U + i * 4096) |= XM_AD;
}

static uint64_t
used(unsigned i)
{
	return xm_walk(xm.p2m[space.root.v / 4096], U + i * 4096) & XM_AD;
}

/* Who is told has what he is told already done. */
static void
on_page(void *arg, pv_vaddr va, unsigned flags)
{
	unsigned i = (unsigned)((va.v - U) / 4096);

	(void)arg;
	ck_assert_uint_eq(flags & (PV_MAP_REFERENCED | PV_MAP_MODIFIED), PV_MAP_REFERENCED | PV_MAP_MODIFIED);
	ck_assert_msg(used(i) == 0, "page %u is told, but not taken", i);
	told[i]++;
}

static pv_status
do_harvest(void)
{
	return pv_space_harvest(&space, pv_va(U), MANY * 4096, on_page, NULL);
}

static pv_status
do_unmap(void)
{
	return pv_space_unmap_harvest(&space, pv_va(U), MANY * 4096, on_page, NULL);
}

static pv_status (*const harvests[])(void) = { do_harvest, do_unmap };

START_TEST(harvest_is_a_few_calls)
{
	unsigned calls;

	ck_assert_int_eq(pv_space_create(&space), PV_OK);
	ck_assert_int_eq(pv_space_map(&space, pv_va(U), xh_page(0), MANY * 4096, RW), PV_OK);
	use_pages(3);
	calls = xm.calls;
	ck_assert_int_eq(harvests[_i](), PV_OK);
	ck_assert_uint_le(xm.calls - calls, 20);
	for (unsigned i = 0; i < MANY; i++)
		ck_assert_msg(told[i] == (i % 3 == 0), "page %u is told %u times", i, told[i]);
	/* Once. */
	ck_assert_int_eq(harvests[_i](), PV_OK);
	ck_assert_uint_eq(told[0] + told[3], 2);
	ck_assert_int_eq(pv_space_destroy(&space), PV_OK);
}
END_TEST

/* A page that could not be taken is not told, and is as it was. */
START_TEST(harvest_is_refused)
{
	struct pv_refusal r;

	ck_assert_int_eq(pv_space_create(&space), PV_OK);
	ck_assert_int_eq(pv_space_map(&space, pv_va(U), xh_page(0), MANY * 4096, RW), PV_OK);
	use_pages(1);
	xm.refuse_at = 75;
	ck_assert_int_eq(harvests[_i](), PV_E_REFUSED);
	for (unsigned i = 0; i < MANY; i++)
		ck_assert_msg(told[i] == (i != 74) && (used(i) != 0) == (i == 74), "page %u is told %u times", i,
		    told[i]);
	ck_assert(pv_refusal_get(&r));
	/* The next time. */
	ck_assert_int_eq(harvests[_i](), PV_OK);
	ck_assert_uint_eq(told[74], 1);
	ck_assert_int_eq(pv_space_destroy(&space), PV_OK);
	ck_assert_uint_eq(xh.pages_used, 0);
	xh_check("at the end");
}
END_TEST

static Suite *
tables_suite(void)
{
	Suite *suite = suite_create("xen_tables");
	TCase *tcase = tcase_create("tables");

	tcase_add_checked_fixture(tcase, xh_start_mmu, NULL);
	tcase_set_timeout(tcase, 100);
	tcase_add_test(tcase, refused_tables_come_back);
	tcase_add_loop_test(tcase, harvest_is_a_few_calls, 0, 2);
	tcase_add_loop_test(tcase, harvest_is_refused, 0, 2);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(tables_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
