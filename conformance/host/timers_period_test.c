/*
 * Timers with a period, in virtual time, and with handlers that set and cancel.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "timers_model.h"
#include "run.h"

/* -- periods -------------------------------------------------------------------------- */

START_TEST(period_without_drift)
{
	pv_timer_set(&a, PV_TIMER_REAL, START + 1000, 1000);
	for (unsigned i = 0; i < 100; i++) {
		/* Each interrupt comes up to 0.9 us late. */
		raw = START + 1000 * (i + 1) + i % 10 * 90;
		interrupts();
		ck_assert_uint_eq(a.count, i + 1);
		ck_assert_uint_eq(armed, START + 1000 * (i + 2));
	}
	ck_assert_uint_eq(a.missed, 0);
}
END_TEST

START_TEST(period_missed_ones_are_counted)
{
	pv_timer_set(&a, PV_TIMER_REAL, START + 1000, 1000);
	advance(1000);
	ck_assert_uint_eq(a.count, 1);
	/* Ticks 2, 3, 4 pass unseen; the interrupt of 2 comes in the middle of 5. */
	advance(4500);
	ck_assert_uint_eq(a.count, 2);
	ck_assert_uint_eq(a.missed, 3);
	ck_assert_uint_eq(armed, START + 6000);
	advance(500);
	ck_assert_uint_eq(a.count, 3);
	ck_assert_uint_eq(a.missed, 3);
	/* Exactly one whole period late. */
	advance(2000);
	ck_assert_uint_eq(a.count, 4);
	ck_assert_uint_eq(a.missed, 4);
}
END_TEST

START_TEST(period_that_ends_beyond_the_clock)
{
	pv_timer_set(&a, PV_TIMER_REAL, START + 10, UINT64_MAX - 5);
	advance(10);
	ck_assert_uint_eq(ran, 1);
	ck_assert_uint_eq(armed, 0);	/* not in this life, but set */
	ck_assert(pv_timer_cancel(&a));
	pv_timer_set(&a, PV_TIMER_REAL, UINT64_MAX, 0);
	ck_assert_uint_eq(armed, 0);
}
END_TEST

START_TEST(period_first_in_the_far_past)
{
	pv_timer_set(&a, PV_TIMER_REAL, 0, 1000);
	interrupts();
	ck_assert_uint_eq(a.count, 1);
	ck_assert_uint_eq(a.missed, START / 1000);
	ck_assert_uint_eq(armed, START + 1000);
}
END_TEST

/* -- virtual time ------------------------------------------------------------------------ */

START_TEST(virtual_waits_for_what_was_stolen)
{
	pv_timer_set(&a, PV_TIMER_VIRTUAL, START + 1000, 0);
	ck_assert_uint_eq(armed, START + 1000);
	raw += 1000;
	taken = 400;
	ck_assert_uint_eq(interrupts(), 1);
	ck_assert_uint_eq(ran, 0);
	ck_assert_uint_eq(armed, START + 1400);
	raw += 400;
	taken = 700;
	ck_assert_uint_eq(interrupts(), 1);
	ck_assert_uint_eq(ran, 0);
	advance(300);
	ck_assert_uint_eq(ran, 1);
	ck_assert_uint_eq(ran_at[0], START + 1700);
}
END_TEST

START_TEST(virtual_beside_real)
{
	taken = 500;
	pv_timer_set(&a, PV_TIMER_VIRTUAL, START, 0);
	pv_timer_set(&b, PV_TIMER_REAL, START + 200, 0);
	ck_assert_uint_eq(armed, START + 200);
	advance(200);
	ck_assert_uint_eq(ran, 1);
	ck_assert_ptr_eq(ran_timer[0], &b);
	ck_assert_uint_eq(armed, START + 500);
	advance(300);
	ck_assert_uint_eq(ran, 2);
}
END_TEST

START_TEST(virtual_period)
{
	pv_timer_set(&a, PV_TIMER_VIRTUAL, START + 1000, 1000);
	for (unsigned i = 0; i < 50; i++) {
		/* Half of every microsecond goes to somebody else. */
		taken += 1000;
		advance(2000);
	}
	ck_assert_uint_eq(a.count, 50);
	ck_assert_uint_eq(a.missed, 0);
}
END_TEST

/* -- handlers that set and cancel ---------------------------------------------------------- */

static void
again(struct pv_timer *timer, void *arg)
{
	ran++;
	pv_timer_set(timer, PV_TIMER_REAL, timer->when + *(uint64_t *)arg, 0);
}

START_TEST(handler_sets_itself)
{
	uint64_t every = 100;
	struct pv_timer t = { .handler = again, .arg = &every };

	pv_timer_set(&t, PV_TIMER_REAL, START + 100, 0);
	for (unsigned i = 0; i < 10; i++)
		advance(100);
	ck_assert_uint_eq(ran, 10);
	ck_assert_uint_eq(armed, START + 1100);
}
END_TEST

START_TEST(handler_sets_itself_to_now_for_ever)
{
	uint64_t every = 0;
	struct pv_timer t = { .handler = again, .arg = &every };

	pv_timer_set(&t, PV_TIMER_REAL, START, 0);
	/* The interrupt ends nevertheless, and asks for the next one. */
	host_gate = 0;
	pv_timers_run();
	host_gate = 1;
	ck_assert_uint_ge(ran, 1);
	ck_assert_uint_le(ran, 64);
	ck_assert_uint_eq(armed, START);
}
END_TEST

static void
cancel_others(struct pv_timer *timer, void *arg)
{
	(void)arg;
	note(timer, NULL);
	pv_timer_cancel(&a);
	pv_timer_cancel(&b);
	pv_timer_cancel(timer);
}

