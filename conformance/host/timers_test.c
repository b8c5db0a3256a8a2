/*
 * Clocks, and timers that fire once. Periods and virtual time: timers_period_test.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "timers_model.h"
#include "run.h"

/* -- clocks ------------------------------------------------------------------------ */

START_TEST(clock_before_its_stage)
{
	uint64_t ns;
	pv_paddr frame;

	ck_assert_int_eq(pv_timer_set(&a, PV_TIMER_REAL, 5, 0), PV_E_STAGE);
	ck_assert_int_eq(pv_wall_get(&ns), PV_E_STAGE);
	ck_assert_int_eq(pv_wall_set(1), PV_E_STAGE);
	ck_assert_int_eq(pv_clock_page(&frame), PV_E_STAGE);
	ck_assert(!pv_timer_cancel(&a));
	pv_timers_run();
	pv_delay_ns(10);
	ck_assert_uint_eq(waited, 10);
	ck_assert_uint_eq(alarms, 0);
}
END_TEST

START_TEST(clock_does_not_go_back)
{
	ck_assert_uint_eq(pv_time_ns(), START);
	raw = START - 500;
	ck_assert_uint_eq(pv_time_ns(), START);
	raw = START + 1;
	ck_assert_uint_eq(pv_time_ns(), START + 1);
}
END_TEST

START_TEST(clock_does_not_go_back_from_cpu_to_cpu)
{
	ck_assert_uint_eq(pv_time_ns(), START);
	on_cpu(1);
	raw = START - 500;
	ck_assert_uint_eq(pv_time_ns(), START);
	/* A counter that is the same on all CPUs needs no common word that all of them write. */
	stable = true;
	pv_timers_init();
	ck_assert_uint_eq(pv_time_ns(), START - 500);
	raw = START - 600;
	ck_assert_uint_eq(pv_time_ns(), START - 500);
}
END_TEST

START_TEST(clock_sched_without_what_was_stolen)
{
	ck_assert_uint_eq(pv_time_sched_ns(), START);
	raw += 1000;
	taken = 300;
	ck_assert_uint_eq(pv_time_stolen_ns(), 300);
	ck_assert_uint_eq(pv_time_sched_ns(), START + 700);
	/* More stolen at once than time passed: it stands, it does not go back. */
	taken = 2000;
	ck_assert_uint_eq(pv_time_sched_ns(), START + 700);
	raw += 1700;
	ck_assert_uint_eq(pv_time_sched_ns(), START + 700);
	raw += 1;
	ck_assert_uint_eq(pv_time_sched_ns(), START + 701);
	taken = UINT64_MAX;
	ck_assert_uint_eq(pv_time_sched_ns(), START + 701);
}
END_TEST

START_TEST(delay_range)
{
	pv_delay_ns(0);
	ck_assert_uint_eq(waited, 0);
	pv_delay_ns(PV_NS_PER_SEC);
	ck_assert_uint_eq(waited, PV_NS_PER_SEC);
	ck_assert_uint_eq(logged, 0);
	pv_delay_ns(PV_NS_PER_SEC + 1);
	ck_assert_uint_eq(waited, PV_NS_PER_SEC);
	ck_assert_uint_eq(logged, 1);
	pv_delay_ns(UINT64_MAX);
	ck_assert_uint_eq(waited, PV_NS_PER_SEC);
}
END_TEST

