/*
 * Wrong clocks and timers.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/time.h>
#include "mutants.h"

typedef uint64_t (*now_fn)(void);
typedef pv_status (*wall_get_fn)(uint64_t *ns);
typedef pv_status (*wall_set_fn)(uint64_t ns);
typedef void (*ns_fn)(uint64_t ns);
typedef void (*source_fn)(struct pv_time_source *out);
typedef pv_status (*page_fn)(struct pv_clock_page *page);

#define HOUR	(3600 * PV_NS_PER_SEC)

/* -- now -- */

static uint64_t
now_stands(void)
{
	return 7 * PV_NS_PER_MS;
}

static uint64_t
now_half(void)
{
	return RIGHT(now_fn)() >> 1;
}

static uint64_t
now_double(void)
{
	return RIGHT(now_fn)() << 1;
}

static uint64_t
now_back(void)
{
	static unsigned n;
	uint64_t now = RIGHT(now_fn)();

	return ++n % 64 == 0 && now > PV_NS_PER_MS ? now - PV_NS_PER_MS : now;
}

static uint64_t
now_jumps(void)
{
	static uint64_t ahead;
	static unsigned n;

	if (++n % 1000 == 0)
		ahead += PV_NS_PER_SEC;
	return RIGHT(now_fn)() + ahead;
}

static uint64_t
now_no_origin(void)
{
	return RIGHT(now_fn)() + (1ull << 60);
}

/* -- stolen -- */

static uint64_t
stolen_a_second(void)
{
	return PV_NS_PER_SEC;
}

/* -- wall clock -- */

static pv_status
wall_get_hour_off(uint64_t *ns)
{
	pv_status s = RIGHT(wall_get_fn)(ns);

	*ns += HOUR;
	return s;
}

static pv_status
wall_get_seconds(uint64_t *ns)
{
	pv_status s = RIGHT(wall_get_fn)(ns);

	*ns &= ~((1ull << 30) - 1);
	return s;
}

static pv_status
wall_get_absent(uint64_t *ns)
{
	(void)ns;
	return PV_E_ABSENT;
}

static pv_status
wall_set_nothing(uint64_t ns)
{
	(void)ns;
	return PV_OK;
}

static pv_status
wall_set_day_off(uint64_t ns)
{
	return RIGHT(wall_set_fn)(ns + 24 * HOUR);
}

static pv_status
wall_set_refused(uint64_t ns)
{
	(void)ns;
	return PV_E_ABSENT;
}

static pv_status
wall_set_31_bits(uint64_t ns)
{
	return ns >= 0x80000000u * PV_NS_PER_SEC ? PV_E_RANGE : RIGHT(wall_set_fn)(ns);
}

/* -- delay -- */

static void
delay_nothing(uint64_t ns)
{
	(void)ns;
}

static void
delay_half(uint64_t ns)
{
	RIGHT(ns_fn)(ns >> 1);
}

static void
delay_long(uint64_t ns)
{
	RIGHT(ns_fn)(ns);
	RIGHT(ns_fn)(PV_NS_PER_SEC);
}

/* -- alarm -- */

static void
alarm_nothing(uint64_t when)
{
	(void)when;
}

static void
alarm_late(uint64_t when)
{
	RIGHT(ns_fn)(when != 0 ? when + PV_NS_PER_SEC : 0);
}

static void
alarm_not_overdue(uint64_t when)
{
	if (when == 0 || when > pv_ops.time.now())
		RIGHT(ns_fn)(when);
}

/* An alarm that is set stays until it is due. */
static void
alarm_keeps_the_first(uint64_t when)
{
	static uint64_t first;

	if (first != 0 && when != 0 && pv_ops.time.now() < first)
		return;
	first = when;
	RIGHT(ns_fn)(when);
}

static void
alarm_short(uint64_t when)
{
	if (when == 0 || when < pv_ops.time.now() + 10 * PV_NS_PER_MS)
		RIGHT(ns_fn)(when);
}

/* -- source -- */

static void
source_unnamed(struct pv_time_source *out)
{
	RIGHT(source_fn)(out);
	out->clock = out->found_by = out->timer = "";
}