START_TEST(handler_cancels_others_and_itself)
{
	struct pv_timer t = { .handler = cancel_others };

	pv_timer_set(&t, PV_TIMER_REAL, START + 10, 1000);
	pv_timer_set(&a, PV_TIMER_REAL, START + 10, 0);
	pv_timer_set(&b, PV_TIMER_VIRTUAL, START + 10, 0);
	pv_timer_set(&c, PV_TIMER_REAL, START + 20, 0);
	advance(10);
	ck_assert_uint_eq(ran, 1);
	ck_assert(!t.set && !a.set && !b.set && c.set);
	ck_assert_uint_eq(armed, START + 20);
	advance(5000);
	ck_assert_uint_eq(ran, 2);
}
END_TEST

static void
set_earlier(struct pv_timer *timer, void *arg)
{
	(void)arg;
	note(timer, NULL);
	pv_timer_set(&a, PV_TIMER_REAL, raw + 5, 0);
}

START_TEST(handler_sets_one_before_the_next)
{
	struct pv_timer t = { .handler = set_earlier };

	pv_timer_set(&t, PV_TIMER_REAL, START + 10, 0);
	pv_timer_set(&b, PV_TIMER_REAL, START + 1000, 0);
	advance(10);
	ck_assert_uint_eq(armed, START + 15);
	/* One setting for the interrupt, not one for each change in it. */
	ck_assert_uint_eq(alarms, 2);
}
END_TEST

START_TEST(timers_of_two_cpus)
{
	pv_timer_set(&a, PV_TIMER_REAL, START + 100, 0);
	on_cpu(1);
	pv_timers_init();
	pv_timer_set(&b, PV_TIMER_REAL, START + 100, 0);
	ck_assert_uint_eq(b.cpu, 1);
	raw += 100;
	interrupts();
	ck_assert_uint_eq(ran, 1);
	ck_assert_ptr_eq(ran_timer[0], &b);
	on_cpu(0);
	host_gate = 0;
	pv_timers_run();
	ck_assert_uint_eq(ran, 2);
}
END_TEST

START_TEST(timer_of_another_cpu)
{
	pv_timer_set(&a, PV_TIMER_REAL, START + 100, 0);
	on_cpu(1);
	pv_timers_init();
	ck_assert_int_eq(pv_timer_set(&a, PV_TIMER_REAL, START + 50, 0), PV_E_BUSY);
	ck_assert_uint_eq(armed, 0);
	if (setjmp(panicked) == 0) {
		pv_timer_cancel(&a);
		ck_abort_msg("a timer of another CPU was cancelled");
	}
	ck_assert_ptr_nonnull(strstr(panic_text, "is set on CPU 0, and cannot be cancelled elsewhere"));
	ck_assert_uint_eq(host_gate, 1);
	on_cpu(0);
	host_gate = 0;
	raw += 100;
	pv_timers_run();
	ck_assert_uint_eq(ran, 1);
	host_gate = 1;
	/* It is nobody's now. */
	on_cpu(1);
	ck_assert_int_eq(pv_timer_set(&a, PV_TIMER_REAL, START + 200, 0), PV_OK);
	ck_assert(pv_timer_cancel(&a));
	on_cpu(0);
	ck_assert_int_eq(pv_timer_set(&a, PV_TIMER_VIRTUAL, START + 200, 0), PV_OK);
	ck_assert(pv_timer_cancel(&a));
	ck_assert(!pv_timer_cancel(&a));
}
END_TEST

static bool inside;

static void
opens_the_gate(struct pv_timer *timer, void *arg)
{
	(void)timer;
	ck_assert(!inside);
	inside = true;
	raw += *(uint64_t *)arg;
	/* What the alarm has left is an interrupt that comes now. */
	host_gate = 1;
	armed = raw;
	interrupts();
	host_gate = 0;
	ran++;
	inside = false;
}

START_TEST(handler_opens_the_gate)
{
	uint64_t takes = 100;
	struct pv_timer t = PV_TIMER_INIT(opens_the_gate, &takes), u = PV_TIMER_INIT(opens_the_gate, &takes);

	pv_timer_set(&t, PV_TIMER_REAL, START + 10, 0);
	pv_timer_set(&u, PV_TIMER_REAL, START + 50, 0);
	pv_timer_set(&a, PV_TIMER_REAL, START + 1000, 0);
	advance(10);
	/* The second was due while the first ran, and waited. */
	ck_assert_uint_eq(ran, 2);
	ck_assert_uint_eq(raw, START + 210);
	ck_assert_uint_eq(armed, START + 1000);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("timers_period");
	TCase *t = tcase_create("timers");

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, period_without_drift);
	tcase_add_test(t, period_missed_ones_are_counted);
	tcase_add_test(t, period_that_ends_beyond_the_clock);
	tcase_add_test(t, period_first_in_the_far_past);
	tcase_add_test(t, virtual_waits_for_what_was_stolen);
	tcase_add_test(t, virtual_beside_real);
	tcase_add_test(t, virtual_period);
	tcase_add_test(t, handler_sets_itself);
	tcase_add_test(t, handler_sets_itself_to_now_for_ever);
	tcase_add_test(t, handler_cancels_others_and_itself);
	tcase_add_test(t, handler_sets_one_before_the_next);
	tcase_add_test(t, timers_of_two_cpus);
	tcase_add_test(t, timer_of_another_cpu);
	tcase_add_test(t, handler_opens_the_gate);
	return s;
}

int
main(void)
{
	return run_all(srunner_create(suite()));
}
