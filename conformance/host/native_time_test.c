/*
 * Decisions and arithmetic of the native x86 clock: rates that CPUID tells, rates
 * that are measured on counters of a machine made up here, the order of the ways,
 * and the notations of the clock chip.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../backends/native/x86/clock.h"
#include "../../hooks/hooks_internal.h"
#include "run.h"

struct pv_ops pv_ops;		/* rtc.c has call sites that do not run here */

/* -- CPUID ----------------------------------------------------------------------- */

static struct {
	uint32_t max;
	uint32_t leaf15[4], leaf16[4];
	unsigned beyond;	/* questions above max */
} cpu;

static void
fake_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	ck_assert_uint_eq(subleaf, 0);
	memset(out, 0, 16);
	cpu.beyond += leaf > cpu.max;
	if (leaf == 0)
		out[0] = cpu.max;
	else if (leaf == 0x15)
		memcpy(out, cpu.leaf15, 16);
	else if (leaf == 0x16)
		memcpy(out, cpu.leaf16, 16);
}

static uint64_t
cpuid_hz(uint32_t max, uint32_t denominator, uint32_t numerator, uint32_t crystal, uint32_t mhz)
{
	cpu.max = max;
	cpu.leaf15[0] = denominator;
	cpu.leaf15[1] = numerator;
	cpu.leaf15[2] = crystal;
	cpu.leaf16[0] = mhz;
	return pv_native_cpuid_hz(fake_cpuid);
}

START_TEST(cpuid_crystal_and_ratio)
{
	ck_assert_uint_eq(cpuid_hz(0x16, 2, 216, 24000000, 2600), 2592000000u);
	ck_assert_uint_eq(cpuid_hz(0x15, 3, 250, 19200000, 0), 1600000000u);
	/* 38.4 MHz * 130 / 2. */
	ck_assert_uint_eq(cpuid_hz(0x20, 2, 130, 38400000, 0), 2496000000u);
	/* Larger than 32 bits. */
	ck_assert_uint_eq(cpuid_hz(0x15, 1, 240, 25000000, 0), 6000000000u);
	ck_assert_uint_eq(cpu.beyond, 0);
}
END_TEST

START_TEST(cpuid_says_nothing)
{
	ck_assert_uint_eq(cpuid_hz(0x0d, 2, 216, 24000000, 2600), 0);	/* leaf beyond the largest */
	ck_assert_uint_eq(cpu.beyond, 0);
	ck_assert_uint_eq(cpuid_hz(0x16, 0, 0, 0, 2600), 0);
	ck_assert_uint_eq(cpuid_hz(0x16, 0, 216, 24000000, 2600), 0);
	ck_assert_uint_eq(cpuid_hz(0x16, 2, 0, 24000000, 2600), 0);
	ck_assert_uint_eq(cpuid_hz(0x15, 2, 216, 0, 2600), 0);		/* ratio, but no leaf 16h */
	ck_assert_uint_eq(cpu.beyond, 0);
}
END_TEST

START_TEST(cpuid_crystal_told_by_nominal_rate)
{
	/* 2600 MHz is rounded; 24 MHz * 108 is what the counter does. */
	ck_assert_uint_eq(cpuid_hz(0x16, 2, 216, 0, 2600), 2592000000u);
	ck_assert_uint_eq(cpuid_hz(0x16, 2, 150, 0, 1800), 1800000000u);
	ck_assert_uint_eq(cpuid_hz(0x16, 2, 168, 0, 2100), 2100000000u);	/* 25 MHz */
	/* Upper bits of leaf 16h are reserved. */
	ck_assert_uint_eq(cpuid_hz(0x16, 2, 216, 0, 0xabcd0000u | 2600), 2592000000u);
	/* No crystal in use fits: rather measure. */
	ck_assert_uint_eq(cpuid_hz(0x16, 2, 216, 0, 3000), 0);
	ck_assert_uint_eq(cpuid_hz(0x16, 2, 216, 0, 0), 0);
}
END_TEST

/* -- a machine with two counters ---------------------------------------------------- */

static struct {
	uint64_t ns;			/* what time it really is */
	uint64_t unknown_hz, reference_hz, mask;
	uint64_t access_ns;		/* one reading of the reference */
	uint64_t samples;
	uint64_t pause_every, pause_ns;	/* somebody takes the CPU away, in every n-th sample */
	uint64_t stop_after;		/* samples after which the reference stands still */
	uint64_t stood;
} m;

