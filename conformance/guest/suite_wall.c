/*
 * The wall clock: set, read, running with the clock, put back. That the chip takes
 * the date too is the machine's own suite's to see.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../hooks/arith.h"
#include "suites.h"
#include "wait.h"

#define SECOND		PV_NS_PER_SEC
/* A host that is busy takes its time between two lines of a case. */
#define BUSY		(10 * SECOND)

/* 2020-01-01 and 2100-01-01: a machine's date when nobody has set it wrong. */
#define DATE_LEAST	(1577836800 * SECOND)
#define DATE_MOST	(4102444800 * SECOND)

static void
date_is_plausible(void)
{
	uint64_t now = 0;

	if (!pv_has(PV_CAP_WALL_CLOCK)) {
		CHECK_STATUS(pv_wall_get(&now), PV_E_ABSENT);
		return;
	}
	CHECK_OK(pv_wall_get(&now));
	CHECK(now > DATE_LEAST && now < DATE_MOST);
}

/* Both clocks tell the same time between two moments. */
static void
runs_with_the_clock(void)
{
	uint64_t clock[4], wall[2];

	clock[0] = pv_time_ns();
	CHECK_OK(pv_wall_get(&wall[0]));
	clock[1] = pv_time_ns();
	pv_delay_ns(5 * PV_NS_PER_MS);
	clock[2] = pv_time_ns();
	CHECK_OK(pv_wall_get(&wall[1]));
	clock[3] = pv_time_ns();
	CHECK(wall[1] - wall[0] >= clock[2] - clock[1]);
	CHECK(wall[1] - wall[0] <= clock[3] - clock[0]);
}

/* Set a date, read it, put back what was. The first that failed is what it says. */
static pv_status
try_date(uint64_t date, uint64_t *read)
{
	uint64_t was, start = pv_time_ns();
	pv_status s = pv_wall_get(&was), back;

	if (s != PV_OK)
		return s;
	s = pv_wall_set(date);
	if (s == PV_OK)
		s = pv_wall_get(read);
	back = pv_wall_set(was + (pv_time_ns() - start));
	return s == PV_OK ? back : s;
}

/*
 * Whether the layer below keeps the date, as it may for guests that have no devices: it is then not
 * to be set, and stays what it is.
 */
static bool
kept_below(void)
{
	uint64_t before = 0, after = 0, start = pv_time_ns();
	pv_status s;

	if (!pv_has(PV_CAP_PARAVIRT) || pv_has(PV_CAP_PORTS) || pv_wall_get(&before) != PV_OK)
		return false;
	s = pv_wall_set(1000000000 * SECOND);
	/* This guest's own date, which the layer below keeps for it. */
	if (s == PV_OK && pv_wall_set(before + (pv_time_ns() - start)) == PV_OK)
		return false;
	if (s != PV_E_ABSENT || pv_wall_get(&after) != PV_OK || after < before || after - before >= BUSY)
		suite_fail(__FILE__, __LINE__, "the date, which the layer below keeps, was %llu and is %llu",
		    (unsigned long long)before, (unsigned long long)after);
	return true;
}

static void
date_reads_back(void)
{
	/* Ends of days, months, leap years; beyond 31 bits; with a part of a second; to 2067, as all chips can. */
	static const uint64_t dates[] = {
		951782399, 951868799, 1000000000, 1709164799, 1735689599, 2147483647, 2147483648u, 3092601599u,
	};

	if (kept_below())
		return;
	for (unsigned i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
		uint64_t date = dates[i] * SECOND + 123456789, read = 0;
		pv_status s = try_date(date, &read);

		if (s != PV_OK || read < date || read - date > BUSY) {
			suite_fail(__FILE__, __LINE__, "date %llu: %s, reads %llu", (unsigned long long)date,
			    pv_status_name(s), (unsigned long long)read);
			return;
		}
	}
}

static void
date_is_put_back(void)
{
	uint64_t before, after, read;

	if (kept_below())
		return;
	CHECK_OK(pv_wall_get(&before));
	CHECK_OK(try_date(1000000000 * SECOND, &read));
	CHECK_OK(pv_wall_get(&after));
	CHECK(after >= before);
	CHECK(after - before < BUSY);
}

/* 2200: a chip with two digits of the year cannot hold it. Kept or refused, never another date. */
static void
far_date_is_kept_or_refused(void)
{
	uint64_t far = 7258118400 * SECOND, before, after, read = far;
	pv_status s;

	if (kept_below())
		return;
	CHECK_OK(pv_wall_get(&before));
	s = try_date(far, &read);
	CHECK_OK(pv_wall_get(&after));
	CHECK(s == PV_OK || s == PV_E_RANGE);
	CHECK(read >= far && read - far < BUSY);
	CHECK(after >= before);
	CHECK(after - before < BUSY);
}

/* Setting the date leaves monotonic time and timers alone. */
static void
date_moves_nothing_else(void)
{
	uint64_t before = pv_time_ns(), read, after;

	if (kept_below())
		return;
	CHECK_OK(try_date(1000000000 * SECOND, &read));
	after = pv_time_ns();
	CHECK(after >= before);
	CHECK(after - before < BUSY);
}

static const struct suite_case cases[] = {
	{ "date_is_plausible", date_is_plausible, "pv_wall_get time.wall_get time.init", 0 },
	{ "runs_with_the_clock", runs_with_the_clock, "pv_wall_get time.wall_get", 0 },
	{ "date_reads_back", date_reads_back, "pv_wall_set pv_wall_get time.wall_set time.wall_get", 0 },
	{ "date_is_put_back", date_is_put_back, "pv_wall_set time.wall_set", 0 },
	{ "far_date_is_kept_or_refused", far_date_is_kept_or_refused, "pv_wall_set time.wall_set", 0 },
	{ "date_moves_nothing_else", date_moves_nothing_else, "pv_wall_set time.wall_set", 0 },
};
SUITE(suite_wall, "wall", cases);
