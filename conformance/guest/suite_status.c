/*
 * How things fail: status names, the record of refusals, the names of ops, stages
 * and capabilities, and starting what is started already.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/backend.h>
#include "capture.h"
#include "suites.h"

static void
names_of_statuses(void)
{
	for (unsigned i = 0; i < PV_STATUS_COUNT; i++) {
		CHECK(suite_text_has(pv_status_name((pv_status)i), i == 0 ? "PV_OK" : "PV_E_"));
		CHECK(pv_status_text((pv_status)i)[0] != '\0');
		for (unsigned j = 0; j < i; j++)
			CHECK(!suite_text_is(pv_status_name((pv_status)i), pv_status_name((pv_status)j)));
	}
	CHECK(suite_text_is(pv_status_name(PV_E_TOOLONG), "PV_E_TOOLONG"));
	CHECK(suite_text_is(pv_status_name(PV_STATUS_COUNT), "PV_E_?"));
	CHECK(pv_status_text((pv_status)-1) != NULL);
}

static void
names_of_stages(void)
{
	CHECK(suite_text_is(pv_stage_name(PV_STAGE_NONE), "none"));
	CHECK(suite_text_is(pv_stage_name(PV_STAGE_SMP), "smp"));
	CHECK(suite_text_is(pv_stage_name((enum pv_stage)(PV_STAGE_SMP + 1)), "?"));
	CHECK(pv_stage_now() >= PV_STAGE_LINES);
}

static void
names_of_capabilities(void)
{
	for (unsigned i = 1; i < PV_CAP_COUNT; i++) {
		CHECK(pv_cap_name((enum pv_cap)i)[0] != '\0');
		for (unsigned j = 1; j < i; j++)
			CHECK(!suite_text_is(pv_cap_name((enum pv_cap)i), pv_cap_name((enum pv_cap)j)));
	}
	CHECK(!pv_has(PV_CAP_NONE));
	CHECK(!pv_has(PV_CAP_COUNT));
}

/* Every slot of the table has a name, and the name leads back to the slot. */
static void
names_of_ops(void)
{
	for (unsigned i = 0; i < PV_NR_OPS; i++) {
		CHECK(pv_op_name(i) != NULL);
		CHECK_EQ(pv_op_slot(pv_op_name(i)), i);
	}
	CHECK(pv_op_name(PV_NR_OPS) == NULL);
	CHECK_EQ(pv_op_slot("isa.nothing"), -1);
	CHECK_EQ(pv_op_slot(""), -1);
}

static void
name_of_backend(void)
{
	CHECK(pv_backend_name()[0] != '\0');
	CHECK(!suite_text_is(pv_backend_name(), "none"));
}

static const struct pv_refusal first = {
	.op = "test.first", .call = "FIRST_CALL", .arg = { 1, 2, 3 }, .nr_args = 3, .index = 7, .code = -22,
	.code_name = "EINVAL", .hint = "do the other thing",
};
static const struct pv_refusal second = {
	.op = "test.second", .call = "SECOND_CALL", .index = -1, .code_name = "?",
};

static void
refusal_keeps_the_first(void)
{
	struct pv_refusal r;
	uint64_t before = pv_refusal_count();

	while (pv_refusal_get(&r))
		continue;
	pv_refuse(&first);
	pv_refuse(&second);
	CHECK(pv_refusal_get(&r));
	CHECK(suite_text_is(r.op, "test.first"));
	CHECK(suite_text_is(r.call, "FIRST_CALL"));
	CHECK(suite_text_is(r.code_name, "EINVAL"));
	CHECK(suite_text_is(r.hint, "do the other thing"));
	CHECK_EQ(r.arg[2], 3);
	CHECK_EQ(r.nr_args, 3);
	CHECK_EQ(r.index, 7);
	CHECK_EQ(r.code, -22);
	CHECK_EQ(pv_refusal_count(), before + 2);
}

static void
refusal_is_taken_once(void)
{
	struct pv_refusal r;

	pv_refuse(&second);
	CHECK(pv_refusal_get(&r));
	CHECK(suite_text_is(r.op, "test.second"));
	CHECK(!pv_refusal_get(&r));
	pv_refuse(&first);
	CHECK(pv_refusal_get(&r));
	CHECK(suite_text_is(r.op, "test.first"));
}

