/*
 * The native x86 clock and timer on machines that the emulator does not have: a rate
 * told by CPUID, TSC-deadline mode, a HPET of 32 bits, no clock at all. The devices
 * are functions here; the time stamp counter is the host's, and counts as 2.4 GHz.
 * Compile with -mno-red-zone, link with -no-pie.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native_clock.h"
#include "run.h"

/* -- cases -------------------------------------------------------------------------- */

static const struct pv_time_ops *ops = &pv_native_time_ops, *wall = &pv_native_wall_ops;
static struct pv_time_source source;

static void
setup(void)
{
	pv_ops.isa.irq_save = host_irq_save;
	pv_ops.isa.irq_restore = host_irq_restore;
	pv_ops.isa.cpuid = pv_native_cpuid;
	memset(&has, 1, sizeof(has));
	has.deadline = has.crystal = false;
	rtc_seconds = 1700000000;
}

static void
start(void)
{
	ck_assert_int_eq(ops->init(), PV_OK);
	ops->source(&source);
}

static void
assert_about(uint64_t got, uint64_t right)
{
	ck_assert_msg(got > right - right / 50 && got < right + right / 50, "%llu instead of about %llu",
	    (unsigned long long)got, (unsigned long long)right);
}

START_TEST(before_its_stage)
{
	ops->source(&source);
	ck_assert_str_eq(source.clock, "none");
	ck_assert_uint_eq(ops->now(), 0);
	ops->delay(12345);
	ck_assert_uint_eq(early_delay, 12345);
	ops->alarm(5);
	ck_assert_uint_eq(deadline + lapic_init, 0);
	ck_assert_uint_eq(pit_ticks, 99);
}
END_TEST

START_TEST(rate_by_cpuid)
{
	has.crystal = true;
	start();
	ck_assert_str_eq(source.clock, "tsc");
	ck_assert_str_eq(source.found_by, "cpuid");
	ck_assert_uint_eq(source.hz, TSC_HZ);
}
END_TEST

START_TEST(rate_by_hpet)
{
	start();
	ck_assert_str_eq(source.found_by, "hpet");
	assert_about(source.hz, TSC_HZ);
	ck_assert_str_eq(source.timer, "lapic");
	ck_assert_uint_eq(lvt, PV_VECTOR_TIMER);
}
END_TEST

START_TEST(rate_by_pit)
{
	has.hpet = false;
	start();
	ck_assert_str_eq(source.clock, "tsc");
	ck_assert_str_eq(source.found_by, "pit");
	assert_about(source.hz, TSC_HZ);
}
END_TEST

START_TEST(clock_by_hpet_of_64_bits)
{
	has.tsc = false;
	start();
	ck_assert_str_eq(source.clock, "hpet");
	ck_assert_uint_eq(source.hz, 100000000);
	ops->alarm(0);
	ck_assert_uint_eq(lapic_init, 0);
}
END_TEST

START_TEST(clock_by_hpet_of_32_bits)
{
	uint64_t first, second;

	has.tsc = has.hpet_wide = false;
	start();
	first = ops->now();
	hpet_skew += 0xf0000000u;		/* most of the way round */
	second = ops->now();
	ck_assert_uint_gt(second, first + 40000000000ull);
	hpet_skew += 0xf0000000u;
	ck_assert_uint_gt(ops->now(), second + 40000000000ull);
	/* Nobody wants a timer, but the clock must be read before it goes round: 21 s. */
	ops->alarm(0);
	assert_about(lapic_init, 62500000ull * 21474 / 1000);
	ck_assert_uint_eq(host_gate, 1);
}
END_TEST

static uint64_t nmi_time;

static void
nmi_tells_the_time(void)
{
	nmi_time = ops->now();
	ops->delay(5000000);
}

START_TEST(clock_in_an_nmi_that_interrupts_its_reader)
{
	uint64_t before, after;

	has.tsc = has.hpet_wide = false;
	start();
	before = ops->now();
	nmi = nmi_tells_the_time;
	after = ops->now();
	/* It stands, it does not go back to 0, and a delay is not over at once because of that. */
	ck_assert_uint_ge(nmi_time, before);
	ck_assert_uint_le(nmi_time, after);
	ck_assert_uint_eq(port_delay, 5000000);
	port_delay = 0;
	ops->delay(1000000);
	ck_assert_uint_ge(ops->now(), after + 1000000);
	ck_assert_uint_eq(port_delay, 0);
}
END_TEST