START_TEST(page_for_user_space)
{
	const struct pv_clock_page *page;
	pv_paddr frame;
	uint32_t version;

	ck_assert_int_eq(pv_clock_page(&frame), PV_E_ABSENT);
	page_base = 77;
	ck_assert_int_eq(pv_clock_page(&frame), PV_OK);
	ck_assert_uint_eq(frame.v % PV_PAGE_SIZE, 0);
	page = (const struct pv_clock_page *)(uintptr_t)frame.v;
	version = page->version;
	ck_assert_uint_eq(version % 2, 0);
	ck_assert_uint_eq(page->base_count, 77);
	ck_assert_uint_eq(page->mult, 7);
	/* A new wall clock shows on the page, under a new version. */
	ck_assert_int_eq(pv_wall_set(START + 5000), PV_OK);
	ck_assert_uint_eq(page->wall_base_ns, 5000);
	ck_assert_uint_ne(page->version, version);
	ck_assert_uint_eq(page->version % 2, 0);
	ck_assert_uint_eq(host_gate, 1);
}
END_TEST

/* -- timers -------------------------------------------------------------------------- */

START_TEST(timer_fires_once_and_not_early)
{
	ck_assert_int_eq(pv_timer_set(&a, PV_TIMER_REAL, START + 100, 0), PV_OK);
	ck_assert_uint_eq(armed, START + 100);
	ck_assert(a.set);
	advance(99);
	ck_assert_uint_eq(ran, 0);
	advance(1);
	ck_assert_uint_eq(ran, 1);
	ck_assert_uint_eq(a.count, 1);
	ck_assert_uint_eq(a.missed, 0);
	ck_assert(!a.set);
	ck_assert_uint_eq(armed, 0);
	advance(1000);
	ck_assert_uint_eq(ran, 1);
}
END_TEST

START_TEST(timer_early_interrupt_arms_again)
{
	pv_timer_set(&a, PV_TIMER_REAL, START + 100, 0);
	raw += 40;
	armed = 0;
	host_gate = 0;
	pv_timers_run();
	host_gate = 1;
	ck_assert_uint_eq(ran, 0);
	ck_assert_uint_eq(armed, START + 100);
	advance(60);
	ck_assert_uint_eq(ran, 1);
}
END_TEST

START_TEST(timer_in_the_past_fires_at_once)
{
	pv_timer_set(&a, PV_TIMER_REAL, START - 10, 0);
	pv_timer_set(&b, PV_TIMER_REAL, 0, 0);
	ck_assert_uint_ne(armed, 0);
	ck_assert_uint_eq(interrupts(), 1);
	ck_assert_uint_eq(ran, 2);
	ck_assert_ptr_eq(ran_timer[0], &b);
}
END_TEST

START_TEST(timer_order_and_equal_times)
{
	pv_timer_set(&a, PV_TIMER_REAL, START + 300, 0);
	pv_timer_set(&b, PV_TIMER_REAL, START + 100, 0);
	pv_timer_set(&c, PV_TIMER_REAL, START + 300, 0);
	ck_assert_uint_eq(armed, START + 100);
	advance(100);
	ck_assert_uint_eq(armed, START + 300);
	advance(200);
	ck_assert_uint_eq(ran, 3);
	ck_assert_ptr_eq(ran_timer[0], &b);
	ck_assert_ptr_eq(ran_timer[1], &a);
	ck_assert_ptr_eq(ran_timer[2], &c);
}
END_TEST

START_TEST(timer_arguments)
{
	struct pv_timer none = { .handler = NULL };

	ck_assert_int_eq(pv_timer_set(&none, PV_TIMER_REAL, START, 0), PV_E_INVAL);
	ck_assert_int_eq(pv_timer_set(&a, (enum pv_timer_kind)2, START, 0), PV_E_INVAL);
	ck_assert_int_eq(pv_timer_set(&a, PV_TIMER_REAL, START, 1), PV_E_INVAL);
	ck_assert_int_eq(pv_timer_set(&a, PV_TIMER_REAL, START, 999), PV_E_INVAL);
	ck_assert_uint_eq(alarms, 0);
	ck_assert(!a.set);
	ck_assert_int_eq(pv_timer_set(&a, PV_TIMER_REAL, START + 1, 1000), PV_OK);
	ck_assert_uint_eq(host_gate, 1);
}
END_TEST