static uint64_t
counter(uint64_t hz)
{
	return (uint64_t)((unsigned __int128)m.ns * hz / 1000000000u);
}

static void
fake_sample(struct pv_native_sample *s)
{
	m.samples++;
	m.ns += 30;
	if (m.pause_every != 0 && m.samples % m.pause_every == 0 && m.samples % 2 == 0)
		m.ns += m.pause_ns;
	s->before = counter(m.unknown_hz);
	m.ns += m.access_ns / 2;
	if (m.stop_after == 0 || m.samples < m.stop_after)
		m.stood = counter(m.reference_hz);
	s->reference = m.stood & m.mask;
	if (m.pause_every != 0 && m.samples % m.pause_every == 0 && m.samples % 2 == 1)
		m.ns += m.pause_ns;
	m.ns += m.access_ns - m.access_ns / 2;
	s->after = counter(m.unknown_hz);
}

static uint64_t
measure(uint64_t unknown_hz, uint64_t reference_hz, uint64_t mask)
{
	struct pv_native_meter meter = { fake_sample, reference_hz, mask, NULL, "model" };

	m.unknown_hz = unknown_hz;
	m.reference_hz = reference_hz;
	m.mask = mask;
	m.ns = 123456789;
	m.samples = 0;
	if (m.access_ns == 0)
		m.access_ns = 1000;
	return pv_native_measure(&meter);
}

static void
assert_near(uint64_t got, uint64_t right, uint64_t ppm)
{
	uint64_t error = got > right ? got - right : right - got;

	ck_assert_msg(error <= right / 1000000 * ppm, "%llu instead of %llu",
	    (unsigned long long)got, (unsigned long long)right);
}

START_TEST(measure_by_hpet)
{
	assert_near(measure(2400000000u, 100000000, UINT64_MAX), 2400000000u, 50);
	assert_near(measure(3800000000u, 14318180, UINT32_MAX), 3800000000u, 50);
	assert_near(measure(60000000, 10000000, UINT32_MAX), 60000000, 100);
	/* A quiet machine need not wait long. */
	ck_assert_uint_lt(m.ns - 123456789, 30000000);
}
END_TEST

START_TEST(measure_by_pit)
{
	/* 16 bits go round every 55 ms; a reading takes 4 us. */
	m.access_ns = 4000;
	assert_near(measure(2400000000u, 1193182, 0xffff), 2400000000u, 200);
	assert_near(measure(999000000, 1193182, 0xffff), 999000000, 200);
}
END_TEST

START_TEST(measure_across_the_wrap)
{
	m.access_ns = 500;
	/* The 32-bit counter goes round in the first round. */
	assert_near(measure(2000000000u, 34790000000u, UINT32_MAX), 2000000000u, 100);
}
END_TEST

START_TEST(measure_on_a_busy_host)
{
	/* A pause of half a millisecond here and there widens samples, nothing more. */
	m.pause_every = 997;
	m.pause_ns = 500000;
	assert_near(measure(2400000000u, 100000000, UINT64_MAX), 2400000000u, 200);
	/* 60 ms: the PIT goes round unseen. Rounds with that are thrown away. */
	m.pause_every = 8009;
	m.pause_ns = 60000000;
	m.access_ns = 4000;
	assert_near(measure(2400000000u, 1193182, 0xffff), 2400000000u, 200);
}
END_TEST

/* This CPU runs for run_us, then others do for pause_us, and so on. */
static const struct {
	unsigned run_us, pause_us;
} shares[] = {
	{ 10000, 90000 }, { 3000, 9000 }, { 4000, 61000 }, { 2500, 54000 }, { 50000, 56000 }
};

START_TEST(measure_on_a_share_of_a_cpu)
{
	m.access_ns = 4000;
	m.pause_every = shares[_i].run_us / 4;
	m.pause_ns = shares[_i].pause_us * 1000ull;
	assert_near(measure(2400000000u, 1193182, 0xffff), 2400000000u, 400);
	assert_near(measure(2400000000u, 100000000, UINT32_MAX), 2400000000u, 400);
}
END_TEST