static void
source_other_rate(struct pv_time_source *out)
{
	RIGHT(source_fn)(out);
	out->hz += out->hz / 16;
}

static void
source_other_timer(struct pv_time_source *out)
{
	RIGHT(source_fn)(out);
	out->timer = "another";
}

/* -- clock page -- */

static pv_status
page_absent(struct pv_clock_page *page)
{
	(void)page;
	return PV_E_ABSENT;
}

static pv_status
page_other_rate(struct pv_clock_page *page)
{
	pv_status s = RIGHT(page_fn)(page);

	page->mult += page->mult >> 10;
	return s;
}

static pv_status
page_no_base(struct pv_clock_page *page)
{
	pv_status s = RIGHT(page_fn)(page);

	page->base_count = 0;
	return s;
}

static pv_status
page_no_wall(struct pv_clock_page *page)
{
	pv_status s = RIGHT(page_fn)(page);

	page->wall_base_ns = 0;
	return s;
}

/* -- stages -- */

static pv_status
init_nothing(void)
{
	return PV_OK;
}

/* The line of the clock chip, which is not the timer's; where it has none, one of the kernel's. */
static enum pv_line_result
not_mine(struct pv_line *line, void *arg)
{
	(void)line;
	(void)arg;
	return PV_LINE_NOT_MINE;
}

static pv_status
lines_takes_another(void)
{
	static struct pv_line line = { .handler = not_mine, .name = "wrong" };

	line.source = pv_line_isa(8);
	if (line.source == ~0u)
		line.source = PV_LINE_SOFT + 8;
	(void)pv_line_bind(&line);
	return RIGHT(pv_status (*)(void))();
}

static pv_status
lines_refused(void)
{
	return PV_E_FULL;
}

const struct mutant mutants_time[] = {
	MUTANT("time.now", "stands still", now_stands),
	MUTANT("time.now", "runs at half speed", now_half),
	MUTANT("time.now", "runs at double speed", now_double),
	MUTANT("time.now", "goes back now and then", now_back),
	MUTANT("time.now", "jumps ahead now and then", now_jumps),
	MUTANT("time.now", "begins anywhere", now_no_origin),
	MUTANT("time.stolen", "says a second", stolen_a_second),
	MUTANT("time.wall_get", "is an hour off", wall_get_hour_off),
	MUTANT("time.wall_get", "gives whole seconds", wall_get_seconds),
	MUTANT("time.wall_get", "says absent", wall_get_absent),
	MUTANT("time.wall_set", "does nothing and says ok", wall_set_nothing),
	MUTANT("time.wall_set", "is a day off", wall_set_day_off),
	MUTANT("time.wall_set", "refuses", wall_set_refused),
	MUTANT("time.wall_set", "knows 31 bits of seconds", wall_set_31_bits),
	MUTANT("time.delay", "returns at once", delay_nothing),
	MUTANT("time.delay", "waits for half", delay_half),
	MUTANT("time.delay", "waits for a second more", delay_long),
	MUTANT("time.alarm", "does nothing", alarm_nothing),
	MUTANT("time.alarm", "comes a second late", alarm_late),
	MUTANT("time.alarm", "ignores what is overdue", alarm_not_overdue),
	MUTANT("time.alarm", "keeps the first setting", alarm_keeps_the_first),
	MUTANT("time.alarm", "cannot do more than it can at once", alarm_short),
	MUTANT("time.source", "names nothing", source_unnamed),
	MUTANT("time.source", "tells another rate", source_other_rate),
	MUTANT("time.source", "names another timer", source_other_timer),
	MUTANT("time.clock_page", "says absent", page_absent),
	MUTANT("time.clock_page", "has another rate", page_other_rate),
	MUTANT("time.clock_page", "forgets where counting began", page_no_base),
	MUTANT("time.clock_page", "forgets the wall clock", page_no_wall),
	MUTANT_FATAL("time.init", "does nothing and says ok", init_nothing),
	MUTANT("time.lines", "takes another line", lines_takes_another),
	MUTANT_FATAL("time.lines", "refuses", lines_refused),
	{ 0 }
};
