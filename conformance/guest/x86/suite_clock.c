/*
 * The clock of a PC beside other clocks of the machine: the time stamp counter, the
 * 8254, the clock chip.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include "../../../hooks/arith.h"
#include "../capture.h"
#include "../suites.h"

uint64_t
suite_counter(void)
{
	return pv_counter();
}

bool
suite_counter_is_clock(void)
{
	struct pv_time_source s;

	pv_time_source(&s);
	return suite_text_is(s.clock, "tsc");
}

/* A count, and the clock before and after: it was read in between, whoever took the CPU away meanwhile. */
struct moment {
	uint64_t before, count, after;
};

static struct moment
moment(uint64_t (*count)(void))
{
	struct moment m;

	m.before = pv_time_ns();
	m.count = count();
	m.after = pv_time_ns();
	return m;
}

/* -- another clock --------------------------------------------------------------- */

#define PIT_CHANNEL_2		0x42
#define PIT_CONTROL		0x43
#define CONTROL_2_RATE		0xb4	/* channel 2, both bytes, counts down from 65536 over and over */
#define CONTROL_2_LATCH		0x80
#define SYSTEM_PORT		0x61
#define SYSTEM_KEEP		0x0c
#define SYSTEM_GATE_2		0x01
#define PIT_HZ			1193182u

static uint64_t
pit_count(void)
{
	uint8_t low;

	pv_out8(PIT_CONTROL, CONTROL_2_LATCH);
	low = pv_in8(PIT_CHANNEL_2);
	return (uint16_t)-(pv_in8(PIT_CHANNEL_2) << 8 | low);
}

/* As the library sets it too: it counts freely, silently. */
static void
pit_start(void)
{
	struct pv_time_source s;

	pv_time_source(&s);
	if (suite_text_is(s.clock, "pit"))
		return;		/* it is the clock, and must not be set back */
	pv_out8(SYSTEM_PORT, (pv_in8(SYSTEM_PORT) & SYSTEM_KEEP) | SYSTEM_GATE_2);
	pv_out8(PIT_CONTROL, CONTROL_2_RATE);
	pv_out8(PIT_CHANNEL_2, 0);
	pv_out8(PIT_CHANNEL_2, 0);
}

/*
 * Count for 20 ms of the clock, a second at most. False: the CPU was away for so long that the 8254
 * may have gone round unseen (55 ms; half of that, should the clock be slow).
 */
static bool
twenty_ms(struct moment *first, struct moment *last, uint32_t *ticks)
{
	struct moment s;

	*ticks = 0;
	*first = *last = moment(pit_count);
	do {
		s = moment(pit_count);
		if (s.after - last->before > 27 * PV_NS_PER_MS)
			return false;
		*ticks += (uint16_t)(s.count - last->count);
		*last = s;
	} while (last->before - first->after < 20 * PV_NS_PER_MS && *ticks < PIT_HZ);
	return true;
}

/* Somebody answers at its ports? Nobody reads as all ones. */
static bool
pit_counts(void)
{
	uint64_t before = pit_count();

	pv_delay_ns(PV_NS_PER_MS);
	return pit_count() != before;
}

/* Pauses make the bounds wider, not wrong. */
static void
rate_by_the_pit(void)
{
	struct moment first, last;
	unsigned rounds = 0;
	uint64_t took;
	uint32_t ticks;

	if (!pv_has(PV_CAP_PORTS))
		SKIP("no ports");
	pit_start();
	if (pv_has(PV_CAP_PARAVIRT) && !pit_counts())
		SKIP("the interval timer is the layer's below");
	for (unsigned i = 0; i < 100 && rounds < 3; i++) {
		if (!twenty_ms(&first, &last, &ticks))
			continue;
		rounds++;
		took = pv_udiv64(ticks * PV_NS_PER_SEC, PIT_HZ, NULL);
		/* One in 64 is what a calibration may be off at worst. */
		CHECK(took + took / 64 >= last.before - first.after);
		CHECK(took - took / 64 <= last.after - first.before);
	}
	CHECK(rounds != 0);
}

/* -- sleep ------------------------------------------------------------------------------ */

static void
wake(struct pv_timer *timer, void *arg)
{
	(void)timer;
	*(volatile bool *)arg = true;
}

/* Asleep until a timer comes, and by nothing else. */
static bool
sleep(uint64_t ns)
{
	static bool awake;
	struct pv_timer timer = { .handler = wake, .arg = &awake };

	awake = false;
	if (pv_timer_set(&timer, PV_TIMER_REAL, pv_time_ns() + ns, 0) != PV_OK)
		return false;
	for (;;) {
		pv_irq_disable();
		if (*(volatile bool *)&awake)
			break;
		pv_cpu_idle();
	}
	pv_irq_enable();
	return true;
}

/*
 * Nobody reads the clock meanwhile but the library: a narrow one goes round many times, and must not
 * lose one. expect=icount: time passes by instructions, so twelve seconds are over at once; elsewhere
 * the host may keep a narrow clock waiting for too long, which time.c says it cannot help.
 */
