/*
 * Status codes by name and the record of refusals, one per CPU.
 * Sources: hooks/{refuse,status,format,text,arith}.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <asm/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cases.h"

static struct pv_cpu cpus[3];

/* For printing, which hooks_test.c tests. */
const struct pv_backend *
pv_backend_now(void)
{
	return NULL;
}

void
pv_console_write(const char *text, size_t size)
{
	say(text, size);
}

static void
be_cpu(unsigned n)
{
	cpus[n].self = &cpus[n];
	cpus[n].id = n;
	ck_assert_int_eq(syscall(SYS_arch_prctl, ARCH_SET_GS, &cpus[n]), 0);
}

static void
start(void)
{
	be_cpu(0);
}

static void
refuse(const char *op, long code)
{
	pv_refuse(&(struct pv_refusal){ .op = op, .call = "call", .arg = { 1, 2, 3 }, .nr_args = 3, .index = -1,
	    .code = code, .code_name = "EINVAL" });
}

START_TEST(every_status_has_a_name_and_a_sentence)
{
	for (unsigned s = 0; s < PV_STATUS_COUNT; s++) {
		ck_assert_msg(pv_status_name(s) != NULL && pv_status_text(s) != NULL, "status %u has none", s);
		ck_assert_int_eq(strncmp(pv_status_name(s), s == 0 ? "PV_OK" : "PV_E_", 5), 0);
		ck_assert_uint_gt(strlen(pv_status_text(s)), 5);
		for (unsigned other = 0; other < s; other++) {
			ck_assert_str_ne(pv_status_name(s), pv_status_name(other));
			ck_assert_str_ne(pv_status_text(s), pv_status_text(other));
		}
	}
	ck_assert_str_eq(pv_status_name(PV_E_NOMEM), "PV_E_NOMEM");
	ck_assert_str_eq(pv_status_name(PV_E_TOOLONG), "PV_E_TOOLONG");
}
END_TEST

START_TEST(numbers_that_are_no_status)
{
	ck_assert_str_eq(pv_status_name(PV_STATUS_COUNT), "PV_E_?");
	ck_assert_str_eq(pv_status_name((pv_status)-1), "PV_E_?");
	ck_assert_str_eq(pv_status_text((pv_status)-1), "not a status");
}
END_TEST

START_TEST(the_first_refusal_stays)
{
	struct pv_refusal r;

	ck_assert(!pv_refusal_get(&r));
	refuse("mmu.claim", -22);
	refuse("mmu.map", -1);
	ck_assert(pv_refusal_get(&r));
	ck_assert_str_eq(r.op, "mmu.claim");
	ck_assert_int_eq(r.code, -22);
	ck_assert_uint_eq(r.arg[2], 3);
	ck_assert_int_eq(r.index, -1);
	/* Taken is taken; the next one is the first again. */
	ck_assert(!pv_refusal_get(&r));
	refuse("line.route", -3);
	ck_assert(pv_refusal_get(&r));
	ck_assert_str_eq(r.op, "line.route");
}
END_TEST

START_TEST(all_refusals_count)
{
	ck_assert_uint_eq(pv_refusal_count(), 0);
	for (unsigned i = 0; i < 5; i++) {
		be_cpu(i % 3);
		refuse("op", 0);
	}
	ck_assert_uint_eq(pv_refusal_count(), 5);
}
END_TEST

START_TEST(each_cpu_has_its_own_record)
{
	static const char *const ops[] = { "first", "second", "third" };
	struct pv_refusal r;

	for (unsigned i = 0; i < 3; i++) {
		be_cpu(i);
		refuse(ops[i], (long)i);
	}
	be_cpu(1);
	ck_assert(pv_refusal_get(&r));
	ck_assert_str_eq(r.op, "second");
	ck_assert(!pv_refusal_get(&r));
	be_cpu(2);
	ck_assert(pv_refusal_get(&r));
	ck_assert_str_eq(r.op, "third");
	be_cpu(0);
	ck_assert(pv_refusal_get(&r));
	ck_assert_str_eq(r.op, "first");
}
END_TEST

START_TEST(calls_into_the_layer_below_count)
{
	ck_assert_uint_eq(pv_hypercall_count(), 0);
	pv_hypercalls += 7;
	ck_assert_uint_eq(pv_hypercall_count(), 7);
	/* Without a backend nobody has names for them. */
	ck_assert(!pv_hypercall_get(0, NULL, NULL));
}
END_TEST

int
main(void)
{
	const struct host_case cases[] = {
		{ every_status_has_a_name_and_a_sentence, 0 }, { numbers_that_are_no_status, 0 },
		{ the_first_refusal_stays, 0 }, { all_refusals_count, 0 }, { each_cpu_has_its_own_record, 0 },
		{ calls_into_the_layer_below_count, 0 },
	};

	return RUN_CASES("status", start, cases);
}