START_TEST(measure_hopeless)
{
	/* The CPU is away most of the time: no rate is better than a wrong one. */
	m.pause_every = 101;
	m.pause_ns = 60000000;
	m.access_ns = 4000;
	ck_assert_uint_eq(measure(2400000000u, 1193182, 0xffff), 0);
}
END_TEST

START_TEST(measure_reference_stands_still)
{
	m.stop_after = 1;
	ck_assert_uint_eq(measure(2400000000u, 1193182, 0xffff), 0);
	ck_assert_uint_lt(m.samples, 20000);
	m.stop_after = 500;
	ck_assert_uint_eq(measure(2400000000u, 100000000, UINT64_MAX), 0);
	ck_assert_uint_lt(m.samples, 20000);
}
END_TEST

START_TEST(measure_unknown_stands_still)
{
	ck_assert_uint_eq(measure(0, 100000000, UINT64_MAX), 0);
}
END_TEST

/* -- the order of the ways ------------------------------------------------------------- */

static unsigned asked[2];
static uint64_t answer[3];
static bool there[2];

/* The model's reference, with which the TSC turns out to have one rate or the other. */
static const struct pv_native_meter *
reference(unsigned n, const char *name)
{
	static struct pv_native_meter meter;

	asked[n]++;
	meter = (struct pv_native_meter){ fake_sample, 100000000, UINT64_MAX, NULL, name };
	m.unknown_hz = answer[1 + n];
	m.reference_hz = meter.reference_hz;
	m.mask = meter.reference_mask;
	m.ns = 123456789;
	m.samples = 0;
	m.access_ns = 1000;
	return there[n] ? &meter : NULL;
}

static const struct pv_native_meter *
second(void)
{
	return reference(0, "hpet");
}

static const struct pv_native_meter *
third(void)
{
	return reference(1, "pit");
}

static uint64_t
choose(uint64_t a, uint64_t b, uint64_t c, const char **by)
{
	static const pv_native_meter_fn meters[] = { second, third };
	uint32_t ratio = a > UINT32_MAX ? 10 : 1;

	answer[1] = b;
	answer[2] = c;
	there[0] = there[1] = true;
	*by = "nobody";
	cpu.max = 0x15;
	cpu.leaf15[0] = 1;
	cpu.leaf15[1] = ratio;
	cpu.leaf15[2] = (uint32_t)(a / ratio);
	return pv_native_choose(fake_cpuid, meters, 2, by);
}

START_TEST(choice_takes_the_first_and_asks_no_further)
{
	const char *by;

	ck_assert_uint_eq(choose(2000000000, 2100000000, 2200000000, &by), 2000000000);
	ck_assert_str_eq(by, "cpuid");
	ck_assert_uint_eq(asked[0] + asked[1], 0);
}
END_TEST

START_TEST(choice_goes_on)
{
	static const pv_native_meter_fn meters[] = { second, third };
	const char *by;

	assert_near(choose(0, 2100000000, 2200000000, &by), 2100000000, 50);
	ck_assert_str_eq(by, "hpet");
	ck_assert_uint_eq(asked[1], 0);
	assert_near(choose(0, 0, 2200000000, &by), 2200000000, 50);
	ck_assert_str_eq(by, "pit");
	ck_assert_uint_eq(choose(0, 0, 0, &by), 0);
	/* One that is not there is no answer either. */
	there[0] = false;
	answer[2] = 2200000000;
	assert_near(pv_native_choose(fake_cpuid, meters, 2, &by), 2200000000, 50);
	ck_assert_str_eq(by, "pit");
	there[1] = false;
	ck_assert_uint_eq(pv_native_choose(fake_cpuid, meters, 2, &by), 0);
}
END_TEST

START_TEST(choice_refuses_absurd_rates)
{
	const char *by;

	assert_near(choose(1000, 999999999999999, 2200000000, &by), 2200000000, 50);
	ck_assert_str_eq(by, "pit");
	ck_assert_uint_eq(choose(1, 3999000, 32001000000, &by), 0);
	ck_assert_uint_eq(choose(3999999, 0, 0, &by), 0);
	ck_assert_uint_eq(choose(32000000010, 0, 0, &by), 0);
	ck_assert_uint_eq(choose(4000000, 0, 0, &by), 4000000);
	ck_assert_uint_eq(choose(32000000000, 0, 0, &by), 32000000000);
}
END_TEST

/* -- the clock chip ------------------------------------------------------------------------ */