START_TEST(clock_by_pit)
{
	has.tsc = has.hpet = has.lapic = false;
	start();
	ck_assert_str_eq(source.clock, "pit");
	ck_assert_str_eq(source.timer, "pit");
	ops->alarm(0);
	assert_about(pit_ticks, 32768);
	ops->alarm(ops->now() + 1000000000);
	assert_about(pit_ticks, 32768);
	ops->alarm(1);
	ck_assert_uint_eq(pit_ticks, 1);
}
END_TEST

START_TEST(no_clock_at_all)
{
	has.tsc = has.hpet = has.pit = false;
	ck_assert_int_eq(ops->init(), PV_E_ABSENT);
	ck_assert_ptr_nonnull(strstr(said, "no clock"));
	ck_assert_uint_eq(ops->now(), 0);
}
END_TEST

START_TEST(clock_and_delay_keep_time)
{
	uint64_t first, count, passed;

	has.crystal = true;
	start();
	first = ops->now();
	count = pv_native_rdtsc();
	ops->delay(3000000);
	passed = pv_native_rdtsc() - count;
	ck_assert_uint_ge(passed, 3000000ull * (TSC_HZ / 1000000) / 1000);
	ck_assert_uint_gt(ops->now(), first + 3000000);
	ck_assert_uint_eq(ops->stolen(), 0);
}
END_TEST

START_TEST(timer_in_deadline_mode)
{
	uint64_t before, after;

	has.crystal = has.deadline = true;
	start();
	ck_assert_str_eq(source.timer, "tsc-deadline");
	ck_assert_uint_eq(lvt, LVT_DEADLINE | PV_VECTOR_TIMER);
	before = pv_native_rdtsc();
	ops->alarm(ops->now() + 1000000000);
	after = pv_native_rdtsc();
	ck_assert_uint_ge(deadline, before + TSC_HZ - 240);
	ck_assert_uint_le(deadline, after + TSC_HZ + 240);
	/* In the past: at once, which is not "never", the 0. */
	ops->alarm(1);
	ck_assert_uint_ne(deadline, 0);
	ck_assert_uint_le(deadline, pv_native_rdtsc() + 2);
	/* Hundreds of years away: early, not wrapped round. */
	ops->alarm(UINT64_MAX - 1);
	ck_assert_uint_gt(deadline, pv_native_rdtsc() + 1000ull * TSC_HZ);
	ck_assert_uint_lt(deadline, pv_native_rdtsc() + 1200ull * TSC_HZ);
	ops->alarm(0);
	ck_assert_uint_eq(deadline, 0);
	ck_assert_int_eq(ops->lines(), PV_OK);
	ck_assert_uint_eq(pit_wired, 0);
}
END_TEST

START_TEST(timer_no_deadline_without_tsc)
{
	has.tsc = false;
	has.deadline = true;
	start();
	ck_assert_str_eq(source.timer, "lapic");
}
END_TEST

START_TEST(timer_counting_down)
{
	has.crystal = true;
	start();
	ck_assert_str_eq(source.timer, "lapic");
	ck_assert_uint_eq(lapic_init, 0);
	ops->alarm(ops->now() + 1000000000);
	assert_about(lapic_init, 62500000);
	ops->alarm(ops->now() + 1000000000000ull);	/* beyond 32 bits */
	ck_assert_uint_eq(lapic_init, UINT32_MAX);
	ops->alarm(1);
	ck_assert_uint_eq(lapic_init, 1);
	ops->alarm(0);
	ck_assert_uint_eq(lapic_init, 0);
	vector(NULL);
	ck_assert_uint_eq(runs, 1);
	ck_assert_uint_eq(ends, 1);
}
END_TEST

START_TEST(timer_of_local_apic_is_dead)
{
	has.crystal = true;
	has.lapic_counts = false;
	start();
	ck_assert_str_eq(source.timer, "pit");
	ck_assert_ptr_nonnull(strstr(said, "does not count"));
	ck_assert_uint_ne(lvt & LVT_MASKED, 0);
}
END_TEST

START_TEST(timer_by_pit)
{
	has.crystal = true;
	has.lapic = false;
	start();
	ck_assert_str_eq(source.timer, "pit");
	ck_assert_uint_eq(pit_ticks, 0);	/* what the firmware left ticking */
	ops->alarm(ops->now() + 10000000);
	assert_about(pit_ticks, 11931);
	ops->alarm(ops->now() + 1000000000);
	ck_assert_uint_eq(pit_ticks, 65535);
	/* With the controller up it is let through, and the alarm made anew. */
	ops->alarm(ops->now() + 10000000);
	pit_ticks = 0;
	ck_assert_int_eq(ops->lines(), PV_OK);
	assert_about(pit_ticks, 11931);
	ck_assert_uint_eq(pit_wired, 1);
	ops->alarm(0);
	ck_assert_uint_eq(pit_ticks, 0);
	/* A software line waits: the 8259 has no interrupt to give but this one. */
	pv_native_lines.soft_sent = true;
	ops->alarm(0);
	ck_assert_uint_eq(pit_ticks, 1);
}
END_TEST

