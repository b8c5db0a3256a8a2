/*
 * Loads of descriptor tables on the model hypervisor that refuses a request and then
 * all others: the way back is refused, too. What the backend says is in force must be
 * what Xen has, and nothing may be lost for good. One refusal alone: xen_desc_test.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pv/x86/desc.h>
#include "xen_host_desc.h"
#include "../../backends/xen/p2m.h"
#include "run.h"

#define SMALL	XH_SMALL	/* entries: one page */
#define LARGE	600u		/* two */

static pv_status
gdt(uint64_t *table, unsigned entries)
{
	return pv_xen_desc_ops.gdt_load(table, entries * 8 - 1);
}

static pv_status
first(void)
{
	return gdt(xh_table(FIRST), SMALL);
}

static pv_status
first_longer(void)
{
	return gdt(xh_table(FIRST), LARGE);
}

static pv_status
other(void)
{
	return gdt(xh_table(OTHER), LARGE);
}

/* The second page of one is the first of the other. */
static pv_status
overlapping(void)
{
	return gdt(xh_table(FIRST) + 512, LARGE);
}

static pv_status
other_in_batch(void)
{
	pv_status s;

	pv_mmu_begin();
	s = other();
	(void)pv_mmu_end();
	return s;
}

static pv_status
ldt(void)
{
	return pv_xen_desc_ops.ldt_load(xh_table(LOCAL), LARGE);
}

static pv_status
ldt_other(void)
{
	return pv_xen_desc_ops.ldt_load(xh_table(LOCAL_OTHER), SMALL);
}

static pv_status
ldt_none(void)
{
	return pv_xen_desc_ops.ldt_load(NULL, 0);
}

static const struct {
	pv_status (*before)(void), (*run)(void);
} loads[] = {
	{ first, other },
	{ first, first_longer },
	{ first_longer, first },
	{ first_longer, overlapping },
	{ first, other_in_batch },
	{ ldt_none, ldt },
	{ ldt, ldt_other },
	{ ldt, ldt_none },
};
#define NR_LOADS	(sizeof(loads) / sizeof(loads[0]))

/* What the backend says is in force Xen has, and it is writable nowhere. */
static void
expect_in_force(void)
{
	uintptr_t table;
	unsigned limit;

	pv_xen_desc_ops.gdt_read(&table, &limit);
	ck_assert_uint_eq(xm.gdt_entries, (limit + 1) / 8);
	for (unsigned i = 0; i < (xm.gdt_entries + 511) / 512; i++) {
		ck_assert_uint_eq(xm.gdt[i], xm_mfn(xm_walk(xm.root, table + i * 4096ul)));
		ck_assert(!xh_writable(table + i * 4096ul));
	}
	ck_assert_int_eq(xm.ldt_entries != 0, pv_xen_desc_ops.ldt_read() != 0);
	for (unsigned i = 0; i < (xm.ldt_entries + 511) / 512; i++)
		ck_assert(!xh_writable(xm.ldt_base + i * 4096ul));
}

/* True if there was an n-th request, which then was refused, with all behind it. */
static bool
run_refused(unsigned load, unsigned n)
{
	struct pv_refusal r;
	pv_status s;

	xm.refused.ordered = false;
	xm.refuse_with = -XEN_ENOMEM;
	xm.refuse_on = true;
	xm.refuse_at = n;
	s = loads[load].run();
	xm.refuse_at = 0;
	/* A flush alone is no reason to go back. */
	if (s != PV_OK || !xm.refused.ordered)
		ck_assert_int_eq(s, xm.refused.ordered ? PV_E_REFUSED : PV_OK);
	ck_assert_int_eq(pv_refusal_get(&r), xm.refused.ordered);
	while (pv_refusal_get(&r))
		continue;
	return xm.refused.ordered;
}

/* In a process of its own: what the backend keeps begins afresh. True: there was an n-th request. */
static bool
try_refused(unsigned load, unsigned n)
{
	static struct xh_view after, now;
	bool refused;

	xh_start_mmu();
	ck_assert_int_eq(first(), PV_OK);
	ck_assert_int_eq(loads[load].before(), PV_OK);
	ck_assert_int_eq(loads[load].run(), PV_OK);
	xh_look(&after);
	ck_assert_int_eq(loads[load].before(), PV_OK);
	refused = run_refused(load, n);
	expect_in_force();
	xh_check("refused");
	ck_assert_int_eq(loads[load].before(), PV_OK);
	ck_assert_int_eq(loads[load].run(), PV_OK);
	expect_in_force();
	xh_look(&now);
	ck_assert_msg(memcmp(&now, &after, sizeof(now)) == 0, "load %u, request %u: something stays behind", load, n);
	xh_check("once more");
	return refused;
}

START_TEST(refused_from_any_request_on)
{
	unsigned n = 0;
	int status;

	do {
		pid_t child = fork();

		if (child == 0)
			_exit(try_refused((unsigned)_i, n + 1) ? 0 : 2);
		ck_assert_int_eq(waitpid(child, &status, 0), child);
	} while (status == 0 && ++n < 100);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 2, "load %d, request %u: status 0x%x", _i, n + 1,
	    (unsigned)status);
	ck_assert_uint_gt(n, 1);
}
END_TEST

static Suite *
load_suite(void)
{
	Suite *suite = suite_create("xen_load");
	TCase *tcase = tcase_create("load");

	tcase_set_timeout(tcase, 100);
	tcase_add_loop_test(tcase, refused_from_any_request_on, 0, NR_LOADS);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return run_all(srunner_create(load_suite()));
}
