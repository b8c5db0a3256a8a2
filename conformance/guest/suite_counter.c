/*
 * The clock beside the CPU's counter, where that is what it counts by: the rate that is
 * told, and the page by which user mode reads the time.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../hooks/arith.h"
#include "suites.h"

/*
 * The CPU's counter, where it is the clock, runs at the rate that is told. The clock is read between
 * two readings of the counter, at both ends: whatever comes between makes the bounds wider, not wrong.
 */
static void
source_rate_is_the_counters(void)
{
	struct pv_time_source s;
	uint64_t count[4], first, last, ticks_per_ms, passed;

	pv_time_source(&s);
	if (!suite_counter_is_clock())
		return;		/* the clock is another device */
	count[0] = suite_counter();
	first = pv_time_ns();
	count[1] = suite_counter();
	pv_delay_ns(20 * PV_NS_PER_MS);
	count[2] = suite_counter();
	last = pv_time_ns();
	count[3] = suite_counter();
	ticks_per_ms = pv_udiv64(s.hz, 1000, NULL);
	passed = (last - first) * ticks_per_ms;
	/* In counts times a million; a thousandth for the rounding of the rate. */
	CHECK(passed + passed / 1024 >= (count[2] - count[1]) * PV_NS_PER_MS);
	CHECK(passed - passed / 1024 <= (count[3] - count[0]) * PV_NS_PER_MS);
}

/* -- the page for user mode ------------------------------------------------------ */

static struct pv_clock_page
page_copy(pv_paddr frame)
{
	const struct pv_hooks *h = pv_hooks_get();
	struct pv_clock_page *page = h->map_frame(h->context, frame), copy = *page;

	h->unmap_frame(h->context, page);
	return copy;
}

/* The formula of <pv/time.h>. */
static uint64_t
page_time(const struct pv_clock_page *page)
{
	return page->base_ns + pv_scale64(suite_counter() - page->base_count, page->mult, page->shift);
}

static void
page_gives_the_time(void)
{
	struct pv_clock_page page;
	pv_paddr frame = pv_pa(0);

	if (!suite_counter_is_clock()) {
		CHECK_STATUS(pv_clock_page(&frame), PV_E_ABSENT);
		return;
	}
	CHECK_OK(pv_clock_page(&frame));
	CHECK_EQ(frame.v & PV_PAGE_MASK, 0);
	page = page_copy(frame);
	CHECK((page.version & 1) == 0);
	CHECK(page.mult != 0 && page.shift <= 32);
	for (unsigned i = 0; i < 100; i++) {
		uint64_t before = pv_time_ns(), now, after;

		pv_rmb();
		now = page_time(&page);
		pv_rmb();
		after = pv_time_ns();
		CHECK(now >= before);
		CHECK(now <= after);
	}
}

static void
page_gives_the_wall_clock(void)
{
	struct pv_clock_page page;
	uint64_t before, now, after;
	pv_paddr frame;
	pv_status s = pv_clock_page(&frame);

	if (s == PV_E_ABSENT || pv_wall_get(&before) == PV_E_ABSENT)
		return;		/* what page_gives_the_time and suite_wall.c check */
	CHECK_OK(s);
	page = page_copy(frame);
	CHECK_OK(pv_wall_get(&before));
	now = page.wall_base_ns + page_time(&page);
	CHECK_OK(pv_wall_get(&after));
	CHECK(now >= before);
	CHECK(now <= after);
}

/* Setting the wall clock brings the page up to date, and a reader notices by the version. */
static void
page_follows_the_wall_clock(void)
{
	struct pv_clock_page page, later;
	uint64_t wall;
	pv_paddr frame;
	pv_status s;

	if (pv_clock_page(&frame) == PV_E_ABSENT || pv_wall_get(&wall) == PV_E_ABSENT)
		return;
	page = page_copy(frame);
	CHECK_OK(pv_wall_get(&wall));
	s = pv_wall_set(wall + 1000 * PV_NS_PER_SEC);
	if (s == PV_E_ABSENT && pv_has(PV_CAP_PARAVIRT) && !pv_has(PV_CAP_PORTS))
		return;		/* the layer below keeps the date, see suite_wall.c */
	CHECK_OK(s);
	later = page_copy(frame);
	CHECK_OK(pv_wall_get(&wall));
	CHECK_OK(pv_wall_set(wall - 1000 * PV_NS_PER_SEC));
	CHECK(later.version != page.version);
	CHECK((later.version & 1) == 0);
	/* Less what passed between reading and setting. */
	CHECK(later.wall_base_ns - page.wall_base_ns >= 990 * PV_NS_PER_SEC);
	CHECK(later.wall_base_ns - page.wall_base_ns <= 1000 * PV_NS_PER_SEC);
	CHECK_EQ(later.mult, page.mult);
	CHECK_EQ(later.base_count, page.base_count);
}

static const struct suite_case cases[] = {
	{ "source_rate_is_the_counters", source_rate_is_the_counters, "pv_time_source time.source time.now", 0 },
	{ "page_gives_the_time", page_gives_the_time, "pv_clock_page time.clock_page", 0 },
	{ "page_gives_the_wall_clock", page_gives_the_wall_clock, "pv_clock_page time.clock_page", 0 },
	{ "page_follows_the_wall_clock", page_follows_the_wall_clock, "pv_clock_page pv_wall_set time.wall_set", 0 },
};
SUITE(suite_counter_cases, "counter", cases);
