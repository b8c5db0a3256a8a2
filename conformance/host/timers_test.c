/*
 * Clocks and timers over a clock that the test moves. The per-CPU register of the
 * process is pointed at a record of ours, the gate is a pair of functions with the
 * convention of sites. Compile with -mno-red-zone, link with -no-pie.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <asm/prctl.h>
#include <check.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../hooks/hooks_internal.h"

#define START	1000000u

struct pv_ops pv_ops;
static struct pv_cpu cpus[2];

/* -- what the library calls ----------------------------------------------------- */

static uint64_t raw, taken, step, armed, alarms, page_base, waited, wall;
static unsigned gate_closed_at_alarm, logged;
static bool stable;
uint64_t host_gate = 1;		/* 1: open */

/* Everything but the result is kept, as sites demand. */
__asm__("host_irq_save: mov host_gate(%rip), %rax\n\tmovq $0, host_gate(%rip)\n\tret\n"
	"host_irq_restore: mov %rdi, host_gate(%rip)\n\tret\n");
void host_irq_save(void), host_irq_restore(void);

bool
pv_has(enum pv_cap cap)
{
	return cap == PV_CAP_STABLE_COUNTER && stable;
}

void
pv_log(const char *format, ...)
{
	(void)format;
	logged++;
}

pv_status
pv_virt_to_phys(const volatile void *va, pv_paddr *pa)
{
	*pa = pv_pa((uintptr_t)va);
	return PV_OK;
}

static uint64_t
fake_now(void)
{
	raw += step;
	return raw;
}

static uint64_t
fake_stolen(void)
{
	return taken;
}

static void
fake_alarm(uint64_t when)
{
	armed = when;
	alarms++;
	gate_closed_at_alarm += host_gate == 0;
}

static void
fake_delay(uint64_t ns)
{
	waited = ns;
}

static pv_status
fake_clock_page(struct pv_clock_page *page)
{
	if (page_base == 0)
		return PV_E_ABSENT;
	page->base_count = page_base;
	page->mult = 7;
	page->wall_base_ns = wall;
	return PV_OK;
}

static pv_status
fake_wall_get(uint64_t *ns)
{
	*ns = wall + raw;
	return PV_OK;
}

static pv_status
fake_wall_set(uint64_t ns)
{
	wall = ns - raw;
	return PV_OK;
}

static void
on_cpu(unsigned n)
{
	ck_assert_int_eq(syscall(SYS_arch_prctl, ARCH_SET_GS, &cpus[n]), 0);
}

/* Before pv_timers_init(). */
static void
setup_bare(void)
{
	for (unsigned i = 0; i < 2; i++) {
		cpus[i].self = &cpus[i];
		cpus[i].id = i;
	}
	on_cpu(0);
	pv_ops.isa.irq_save = host_irq_save;
	pv_ops.isa.irq_restore = host_irq_restore;
	pv_ops.time.now = fake_now;
	pv_ops.time.stolen = fake_stolen;
	pv_ops.time.alarm = fake_alarm;
	pv_ops.time.delay = fake_delay;
	pv_ops.time.clock_page = fake_clock_page;
	pv_ops.time.wall_get = fake_wall_get;
	pv_ops.time.wall_set = fake_wall_set;
	raw = START;
}

static void
setup(void)
{
	setup_bare();
	pv_timers_init();
	alarms = 0;
}

/* The hardware: while the alarm is due, the interrupt comes. */
static unsigned
interrupts(void)
{
	unsigned n = 0;

	while (armed != 0 && armed <= raw && n < 1000) {
		armed = 0;
		host_gate = 0;
		pv_timers_run();
		host_gate = 1;
		n++;
	}
	return n;
}

static void
advance(uint64_t ns)
{
	raw += ns;
	interrupts();
}

/* -- a handler that writes down when it ran --------------------------------------- */

static uint64_t ran_at[300];
static struct pv_timer *ran_timer[300];
static unsigned ran;

static void
note(struct pv_timer *timer, void *arg)
{
	(void)arg;
	ck_assert_uint_eq(host_gate, 0);
	ck_assert_uint_lt(ran, 300);
	ran_at[ran] = raw;
	ran_timer[ran++] = timer;
}

static struct pv_timer a = { .handler = note }, b = { .handler = note }, c = { .handler = note };

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
	return s;
}

int
main(void)
{
	SRunner *runner = srunner_create(suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
