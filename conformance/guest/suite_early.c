/*
 * Before stage TIME: a delay works, from the first instruction on; what needs a
 * clock or lines refuses by a status. It is tried when the kernel starts, and
 * looked at by cases.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "suites.h"
#include "wait.h"

#define DELAY	(20 * PV_NS_PER_MS)

static struct {
	uint64_t ticks;		/* of the CPU's counter, in a delay */
	pv_status wall_get, wall_set, clock_page, timer, bind, unbind;
	bool cancelled;
} early;

static void
timer_handler(struct pv_timer *timer, void *arg)
{
	(void)timer;
	(void)arg;
}

static enum pv_line_result
line_handler(struct pv_line *line, void *arg)
{
	(void)line;
	(void)arg;
	return PV_LINE_MINE;
}

void
suite_early(void)
{
	struct pv_timer timer = { .handler = timer_handler };
	struct pv_line line = { .source = PV_LINE_SOFT, .handler = line_handler };
	uint64_t start = suite_counter(), ns = 0;
	pv_paddr frame;

	pv_delay_ns(DELAY);
	early.ticks = suite_counter() - start;
	early.wall_get = pv_wall_get(&ns);
	early.wall_set = pv_wall_set(ns);
	early.clock_page = pv_clock_page(&frame);
	early.timer = pv_timer_set(&timer, PV_TIMER_REAL, 0, 0);
	early.cancelled = pv_timer_cancel(&timer);
	early.bind = pv_line_bind(&line);
	early.unbind = pv_line_unbind(&line);
}

/*
 * In ticks of the counter it is not shorter than a delay by the clock can be at most. Rates: ticks
 * per ns are at least what a delay of now counts inside of what the clock says of it.
 */
static void
delay_works_without_a_clock(void)
{
	uint64_t clock[2], count[2];

	clock[0] = pv_time_ns();
	count[0] = suite_counter();
	pv_delay_ns(DELAY);
	count[1] = suite_counter();
	clock[1] = pv_time_ns();
	/* ticks / DELAY >= (count / clock) * 63/64, without dividing; microseconds keep it within 64 bits. */
	CHECK((early.ticks >> 10) * ((clock[1] - clock[0]) >> 10) >=
	    ((count[1] - count[0]) >> 10) * (DELAY >> 10) / 64 * 63);
	/* And not for ever: ten seconds for these twenty milliseconds. */
	CHECK(early.ticks < (count[1] - count[0]) * 500);
}

static void
no_clock_yet(void)
{
	CHECK_STATUS(early.wall_get, PV_E_STAGE);
	CHECK_STATUS(early.wall_set, PV_E_STAGE);
	CHECK_STATUS(early.clock_page, PV_E_STAGE);
	CHECK_STATUS(early.timer, PV_E_STAGE);
	CHECK(!early.cancelled);
}

static void
no_lines_yet(void)
{
	CHECK_STATUS(early.bind, PV_E_STAGE);
	CHECK_STATUS(early.unbind, PV_E_NOENT);
}

static const struct suite_case cases[] = {
	{ "delay_works_without_a_clock", delay_works_without_a_clock, "pv_delay_ns time.delay", CASE_ONCE },
	{ "no_clock_yet", no_clock_yet, "pv_timer_set pv_timer_cancel pv_wall_get pv_wall_set pv_clock_page",
	    CASE_ONCE },
	{ "no_lines_yet", no_lines_yet, "pv_line_bind pv_line_unbind", CASE_ONCE },
};
SUITE(suite_early_cases, "early", cases);