/* Bare metal has nobody below; elsewhere they were needed to get here. */
static void
hypercalls_are_counted(void)
{
	uint64_t calls = pv_hypercall_count();

	if (pv_has(PV_CAP_PARAVIRT))
		CHECK(calls > 0);
	else
		CHECK_EQ(calls, 0);
}

/* By number, where the layer below has names: as many as in all. */
static void
hypercalls_add_up(void)
{
	const char *name = NULL;
	uint64_t count = 0, sum = 0, all;
	pv_irq_state gate = pv_irq_save();
	uint32_t nr = 0;

	all = pv_hypercall_count();

	for (; pv_hypercall_get(nr, &name, &count); nr++)
		sum += count;
	pv_irq_restore(gate);
	if (nr != 0)
		CHECK_EQ(sum, all);
	CHECK(nr != 0 || !suite_text_has(pv_backend_name(), "xen"));
	CHECK(nr == 0 || pv_has(PV_CAP_PARAVIRT));
	CHECK(!pv_hypercall_get(nr, &name, &count));
	CHECK(!pv_hypercall_get(UINT32_MAX, &name, &count));
	for (uint32_t i = 0; pv_hypercall_get(i, &name, &count); i++)
		CHECK(name != NULL && name[0] != '\0');
}

static void
start_again_is_fine(void)
{
	enum pv_stage now = pv_stage_now();

	CHECK_OK(pv_start(PV_STAGE_LINES));
	CHECK_OK(pv_start(PV_STAGE_EARLY));
	CHECK_EQ(pv_stage_now(), now);
}

static void
start_beyond_names_the_stage(void)
{
	const char *said;
	pv_status s;

	suite_capture_begin();
	s = pv_start(PV_STAGE_SMP);
	said = suite_capture_end();
	CHECK_STATUS(s, PV_E_ABSENT);
	CHECK(suite_text_has(said, "smp"));
	CHECK(suite_text_has(said, pv_backend_name()));
	CHECK_EQ(pv_stage_now(), PV_STAGE_LINES);
}

static void
attach_again_is_refused(void)
{
	struct pv_attach attach = { .size = sizeof(attach), .families = PV_FAMILY_ALL };
	pv_status again, other;
	const char *said;

	again = pv_attach(&attach);
	attach.size--;
	suite_capture_begin();
	other = pv_attach(&attach);
	said = suite_capture_end();
	CHECK_STATUS(again, PV_E_EXIST);
	CHECK_STATUS(other, PV_E_VERSION);
	CHECK(suite_text_has(said, "size"));
	CHECK_EQ(pv_stage_now(), PV_STAGE_LINES);
	CHECK_EQ(pv_families(), PV_FAMILY_ALL);
}

static const struct suite_case cases[] = {
	{ "names_of_statuses", names_of_statuses, "pv_status_name pv_status_text", CASE_ONCE },
	{ "names_of_stages", names_of_stages, "pv_stage_name pv_stage_now", CASE_ONCE },
	{ "names_of_capabilities", names_of_capabilities, "pv_cap_name pv_has", CASE_ONCE },
	{ "names_of_ops", names_of_ops, "pv_op_name pv_op_slot", CASE_ONCE },
	{ "name_of_backend", name_of_backend, "pv_backend_name", CASE_ONCE },
	{ "refusal_keeps_the_first", refusal_keeps_the_first,
	    "pv_refuse pv_refusal_get pv_refusal_count", 0 },
	{ "refusal_is_taken_once", refusal_is_taken_once, "pv_refuse pv_refusal_get", 0 },
	{ "hypercalls_are_counted", hypercalls_are_counted, "pv_hypercall_count", 0 },
	{ "hypercalls_add_up", hypercalls_add_up, "pv_hypercall_get", 0 },
	{ "start_again_is_fine", start_again_is_fine, "pv_start pv_stage_now", CASE_ONCE },
	{ "start_beyond_names_the_stage", start_beyond_names_the_stage, "pv_start", CASE_ONCE },
	{ "attach_again_is_refused", attach_again_is_refused, "pv_attach pv_families", CASE_ONCE },
};
SUITE(suite_status, "status", cases);
