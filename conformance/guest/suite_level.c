/*
 * Priority levels: what is held back, what is not, and that it comes when the level
 * drops, on software and cross lines.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "line_world.h"
#include "suites.h"

static void
raise_and_lower(void)
{
	uint8_t before[4];

	lines_fresh();
	before[0] = pv_irq_raise(5);
	before[1] = pv_irq_raise(3);	/* not down */
	before[2] = pv_irq_raise(9);
	pv_irq_lower(before[2]);
	before[3] = pv_irq_raise(0);
	pv_irq_lower(before[0]);
	CHECK_EQ(before[0], 0);
	CHECK_EQ(before[1], 5);
	CHECK_EQ(before[2], 5);
	CHECK_EQ(before[3], 5);
	CHECK_EQ(pv_cpu()->level, 0);
	CHECK(pv_irq_enabled());
	/* Fifteen is the highest there is. */
	(void)pv_irq_raise(200);
	before[0] = pv_irq_raise(0);
	pv_irq_lower(0);
	CHECK_EQ(before[0], 15);
}

static void
gate_stays_as_it_is(void)
{
	bool open[4];
	pv_irq_state gate;

	lines_fresh();
	(void)pv_irq_raise(15);
	open[0] = pv_irq_enabled();
	gate = pv_irq_save();
	(void)pv_irq_raise(4);
	open[1] = pv_irq_enabled();
	pv_irq_lower(0);
	open[2] = pv_irq_enabled();
	pv_irq_restore(gate);
	open[3] = pv_irq_enabled();
	CHECK(open[0]);
	CHECK(!open[1]);
	CHECK(!open[2]);
	CHECK(open[3]);
}

/* At the line's level and above it waits; below, it comes. */
static void
held_at_its_level(void)
{
	for (uint8_t level = 1; level <= 14; level++) {
		unsigned at, above;

		lines_fresh();
		CHECK_OK(line_soft(0, 3, level));
		CHECK_OK(line_soft(1, 4, (uint8_t)(level + 1)));
		(void)pv_irq_raise(level);
		pv_line_raise(3);
		pv_line_raise(4);
		above = suite_wait(&calls, 1) ? (unsigned)(line_notes[0].line - lines) : 99;
		at = calls;
		pv_irq_lower((uint8_t)(level - 1));
		CHECK_EQ(above, 1);
		CHECK_EQ(at, 1);
		CHECK(suite_wait(&calls, 2));
		CHECK(line_notes[1].line == &lines[0]);
		pv_irq_lower(0);
	}
	lines_fresh();
}

static void
nothing_comes_at_fifteen(void)
{
	unsigned held;

	lines_fresh();
	CHECK_OK(line_soft(0, 3, 15));
	CHECK_OK(line_source(1, PV_LINE_CROSS + 1, 0));
	(void)pv_irq_raise(15);
	pv_line_raise(3);
	(void)pv_line_send(1, pv_cpu_nr());
	suite_settle();
	held = calls;
	pv_irq_lower(0);
	CHECK_EQ(held, 0);
	CHECK(suite_wait(&calls, 2));
	lines_fresh();
}

/* Held back twice is delivered once. */
static void
held_once(void)
{
	lines_fresh();
	CHECK_OK(line_soft(0, 3, 6));
	CHECK_OK(line_source(1, PV_LINE_CROSS + 2, 0));
	(void)pv_irq_raise(10);
	for (unsigned i = 0; i < 3; i++) {
		pv_line_raise(3);
		(void)pv_line_send(2, pv_cpu_nr());
		suite_settle();
	}
	pv_irq_lower(0);
	CHECK(suite_wait(&calls, 2));
	suite_settle();
	CHECK_EQ(lines[0].count, 1);
	CHECK_EQ(lines[1].count, 1);
	lines_fresh();
}

/* Step by step down: each step lets through what lies above it, highest first. */
static void
comes_in_order(void)
{
	static const uint8_t levels[] = { 3, 12, 7, 1, 9, 5 };
	static const uint8_t order[] = { 1, 4, 2, 5, 0, 3 };

	lines_fresh();
	for (unsigned i = 0; i < sizeof(levels); i++)
		CHECK_OK(line_soft(i, 10 + i, levels[i]));
	(void)pv_irq_raise(14);
	for (unsigned i = 0; i < sizeof(levels); i++)
		pv_line_raise(10 + i);
	suite_settle();
	CHECK_EQ(calls, 0);
	pv_irq_lower(6);
	CHECK(suite_wait(&calls, 3));
	suite_settle();
	CHECK_EQ(calls, 3);
	pv_irq_lower(0);
	CHECK(suite_wait(&calls, sizeof(levels)));
	for (unsigned i = 0; i < sizeof(order); i++)
		CHECK(line_notes[i].line == &lines[order[i]]);
	lines_fresh();
}

/* -- in handlers ------------------------------------------------------------------------ */

static volatile bool inner_came;

