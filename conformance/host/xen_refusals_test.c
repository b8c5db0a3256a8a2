/*
 * The cases of conformance/guest/xen on the model hypervisor: what they pass here, they
 * pass on Xen, and the other way round.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../guest/xen/refusals.h"
#include "xen_model.h"
#include "run.h"

static const struct suite *const refused[] = {
	&suite_refused_tables, &suite_refused_frames, &suite_refused_descriptors, &suite_refused_events,
	&suite_refused_others,
};
static unsigned next_page;

long pv_xen_call(unsigned nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d);

long
refusal_call(unsigned nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	return pv_xen_call(nr, a, b, c, d);
}

bool
refusal_applies(unsigned flags)
{
	(void)flags;
	return true;
}

struct refusal_page
refusal_page(void)
{
	struct refusal_page page = { (char *)XM_DIRECT + next_page * 4096ul, xm.p2m[next_page] };

	memset(page.va, 0, 4096);
	next_page++;
	return page;
}

void
refusal_page_free(struct refusal_page page)
{
	/* An ordinary page is what it is on the way back. */
	memset(page.va, 0x33, 4096);
	ck_assert_uint_eq(xm.frame[page.mfn].types, 1);
	ck_assert_uint_eq(xm.frame[page.mfn].refs, 2);
}

unsigned long
refusal_foreign_frame(void)
{
	return next_page % 2 == 0 ? 100 : 900;
}

unsigned long
refusal_root(void)
{
	return xm.root;
}

void
refusal_touch_ldt(unsigned selector)
{
	xm_touch_ldt(selector);
}

bool
refusal_info_moved(void)
{
	return xm.info_moved;
}

bool
refusal_differs(enum refusal_difference difference, long *answer)
{
	(void)difference;
	(void)answer;
	return false;
}

void
refusal_wrong(const char *file, unsigned line, const char *what, long got, long wanted)
{
	ck_abort_msg("%s:%u: %s gave %ld, not %ld", file, line, what, got, wanted);
}

static void
start(void)
{
	struct xen_register_vcpu_info info = { .offset = 64 };
	unsigned long frame;
	struct xen_setup_table grants = { .dom = XEN_DOMID_SELF, .nr_frames = 1, .frame_list = (unsigned long)&frame };

	xm_start();
	/* The table of grants is the guest's from its first look at it. */
	ck_assert_int_eq(pv_xen_call(XEN_GRANT_TABLE_OP, XEN_GNTTABOP_SETUP_TABLE, (unsigned long)&grants, 1, 0), 0);
	info.mfn = xm.p2m[200];
	ck_assert_int_eq(pv_xen_call(XEN_VCPU_OP, XEN_VCPUOP_REGISTER_INFO, 0, (unsigned long)&info, 0), 0);
	next_page = 300;
}

static const struct suite_case *
case_of(int n)
{
	for (unsigned s = 0; s < sizeof(refused) / sizeof(refused[0]); s++) {
		if (n < (int)refused[s]->nr_cases)
			return &refused[s]->cases[n];
		n -= (int)refused[s]->nr_cases;
	}
	return NULL;
}

/* Afterwards all is as before: types, counts, tables, ports; and the counts are right. */
START_TEST(refused_and_unchanged)
{
	const struct suite_case *c = case_of(_i);
	uint64_t before = xm_hash();
	const char *wrong;

	mark_point();
	c->run();
	wrong = xm_audit();
	ck_assert_msg(wrong == NULL, "%s: %s", c->name, wrong);
	ck_assert_msg(xm_hash() == before, "%s left something behind", c->name);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("xen_refusals");
	TCase *tcase = tcase_create("refusals");
	int nr = 0;

	while (case_of(nr) != NULL)
		nr++;
	tcase_add_checked_fixture(tcase, start, NULL);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, refused_and_unchanged, 0, nr);
	suite_add_tcase(suite, tcase);
	return run_all(srunner_create(suite));
}