#define BCD_24H		0x02
#define BCD_12H		0x00
#define BINARY_24H	0x06
#define BINARY_12H	0x04

static uint64_t
utc(int year, int month, int day, int hour, int minute, int second)
{
	struct tm tm = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day,
	    .tm_hour = hour, .tm_min = minute, .tm_sec = second };

	return (uint64_t)timegm(&tm);
}

START_TEST(rtc_notations)
{
	static const struct {
		uint8_t mode, value[7];
	} same[] = {
		{ BCD_24H, { 0x56, 0x34, 0x23, 0x29, 0x02, 0x24, 0x20 } },
		{ BCD_12H, { 0x56, 0x34, 0x91, 0x29, 0x02, 0x24, 0x20 } },
		{ BINARY_24H, { 56, 34, 23, 29, 2, 24, 20 } },
		{ BINARY_12H, { 56, 34, 0x80 | 11, 29, 2, 24, 20 } },
		{ BCD_24H, { 0x56, 0x34, 0x23, 0x29, 0x02, 0x24, 0 } },		/* no century */
		{ BCD_24H, { 0x56, 0x34, 0x23, 0x29, 0x02, 0x24, 0xff } },	/* none that makes sense */
	};
	uint64_t seconds;

	for (unsigned i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		ck_assert(pv_native_rtc_decode(same[i].value, same[i].mode, &seconds));
		ck_assert_uint_eq(seconds, utc(2024, 2, 29, 23, 34, 56));
	}
}
END_TEST

START_TEST(rtc_twelve_hours)
{
	uint8_t value[7] = { 0, 0, 0, 1, 1, 0, 20 };
	uint64_t seconds;

	for (unsigned hour = 0; hour < 24; hour++) {
		value[2] = (uint8_t)((hour % 12 == 0 ? 12 : hour % 12) | (hour >= 12 ? 0x80 : 0));
		ck_assert(pv_native_rtc_decode(value, BINARY_12H, &seconds));
		ck_assert_uint_eq(seconds, utc(2000, 1, 1, (int)hour, 0, 0));
	}
	value[2] = 0;
	ck_assert(!pv_native_rtc_decode(value, BINARY_12H, &seconds));
	value[2] = 13;
	ck_assert(!pv_native_rtc_decode(value, BINARY_12H, &seconds));
}
END_TEST

START_TEST(rtc_two_digits_of_a_year)
{
	uint8_t value[7] = { 0, 0, 0, 1, 1, 0, 0 };
	uint64_t seconds;

	for (unsigned year = 0; year < 100; year++) {
		value[5] = (uint8_t)year;
		ck_assert(pv_native_rtc_decode(value, BINARY_24H, &seconds));
		ck_assert_uint_eq(seconds, utc((int)year + (year < 70 ? 2000 : 1900), 1, 1, 0, 0, 0));
	}
}
END_TEST