START_TEST(timer_memory_that_was_never_cleared)
{
	struct pv_timer dirty;

	memset(&dirty, 0xa5, sizeof(dirty));
	dirty.handler = note;
	ck_assert(!pv_timer_cancel(&dirty));
	ck_assert_int_eq(pv_timer_set(&dirty, PV_TIMER_REAL, START + 10, 0), PV_OK);
	advance(10);
	ck_assert_uint_eq(ran, 1);
	ck_assert(!dirty.set);
}
END_TEST

START_TEST(timer_moved)
{
	pv_timer_set(&a, PV_TIMER_REAL, START + 100, 0);
	pv_timer_set(&a, PV_TIMER_REAL, START + 50, 0);
	ck_assert_uint_eq(armed, START + 50);
	pv_timer_set(&a, PV_TIMER_REAL, START + 500, 0);
	ck_assert_uint_eq(armed, START + 500);
	pv_timer_set(&a, PV_TIMER_VIRTUAL, START + 200, 0);	/* to the other list */
	ck_assert_uint_eq(armed, START + 200);
	advance(1000);
	ck_assert_uint_eq(ran, 1);
	ck_assert_uint_eq(a.count, 1);
}
END_TEST

START_TEST(timer_cancelled)
{
	pv_timer_set(&a, PV_TIMER_REAL, START + 100, 0);
	pv_timer_set(&b, PV_TIMER_REAL, START + 200, 2000);
	ck_assert(pv_timer_cancel(&a));
	ck_assert(!pv_timer_cancel(&a));
	ck_assert_uint_eq(armed, START + 200);
	ck_assert(pv_timer_cancel(&b));
	ck_assert_uint_eq(armed, 0);
	advance(10000);
	ck_assert_uint_eq(ran, 0);
	ck_assert_uint_eq(host_gate, 1);
}
END_TEST

START_TEST(timer_alarm_left_alone_when_nothing_changes)
{
	pv_timer_set(&a, PV_TIMER_REAL, START + 100, 0);
	ck_assert_uint_eq(alarms, 1);
	pv_timer_set(&b, PV_TIMER_REAL, START + 200, 0);
	pv_timer_set(&c, PV_TIMER_VIRTUAL, START + 300, 0);
	pv_timer_cancel(&b);
	ck_assert_uint_eq(alarms, 1);
	ck_assert_uint_eq(gate_closed_at_alarm, 1);
}
END_TEST

START_TEST(timer_alarm_set_anew_by_every_interrupt)
{
	pv_timers_run();
	ck_assert_uint_eq(alarms, 1);
	ck_assert_uint_eq(armed, 0);
	/* A backend whose clock must be read now and then relies on that. */
	pv_timers_run();
	ck_assert_uint_eq(alarms, 2);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("timers");
	TCase *t = tcase_create("early");

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup_bare, NULL);
	tcase_add_test(t, clock_before_its_stage);
	t = tcase_create("timers");
	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, clock_does_not_go_back);
	tcase_add_test(t, clock_does_not_go_back_from_cpu_to_cpu);
	tcase_add_test(t, clock_sched_without_what_was_stolen);
	tcase_add_test(t, delay_range);
	tcase_add_test(t, page_for_user_space);
	tcase_add_test(t, timer_fires_once_and_not_early);
	tcase_add_test(t, timer_early_interrupt_arms_again);
	tcase_add_test(t, timer_in_the_past_fires_at_once);
	tcase_add_test(t, timer_order_and_equal_times);
	tcase_add_test(t, timer_arguments);
	tcase_add_test(t, timer_memory_that_was_never_cleared);
	tcase_add_test(t, timer_moved);
	tcase_add_test(t, timer_cancelled);
	tcase_add_test(t, timer_alarm_left_alone_when_nothing_changes);
	tcase_add_test(t, timer_alarm_set_anew_by_every_interrupt);
	return s;
}

int
main(void)
{
	return run_all(srunner_create(suite()));
}
