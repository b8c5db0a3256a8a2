/*
 * The interrupt gate: every op of it, nested, against a pending interrupt.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "suites.h"
#include "wait.h"

static void
save_closes(void)
{
	pv_irq_state s;

	pv_irq_enable();
	s = pv_irq_save();
	if (pv_irq_enabled()) {
		suite_fail(__FILE__, __LINE__, "the gate is open behind pv_irq_save()");
		return;
	}
	CHECK(pv_irq_state_enabled(s));
	pv_irq_restore(s);
	CHECK(pv_irq_enabled());
}

static void
save_nests(void)
{
	pv_irq_state outer = pv_irq_save();
	pv_irq_state inner = pv_irq_save();
	bool inner_open = pv_irq_state_enabled(inner), after_inner, after_outer;

	pv_irq_restore(inner);
	after_inner = pv_irq_enabled();
	pv_irq_restore(outer);
	after_outer = pv_irq_enabled();
	CHECK(!inner_open);
	CHECK(!after_inner);
	CHECK(after_outer);
}

static void
disable_enable(void)
{
	bool closed;

	pv_irq_disable();
	closed = !pv_irq_enabled();
	pv_irq_enable();
	CHECK(closed);
	CHECK(pv_irq_enabled());
}

static void
read_changes_nothing(void)
{
	pv_irq_state a, b;

	pv_irq_disable();
	a = pv_irq_read();
	b = pv_irq_read();
	pv_irq_enable();
	CHECK(!pv_irq_state_enabled(a));
	CHECK(!pv_irq_state_enabled(b));
	CHECK(pv_irq_state_enabled(pv_irq_read()));
	CHECK(pv_irq_enabled());
}

static volatile unsigned soft_hits;

static enum pv_line_result
soft_handler(struct pv_line *line, void *arg)
{
	(void)line;
	(void)arg;
	soft_hits++;
	return PV_LINE_MINE;
}

/* Without a way to interrupt itself a CPU takes software lines with the timer: soon, not at once. */
static void
wait_for_hit(void)
{
	(void)suite_wait(&soft_hits, 1);
}

static void
closed_gate_holds_back(void)
{
	struct pv_line line = { .source = PV_LINE_SOFT + 3, .handler = soft_handler, .name = "gate" };
	unsigned while_closed;

	CHECK_OK(pv_line_bind(&line));
	soft_hits = 0;
	pv_irq_disable();
	pv_line_raise(3);
	for (volatile unsigned i = 0; i < 1000; i++)
		continue;
	while_closed = soft_hits;
	pv_irq_enable();
	wait_for_hit();
	(void)pv_line_unbind(&line);
	CHECK_EQ(while_closed, 0);
	CHECK_EQ(soft_hits, 1);
}

static void
restore_delivers(void)
{
	struct pv_line line = { .source = PV_LINE_SOFT + 4, .handler = soft_handler, .name = "gate" };
	pv_irq_state s;

	CHECK_OK(pv_line_bind(&line));
	soft_hits = 0;
	s = pv_irq_save();
	pv_line_raise(4);
	pv_irq_restore(s);
	wait_for_hit();
	(void)pv_line_unbind(&line);
	CHECK_EQ(soft_hits, 1);
}

static const struct suite_case cases[] = {
	{ "save_closes", save_closes, "isa.irq_save isa.irq_restore isa.irq_read", 0 },
	{ "save_nests", save_nests, "isa.irq_save isa.irq_restore", 0 },
	{ "disable_enable", disable_enable, "isa.irq_disable isa.irq_enable", 0 },
	{ "read_changes_nothing", read_changes_nothing, "isa.irq_read", 0 },
	{ "closed_gate_holds_back", closed_gate_holds_back, "isa.irq_enable isa.irq_disable line.send", 0 },
	{ "restore_delivers", restore_delivers, "isa.irq_restore", 0 },
};
SUITE(suite_irq, "irq", cases);
