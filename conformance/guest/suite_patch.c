/*
 * Call sites and the patcher, as far as all instruction sets have them: the list,
 * the counts, rewriting back and forth. What the bytes are is x86/suite_text.c's.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/backend.h>
#include "capture.h"
#include "suites.h"

static unsigned
nr_sites(void)
{
	struct pv_site_info info;
	unsigned n = 0;

	while (pv_site_get(n, &info) == PV_OK)
		n++;
	return n;
}

/* The sites as the mode that runs has them. */
static void
as_before(void)
{
	if (pv_patch(!suite_text_is(suite_mode(), "unpatched"), NULL) != PV_OK)
		pv_panic("the sites could not be rewritten");
}

static void
sites_are_listed(void)
{
	struct pv_site_info info;
	unsigned n = nr_sites();

	for (unsigned i = 0; i < n; i++) {
		CHECK_OK(pv_site_get(i, &info));
		CHECK(info.op != NULL && pv_op_slot(info.op) >= 0);
		CHECK(info.length >= 4 && info.length <= 16);
		CHECK(info.patched <= 2);
		CHECK(memcmp(info.now, (const void *)info.address, info.length) == 0);
	}
	CHECK_STATUS(pv_site_get(n, &info), PV_E_NOENT);
	CHECK_STATUS(pv_site_get(~0u, &info), PV_E_NOENT);
}

static void
sites_stand_as_the_mode_says(void)
{
	bool patched = !suite_text_is(suite_mode(), "unpatched");
	struct pv_site_info info;

	for (unsigned i = 0; pv_site_get(i, &info) == PV_OK; i++) {
		CHECK_EQ(info.patched != 0, patched);
		CHECK_EQ(memcmp(info.now, info.before, info.length) != 0, patched);
	}
}

/* Nothing stays indirect on a hot path, whatever the backend. */
static void
on_leaves_none(void)
{
	struct pv_patch_result r;
	pv_status s = pv_patch(true, &r);

	as_before();
	CHECK_OK(s);
	CHECK_EQ(r.sites, nr_sites());
	CHECK_EQ(r.inlined + r.direct, r.sites);
	CHECK_EQ(r.left, 0);
}

static void
off_leaves_all(void)
{
	struct pv_patch_result r;
	pv_status s = pv_patch(false, &r);

	as_before();
	CHECK_OK(s);
	CHECK_EQ(r.sites, nr_sites());
	CHECK_EQ(r.inlined, 0);
	CHECK_EQ(r.direct, 0);
	CHECK_EQ(r.left, r.sites);
}

static void
off_is_what_was_linked(void)
{
	struct pv_site_info info;
	unsigned different = 0;
	pv_status s = pv_patch(false, NULL);

	for (unsigned i = 0; pv_site_get(i, &info) == PV_OK; i++)
		different += info.patched != 0 || memcmp(info.now, info.before, info.length) != 0;
	as_before();
	CHECK_OK(s);
	CHECK_EQ(different, 0);
}

static void
twice_is_once(void)
{
	struct pv_patch_result a, b;
	pv_status s = pv_patch(true, &a), t = pv_patch(true, &b);

	as_before();
	CHECK_OK(s);
	CHECK_OK(t);
	CHECK_EQ(a.inlined, b.inlined);
	CHECK_EQ(a.direct, b.direct);
}

static void
gate_stays_as_it_is(void)
{
	bool open, closed;

	pv_irq_enable();
	(void)pv_patch(false, NULL);
	(void)pv_patch(true, NULL);
	open = pv_irq_enabled();
	pv_irq_disable();
	(void)pv_patch(false, NULL);
	(void)pv_patch(true, NULL);
	closed = !pv_irq_enabled();
	pv_irq_enable();
	as_before();
	CHECK(open);
	CHECK(closed);
}

/* An op of the table is replaced by its offset, and what calls it gets the new one. */
static unsigned delays;

static void
count_delay(void)
{
	delays++;
}

static void
override_is_called(void)
{
	static const size_t op = __builtin_offsetof(struct pv_ops, io.port_delay);
	char word[16];
	pv_slot before = (pv_slot)pv_ops.io.port_delay;

	/* Under pv=count what the table holds is not the op itself, and could not be put back. */
	if (suite_option("pv", word, sizeof(word)) && suite_text_has(word, "count"))
		return;
	delays = 0;
	pv_table_override(op, count_delay);
	pv_port_delay();
	pv_port_delay();
	pv_table_override(op, before);
	CHECK_EQ(delays, 2);
	CHECK((pv_slot)pv_ops.io.port_delay == before);
}

static const struct suite_case cases[] = {
	{ "sites_are_listed", sites_are_listed, "pv_site_get", 0 },
	{ "sites_stand_as_the_mode_says", sites_stand_as_the_mode_says, "pv_site_get pv_patch", 0 },
	{ "on_leaves_none", on_leaves_none, "pv_patch", 0 },
	{ "off_leaves_all", off_leaves_all, "pv_patch", 0 },
	{ "off_is_what_was_linked", off_is_what_was_linked, "pv_patch pv_site_get", 0 },
	{ "twice_is_once", twice_is_once, "pv_patch", 0 },
	{ "gate_stays_as_it_is", gate_stays_as_it_is, "pv_patch", 0 },
	{ "override_is_called", override_is_called, "pv_table_override", CASE_ONCE },
};
SUITE(suite_patch, "patch", cases);