static void
sleep_loses_no_time(void)
{
	char words[80];
	bool exact = suite_option("expect", words, sizeof(words)) && suite_text_has(words, "icount");
	uint64_t length = exact ? 12 * PV_NS_PER_SEC : 200 * PV_NS_PER_MS, awake, asleep;
	struct moment m[3];
	struct pv_time_source s;

	pv_time_source(&s);
	m[0] = moment(suite_counter);
	pv_delay_ns(20 * PV_NS_PER_MS);
	m[1] = moment(suite_counter);
	CHECK(sleep(length));
	m[2] = moment(suite_counter);
	CHECK(m[2].before - m[1].after >= length);
	if (!exact && suite_text_is(s.clock, "pit"))
		return;
	/* The same rate awake and asleep, within an eighth; shifts keep the products within 64 bits. */
	awake = (m[1].count - m[0].count) >> 10;
	asleep = (m[2].count - m[1].count) >> 10;
	CHECK(asleep * ((m[1].before - m[0].after) >> 10) <= awake * ((m[2].after - m[1].before) >> 10) / 8 * 9);
	CHECK(asleep * ((m[1].after - m[0].before) >> 10) >= awake * ((m[2].before - m[1].after) >> 10) / 8 * 7);
}

/* -- the clock chip ----------------------------------------------------------------- */

#define RTC_INDEX		0x70
#define RTC_DATA		0x71
#define RTC_STATUS_A		0x0a
#define STATUS_A_UPDATING	0x80
#define RTC_STATUS_B		0x0b
#define STATUS_B_24H		0x02
#define STATUS_B_BINARY		0x04

static uint32_t
rtc(uint8_t reg)
{
	uint32_t value;

	pv_out8(RTC_INDEX, reg);
	value = pv_in8(RTC_DATA);
	return reg < RTC_STATUS_A ? (value >> 4) * 10 + (value & 15) : value;
}

/* Seconds since 2000-01-01 of what the chip says, for dates of this century. */
static uint64_t
chip_seconds(void)
{
	static const uint16_t before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	pv_irq_state gate = pv_irq_save();
	uint32_t days, seconds, year, month;

	for (unsigned i = 0; i < 100000 && (rtc(RTC_STATUS_A) & STATUS_A_UPDATING) != 0; i++)
		pv_cpu_relax();
	year = rtc(9);
	month = rtc(8);
	days = year * 365 + (year + 3) / 4 + before[(month - 1) % 12] + (year % 4 == 0 && month > 2) + rtc(7) - 1;
	seconds = rtc(4) * 3600 + rtc(2) * 60 + rtc(0);
	pv_irq_restore(gate);
	return days * 86400ull + seconds;
}

#define YEAR_2000	946684800u

/* The date goes to the chip, and back to it when it is put back. */
static void
chip_keeps_the_date(void)
{
	static const uint32_t dates[] = { 951782399, 1709210096, 2147483647, 3124223990u };
	uint64_t was = 0, chip = 0, start = pv_time_ns();
	pv_status s = pv_wall_get(&was);

	if (!suite_pc())
		SKIP("the date is the layer's below, and the chip");
	CHECK_OK(s);
	CHECK_EQ(rtc(RTC_STATUS_B) & (STATUS_B_24H | STATUS_B_BINARY), STATUS_B_24H);
	for (unsigned i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
		s = pv_wall_set(dates[i] * PV_NS_PER_SEC);
		chip = chip_seconds() + YEAR_2000;
		if (s != PV_OK || chip < dates[i] || chip > dates[i] + 5) {
			suite_fail(__FILE__, __LINE__, "set to %u (%s), the chip says %llu", (unsigned)dates[i],
			    pv_status_name(s), (unsigned long long)chip);
			break;
		}
	}
	was += pv_time_ns() - start;
	CHECK_OK(pv_wall_set(was));
	was = pv_udiv64(was, PV_NS_PER_SEC, NULL);
	chip = chip_seconds() + YEAR_2000;
	CHECK(chip >= was && chip <= was + 5);
}

/* At start the date came from the chip: they still agree, to the second and what both lose by that. */
static void
chip_told_the_date(void)
{
	uint64_t wall, chip;
	struct pv_time_source s;

	if (!pv_has(PV_CAP_PORTS))
		SKIP("no ports");
	chip = chip_seconds() + YEAR_2000;
	pv_time_source(&s);
	CHECK_OK(pv_wall_get(&wall));
	wall = pv_udiv64(wall, PV_NS_PER_SEC, NULL);
	/* The 8254 as the clock loses time whenever this CPU is away for 55 ms. */
	CHECK(wall + (suite_text_is(s.clock, "pit") ? 60 : 2) >= chip);
	CHECK(wall <= chip + 5);
}

static const struct suite_case cases[] = {
	{ "sleep_loses_no_time", sleep_loses_no_time, "pv_time_ns pv_cpu_idle time.now", CASE_ONCE },
	{ "rate_by_the_pit", rate_by_the_pit, "pv_time_ns time.now time.init", 0 },
	{ "chip_keeps_the_date", chip_keeps_the_date, "pv_wall_set time.wall_set", 0 },
	{ "chip_told_the_date", chip_told_the_date, "pv_wall_get time.wall_get time.init", 0 },
};
SUITE(suite_clock, "clock", cases);