/* Line 0 raises line 1 with the gate open: it comes at once if it is above, later if not. */
static enum pv_line_result
raise_inner(struct pv_line *line)
{
	if (line != &lines[0])
		return PV_LINE_MINE;
	pv_line_raise(4);
	pv_irq_enable();
	if (lines[1].level > line->level)
		(void)suite_wait(&calls, 2);
	else
		suite_settle();
	pv_irq_disable();
	inner_came = calls == 2;
	return PV_LINE_MINE;
}

static void
handler_runs_at_its_level(void)
{
	lines_fresh();
	CHECK_OK(line_soft(0, 3, 6));
	CHECK_OK(line_soft(1, 4, 6));
	line_action = raise_inner;
	inner_came = true;
	pv_line_raise(3);
	CHECK(suite_wait(&calls, 2));
	CHECK(!inner_came);
	CHECK(!line_notes[1].nested);
	CHECK_EQ(pv_cpu()->level, 0);
	lines_fresh();
}

static void
higher_interrupts_a_handler(void)
{
	lines_fresh();
	CHECK_OK(line_soft(0, 3, 6));
	CHECK_OK(line_soft(1, 4, 7));
	line_action = raise_inner;
	inner_came = false;
	pv_line_raise(3);
	CHECK(suite_wait(&calls, 2));
	CHECK_EQ(line_notes[1].level, 7);
	CHECK(inner_came);
	CHECK(line_notes[1].nested);
	lines_fresh();
}

/* A handler may raise the level and forget it: its caller's comes back. */
static enum pv_line_result
raise_and_forget(struct pv_line *line)
{
	(void)line;
	(void)pv_irq_raise(14);
	return PV_LINE_MINE;
}

static void
level_comes_back(void)
{
	lines_fresh();
	CHECK_OK(line_soft(0, 3, 6));
	line_action = raise_and_forget;
	pv_line_raise(3);
	CHECK(suite_wait(&calls, 1));
	CHECK_EQ(pv_cpu()->level, 0);
	lines_fresh();
}

/* -- with the other reasons to wait -------------------------------------------------------- */

static void
masked_and_held(void)
{
	lines_fresh();
	CHECK_OK(line_soft(0, 3, 6));
	pv_line_mask(&lines[0]);
	(void)pv_irq_raise(8);
	pv_line_raise(3);
	pv_line_unmask(&lines[0]);
	suite_settle();
	CHECK_EQ(calls, 0);
	pv_line_mask(&lines[0]);
	pv_irq_lower(0);
	suite_settle();
	CHECK_EQ(calls, 0);
	pv_line_unmask(&lines[0]);
	CHECK(suite_wait(&calls, 1));
	suite_settle();
	CHECK_EQ(calls, 1);
	lines_fresh();
}

static void
gate_and_level(void)
{
	unsigned closed;

	lines_fresh();
	CHECK_OK(line_soft(0, 3, 6));
	(void)pv_irq_raise(8);
	pv_line_raise(3);
	pv_irq_disable();
	pv_irq_lower(0);
	pv_delay_ns(PV_NS_PER_MS);
	closed = calls;
	pv_irq_enable();
	CHECK_EQ(closed, 0);
	CHECK(suite_wait(&calls, 1));
	lines_fresh();
}

static void
unbound_while_held(void)
{
	lines_fresh();
	CHECK_OK(line_soft(0, 3, 6));
	(void)pv_irq_raise(8);
	pv_line_raise(3);
	CHECK_OK(pv_line_unbind(&lines[0]));
	CHECK_OK(line_soft(1, 3, 6));
	pv_irq_lower(0);
	suite_settle();
	CHECK_EQ(calls, 0);
	lines_fresh();
}

#define LEVELS	"pv_irq_raise pv_irq_lower"

static const struct suite_case cases[] = {
	{ "raise_and_lower", raise_and_lower, LEVELS, 0 },
	{ "gate_stays_as_it_is", gate_stays_as_it_is, LEVELS, 0 },
	{ "held_at_its_level", held_at_its_level, LEVELS " line.send", 0 },
	{ "nothing_comes_at_fifteen", nothing_comes_at_fifteen, LEVELS " line.send", 0 },
	{ "held_once", held_once, LEVELS " line.send", 0 },
	{ "comes_in_order", comes_in_order, LEVELS " line.send", 0 },
	{ "handler_runs_at_its_level", handler_runs_at_its_level, LEVELS, 0 },
	{ "higher_interrupts_a_handler", higher_interrupts_a_handler, LEVELS, 0 },
	{ "level_comes_back", level_comes_back, LEVELS, 0 },
	{ "masked_and_held", masked_and_held, LEVELS " pv_line_mask pv_line_unmask", 0 },
	{ "gate_and_level", gate_and_level, LEVELS, 0 },
	{ "unbound_while_held", unbound_while_held, LEVELS " pv_line_unbind", 0 },
};
SUITE(suite_level, "level", cases);