START_TEST(timer_none_where_the_kernel_keeps_the_lines)
{
	has.lines = false;
	pit_ticks = 77;
	start();
	ck_assert_str_eq(source.clock, "tsc");
	ck_assert_str_eq(source.timer, "none");
	ops->alarm(1);
	ck_assert_uint_eq(pit_ticks, 77);
	ck_assert_uint_eq(lvt + lapic_init + (vector != NULL), 0);
}
END_TEST

START_TEST(wall_clock)
{
	uint64_t ns;

	has.crystal = true;
	start();
	ck_assert_int_eq(wall->wall_get(&ns), PV_OK);
	ck_assert_uint_ge(ns, 1700000000000000000ull);
	ck_assert_uint_le(ns, 1700000010000000000ull);
	ck_assert_int_eq(wall->wall_set(1800000000999999999ull), PV_OK);
	ck_assert_uint_eq(rtc_seconds, 1800000000);
	ck_assert_int_eq(wall->wall_get(&ns), PV_OK);
	ck_assert_uint_ge(ns, 1800000000999999999ull);
	ck_assert_uint_le(ns, 1800000010000000000ull);
	/* What the chip cannot hold changes nothing. */
	ck_assert_int_eq(wall->wall_set(5000000000000000000ull), PV_E_RANGE);
	ck_assert_int_eq(wall->wall_get(&ns), PV_OK);
	ck_assert_uint_le(ns, 1800000010000000000ull);
	ck_assert_uint_eq(host_gate, 1);
}
END_TEST

START_TEST(wall_clock_without_chip)
{
	uint64_t ns;

	has.crystal = true;
	has.rtc = false;
	start();
	ck_assert_int_eq(wall->wall_get(&ns), PV_E_ABSENT);
	ck_assert_int_eq(wall->wall_set(1), PV_E_ABSENT);
}
END_TEST

START_TEST(page_says_what_the_clock_says)
{
	struct pv_clock_page page = { .version = 0 };
	uint64_t passed, ns, now;

	has.crystal = true;
	start();
	ck_assert_int_eq(wall->clock_page(&page), PV_OK);
	passed = pv_native_rdtsc() - page.base_count;
	now = ops->now();
	ns = page.base_ns + (uint64_t)((unsigned __int128)passed * page.mult >> page.shift);
	ck_assert_uint_le(ns, now);
	ck_assert_uint_le(now, ns + 100000000);
	ck_assert_uint_ge(page.wall_base_ns, 1699999990000000000ull);
}
END_TEST

START_TEST(page_only_of_the_cpu_counter)
{
	struct pv_clock_page page;

	has.tsc = false;
	start();
	ck_assert_int_eq(wall->clock_page(&page), PV_E_ABSENT);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("native_clock");
	TCase *t = tcase_create("clock");

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, NULL);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, before_its_stage);
	tcase_add_test(t, rate_by_cpuid);
	tcase_add_test(t, rate_by_hpet);
	tcase_add_test(t, rate_by_pit);
	tcase_add_test(t, clock_by_hpet_of_64_bits);
	tcase_add_test(t, clock_by_hpet_of_32_bits);
	tcase_add_test(t, clock_in_an_nmi_that_interrupts_its_reader);
	tcase_add_test(t, clock_by_pit);
	tcase_add_test(t, no_clock_at_all);
	tcase_add_test(t, clock_and_delay_keep_time);
	tcase_add_test(t, timer_in_deadline_mode);
	tcase_add_test(t, timer_no_deadline_without_tsc);
	tcase_add_test(t, timer_counting_down);
	tcase_add_test(t, timer_of_local_apic_is_dead);
	tcase_add_test(t, timer_by_pit);
	tcase_add_test(t, timer_none_where_the_kernel_keeps_the_lines);
	tcase_add_test(t, wall_clock);
	tcase_add_test(t, wall_clock_without_chip);
	tcase_add_test(t, page_says_what_the_clock_says);
	tcase_add_test(t, page_only_of_the_cpu_counter);
	return s;
}

int
main(void)
{
	return run_all(srunner_create(suite()));
}