START_TEST(rtc_what_is_no_date)
{
	static const struct {
		uint8_t mode, value[7];
	} wrong[] = {
		{ BCD_24H, { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },	/* no chip */
		{ BINARY_12H, { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },
		{ BCD_24H, { 0, 0, 0, 0, 0, 0, 0 } },				/* flat battery */
		{ BCD_24H, { 0x61, 0, 0, 1, 1, 0, 0 } },
		{ BCD_24H, { 0x0a, 0, 0, 1, 1, 0, 0 } },			/* not BCD */
		{ BCD_24H, { 0, 0x60, 0, 1, 1, 0, 0 } },
		{ BCD_24H, { 0, 0, 0x24, 1, 1, 0, 0 } },
		{ BCD_24H, { 0, 0, 0, 0, 1, 0, 0 } },
		{ BCD_24H, { 0, 0, 0, 0x32, 1, 0, 0 } },
		{ BCD_24H, { 0, 0, 0, 0x29, 2, 0x23, 0x20 } },
		{ BCD_24H, { 0, 0, 0, 0x29, 2, 0x00, 0x21 } },			/* 2100 is no leap year */
		{ BCD_24H, { 0, 0, 0, 1, 0x13, 0, 0 } },
		{ BCD_24H, { 0, 0, 0, 1, 0, 0, 0 } },
		{ BCD_24H, { 0, 0, 0, 1, 1, 0xa0, 0 } },
		{ BCD_24H, { 0, 0, 0, 1, 1, 0x69, 0x19 } },			/* before 1970 */
		{ BINARY_24H, { 0, 0, 0, 1, 1, 100, 20 } },
	};
	uint64_t seconds = 0;

	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(!pv_native_rtc_decode(wrong[i].value, wrong[i].mode, &seconds), "line %u", i);
}
END_TEST

START_TEST(rtc_there_and_back)
{
	static const uint8_t modes[] = { BCD_24H, BCD_12H, BINARY_24H, BINARY_12H };
	uint8_t value[7];
	uint64_t seconds, back;

	/* A step that visits all hours and all days of the year, to the year 2400. */
	for (seconds = 0; seconds < 13600000000ull; seconds += 130003) {
		ck_assert(pv_native_rtc_encode(seconds, modes[_i], true, value));
		ck_assert(pv_native_rtc_decode(value, modes[_i], &back));
		ck_assert_uint_eq(back, seconds);
		if (seconds >= utc(2070, 1, 1, 0, 0, 0)) {
			ck_assert(!pv_native_rtc_encode(seconds, modes[_i], false, value));
		} else {
			ck_assert(pv_native_rtc_encode(seconds, modes[_i], false, value));
			ck_assert(pv_native_rtc_decode(value, modes[_i], &back));
			ck_assert_uint_eq(back, seconds);
		}
	}
}
END_TEST

START_TEST(rtc_agrees_with_the_host)
{
	uint8_t value[7];

	for (uint64_t seconds = 0; seconds < 10000000000ull; seconds += 7777777) {
		time_t t = (time_t)seconds;
		struct tm tm;

		gmtime_r(&t, &tm);
		ck_assert(pv_native_rtc_encode(seconds, BINARY_24H, true, value));
		ck_assert_int_eq(value[0], tm.tm_sec);
		ck_assert_int_eq(value[1], tm.tm_min);
		ck_assert_int_eq(value[2], tm.tm_hour);
		ck_assert_int_eq(value[3], tm.tm_mday);
		ck_assert_int_eq(value[4], tm.tm_mon + 1);
		ck_assert_int_eq(value[6] * 100 + value[5], tm.tm_year + 1900);
	}
}
END_TEST

START_TEST(rtc_beyond_the_chip)
{
	uint8_t value[7];

	ck_assert(!pv_native_rtc_encode(UINT64_MAX, BCD_24H, true, value));
	ck_assert(!pv_native_rtc_encode(utc(10000, 1, 1, 0, 0, 0), BCD_24H, true, value));
	ck_assert(pv_native_rtc_encode(utc(9999, 12, 31, 23, 59, 59), BCD_24H, true, value));
	ck_assert_uint_eq(value[5], 0x99);
	ck_assert_uint_eq(value[6], 0x99);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("native_time");
	TCase *t = tcase_create("rate");

	suite_add_tcase(s, t);
	tcase_add_test(t, cpuid_crystal_and_ratio);
	tcase_add_test(t, cpuid_says_nothing);
	tcase_add_test(t, cpuid_crystal_told_by_nominal_rate);
	tcase_add_test(t, measure_by_hpet);
	tcase_add_test(t, measure_by_pit);
	tcase_add_test(t, measure_across_the_wrap);
	tcase_add_test(t, measure_on_a_busy_host);
	tcase_add_loop_test(t, measure_on_a_share_of_a_cpu, 0, 5);
	tcase_add_test(t, measure_hopeless);
	tcase_add_test(t, measure_reference_stands_still);
	tcase_add_test(t, measure_unknown_stands_still);
	tcase_add_test(t, choice_takes_the_first_and_asks_no_further);
	tcase_add_test(t, choice_goes_on);
	tcase_add_test(t, choice_refuses_absurd_rates);
	t = tcase_create("chip");
	suite_add_tcase(s, t);
	tcase_add_test(t, rtc_notations);
	tcase_add_test(t, rtc_twelve_hours);
	tcase_add_test(t, rtc_two_digits_of_a_year);
	tcase_add_test(t, rtc_what_is_no_date);
	tcase_add_loop_test(t, rtc_there_and_back, 0, 4);
	tcase_add_test(t, rtc_agrees_with_the_host);
	tcase_add_test(t, rtc_beyond_the_chip);
	return s;
}

int
main(void)
{
	return run_all(srunner_create(suite()));
}
