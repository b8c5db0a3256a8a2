/*
 * Interrupt lines, without a device: software and cross lines, binding, masking,
 * handlers that leave the end to others. Levels are suite_level.c's, devices the
 * machine's own suites'.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "line_world.h"
#include "suites.h"

#define NR_SOFT		32u
#define NR_CROSS	4u

/* -- software and cross lines ------------------------------------------------------ */

static void
every_soft_line(void)
{
	lines_fresh();
	for (unsigned i = 0; i < NR_SOFT; i++)
		CHECK_OK(line_soft(i, i, 0));
	for (unsigned i = 0; i < NR_SOFT; i++) {
		pv_line_raise(i);
		CHECK(suite_wait(&calls, i + 1));
		CHECK(line_notes[i].line == &lines[i]);
		CHECK_EQ(lines[i].count, 1);
	}
	suite_settle();
	CHECK_EQ(calls, NR_SOFT);
	lines_fresh();
}

static void
every_cross_line(void)
{
	lines_fresh();
	for (unsigned i = 0; i < NR_CROSS; i++)
		CHECK_OK(line_source(i, PV_LINE_CROSS + i, 0));
	for (unsigned i = 0; i < NR_CROSS; i++) {
		CHECK_OK(pv_line_send(i, pv_cpu_nr()));
		CHECK(suite_wait(&calls, i + 1));
		CHECK(line_notes[i].line == &lines[i]);
	}
	suite_settle();
	CHECK_EQ(calls, NR_CROSS);
	lines_fresh();
}

static void
send_refuses(void)
{
	lines_fresh();
	CHECK_STATUS(pv_line_send(NR_CROSS, pv_cpu_nr()), PV_E_INVAL);
	CHECK_STATUS(pv_line_send(~0u, pv_cpu_nr()), PV_E_INVAL);
	CHECK_STATUS(pv_line_send(PV_LINE_SOFT, pv_cpu_nr()), PV_E_INVAL);
	CHECK_STATUS(pv_line_send(0, PV_MAX_CPUS), PV_E_RANGE);
	CHECK_STATUS(pv_line_send(0, PV_MAX_CPUS - 1), PV_E_RANGE);
	CHECK_STATUS(pv_line_send(0, ~0u), PV_E_RANGE);
}

static void
handler_context(void)
{
	lines_fresh();
	CHECK_OK(line_soft(0, 5, 11));
	CHECK_OK(line_soft(1, 6, 0));
	pv_line_raise(5);
	CHECK(suite_wait(&calls, 1));
	pv_line_raise(6);
	CHECK(suite_wait(&calls, 2));
	CHECK(!line_notes[0].open);
	CHECK(line_notes[0].depth != 0);
	CHECK_EQ(line_notes[0].level, 11);
	CHECK_EQ(line_notes[1].level, 8);
	CHECK_EQ(pv_cpu()->level, 0);
	CHECK_EQ(pv_cpu()->depth, 0);
	CHECK(pv_irq_enabled());
	lines_fresh();
}

/* However often it was raised while the gate was closed: pending, or not. */
static void
pending_once(void)
{
	lines_fresh();
	CHECK_OK(line_soft(0, 5, 0));
	CHECK_OK(line_source(1, PV_LINE_CROSS + 1, 0));
	pv_irq_disable();
	for (unsigned i = 0; i < 5; i++) {
		pv_line_raise(5);
		(void)pv_line_send(1, pv_cpu_nr());
	}
	pv_irq_enable();
	CHECK(suite_wait(&calls, 2));
	suite_settle();
	CHECK_EQ(lines[0].count, 1);
	CHECK_EQ(lines[1].count, 1);
	lines_fresh();
}

static enum pv_line_result
raise_again(struct pv_line *line)
{
	if (line->count < 5)
		pv_line_raise(7);
	return PV_LINE_MINE;
}

static void
handler_raises_itself(void)
{
	lines_fresh();
	CHECK_OK(line_soft(0, 7, 0));
	line_action = raise_again;
	pv_line_raise(7);
	CHECK(suite_wait(&calls, 5));
	suite_settle();
	CHECK_EQ(calls, 5);
	for (unsigned i = 0; i < 5; i++)
		CHECK(!line_notes[i].nested);
	lines_fresh();
}

/* -- nobody's ------------------------------------------------------------------------ */

static enum pv_line_result
not_mine(struct pv_line *line)
{
	(void)line;
	return PV_LINE_NOT_MINE;
}

/* Wait until one more is counted. */
static bool
one_spurious(uint64_t before)
{
	uint64_t end = pv_time_ns() + PATIENCE_MS * PV_NS_PER_MS;

	while (pv_line_spurious() == before && pv_time_ns() < end)
		pv_cpu_relax();
	return pv_line_spurious() == before + 1;
}

static void
unclaimed_is_spurious(void)
{
	uint64_t before;

	lines_fresh();
	suite_settle();
	before = pv_line_spurious();
	/* Nobody is bound. */
	pv_line_raise(9);
	CHECK(one_spurious(before));
	CHECK_OK(pv_line_send(2, pv_cpu_nr()));
	CHECK(one_spurious(before + 1));
	/* The handler says so. */
	CHECK_OK(line_soft(0, 9, 0));
	line_action = not_mine;
	pv_line_raise(9);
	CHECK(one_spurious(before + 2));
	CHECK_EQ(calls, 1);
	/* There is no such line: a message, and nothing else. */
	pv_line_raise(NR_SOFT);
	pv_line_raise(~0u);
	suite_settle();
	CHECK_EQ(pv_line_spurious(), before + 3);
	CHECK_EQ(calls, 1);
	lines_fresh();
}

/* -- bind, unbind -------------------------------------------------------------------- */

static void
bind_refuses(void)
{
	lines_fresh();
	CHECK_STATUS(line_source(0, 0x3fffffff, 0), PV_E_NOENT);
	CHECK_STATUS(line_source(0, PV_LINE_SOFT + NR_SOFT, 0), PV_E_NOENT);
	CHECK_STATUS(line_source(0, PV_LINE_CROSS + NR_CROSS, 0), PV_E_NOENT);
	CHECK_STATUS(line_source(0, ~0u, 0), PV_E_NOENT);
	CHECK_STATUS(line_source(0, PV_LINE_SOFT, 0x10), PV_E_INVAL);
	CHECK_STATUS(line_source(0, PV_LINE_SOFT, PV_LINE_SHARED), PV_E_INVAL);
	CHECK_STATUS(line_source(0, PV_LINE_CROSS, PV_LINE_LEVEL), PV_E_INVAL);
	CHECK_STATUS(line_soft(0, 1, 16), PV_E_INVAL);
	CHECK_STATUS(line_soft(0, 1, 255), PV_E_INVAL);
	lines[0].handler = NULL;
	CHECK_STATUS(line_soft(0, 1, 0), PV_E_INVAL);
	/* What was refused is not bound. */
	CHECK_STATUS(pv_line_unbind(&lines[0]), PV_E_NOENT);
	CHECK_OK(line_soft(1, 1, 15));
	CHECK_STATUS(pv_line_bind(&lines[1]), PV_E_EXIST);
	CHECK_STATUS(line_soft(2, 1, 0), PV_E_BUSY);
	/* Twice is refused even for another source; the first stays. */
	lines[1].source = PV_LINE_SOFT + 2;
	CHECK_STATUS(pv_line_bind(&lines[1]), PV_E_EXIST);
	pv_line_raise(1);
	CHECK(suite_wait(&calls, 1));
	CHECK(line_notes[0].line == &lines[1]);
	lines_fresh();
}

static void
unbind_ends_it(void)
{
	lines_fresh();
	CHECK_STATUS(pv_line_unbind(&lines[0]), PV_E_NOENT);
	CHECK_OK(line_soft(0, 4, 0));
	pv_line_raise(4);
	CHECK(suite_wait(&calls, 1));
	CHECK_OK(pv_line_unbind(&lines[0]));
	CHECK_STATUS(pv_line_unbind(&lines[0]), PV_E_NOENT);
	pv_line_raise(4);
	suite_settle();
	CHECK_EQ(calls, 1);
	/* Free for another, and for the same. */
	CHECK_OK(line_soft(1, 4, 0));
	CHECK_OK(pv_line_unbind(&lines[1]));
	CHECK_OK(line_soft(0, 4, 0));
	CHECK_EQ(lines[0].count, 0);
	pv_line_raise(4);
	CHECK(suite_wait(&calls, 2));
	lines_fresh();
}

/* What was raised for the old line is not the next one's. */
static void
unbind_forgets_pending(void)
{
	pv_status s;

	lines_fresh();
	CHECK_OK(line_soft(0, 4, 0));
	pv_irq_disable();
	pv_line_raise(4);
	s = pv_line_unbind(&lines[0]);
	if (s == PV_OK)
		s = line_soft(1, 4, 0);
	pv_irq_enable();
	CHECK_OK(s);
	suite_settle();
	CHECK_EQ(calls, 0);
	lines_fresh();
}

static pv_status in_handler[3];

static enum pv_line_result
unbind_self(struct pv_line *line)
{
	in_handler[0] = pv_line_unbind(line);
	in_handler[1] = pv_line_bind(line);
	in_handler[2] = pv_line_unbind(&lines[1]);
	return PV_LINE_MINE;
}

static void
handler_unbinds(void)
{
	lines_fresh();
	CHECK_OK(line_soft(0, 4, 0));
	CHECK_OK(line_soft(1, 5, 0));
	line_action = unbind_self;
	pv_line_raise(4);
	CHECK(suite_wait(&calls, 1));
	CHECK_STATUS(in_handler[0], PV_E_BUSY);
	CHECK_STATUS(in_handler[1], PV_E_EXIST);
	CHECK_STATUS(in_handler[2], PV_OK);
	/* It is still bound, and works. */
	line_action = NULL;
	pv_line_raise(4);
	CHECK(suite_wait(&calls, 2));
	CHECK_OK(pv_line_unbind(&lines[0]));
	lines_fresh();
}

/* -- mask ------------------------------------------------------------------------------ */

static void
mask_nests(void)
{
	lines_fresh();
	CHECK_OK(line_soft(0, 4, 0));
	CHECK_OK(line_source(1, PV_LINE_CROSS, 0));
	for (unsigned i = 0; i < 2; i++) {
		pv_line_mask(&lines[i]);
		pv_line_mask(&lines[i]);
	}
	for (unsigned i = 0; i < 3; i++) {
		pv_line_raise(4);
		CHECK_OK(pv_line_send(0, pv_cpu_nr()));
	}
	suite_settle();
	CHECK_EQ(calls, 0);
	pv_line_unmask(&lines[0]);
	pv_line_unmask(&lines[1]);
	suite_settle();
	CHECK_EQ(calls, 0);
	pv_line_unmask(&lines[0]);
	CHECK(suite_wait(&calls, 1));
	pv_line_unmask(&lines[1]);
	CHECK(suite_wait(&calls, 2));
	suite_settle();
	/* Remembered, once. */
	CHECK_EQ(lines[0].count, 1);
	CHECK_EQ(lines[1].count, 1);
	lines_fresh();
}

static void
unmask_too_often_is_ignored(void)
{
	lines_fresh();
	CHECK_OK(line_soft(0, 4, 0));
	pv_line_unmask(&lines[0]);
	pv_line_mask(&lines[0]);
	pv_line_raise(4);
	suite_settle();
	CHECK_EQ(calls, 0);
	pv_line_unmask(&lines[0]);
	CHECK(suite_wait(&calls, 1));
	/* Not bound: nothing happens. */
	pv_line_mask(&lines[1]);
	pv_line_unmask(&lines[1]);
	pv_line_end(&lines[1]);
	lines_fresh();
}

static enum pv_line_result
mask_self(struct pv_line *line)
{
	pv_line_mask(line);
	return PV_LINE_MINE;
}

static void
handler_masks_itself(void)
{
	lines_fresh();
	CHECK_OK(line_soft(0, 4, 0));
	line_action = mask_self;
	pv_line_raise(4);
	CHECK(suite_wait(&calls, 1));
	pv_line_raise(4);
	suite_settle();
	CHECK_EQ(calls, 1);
	line_action = NULL;
	pv_line_unmask(&lines[0]);
	CHECK(suite_wait(&calls, 2));
	lines_fresh();
}

/* A masked line gives way: what is masked does not go over to the next that is bound there. */
static void
unbind_while_masked(void)
{
	lines_fresh();
	CHECK_OK(line_soft(0, 4, 0));
	pv_line_mask(&lines[0]);
	CHECK_OK(pv_line_unbind(&lines[0]));
	CHECK_OK(line_soft(0, 4, 0));
	pv_line_raise(4);
	CHECK(suite_wait(&calls, 1));
	lines_fresh();
}

/* -- later ------------------------------------------------------------------------------- */

static enum pv_line_result
say_later(struct pv_line *line)
{
	(void)line;
	return PV_LINE_LATER;
}

static void
later_holds_until_end(void)
{
	lines_fresh();
	CHECK_OK(line_soft(0, 4, 0));
	line_action = say_later;
	pv_line_raise(4);
	CHECK(suite_wait(&calls, 1));
	pv_line_raise(4);
	suite_settle();
	CHECK_EQ(calls, 1);
	line_action = NULL;
	pv_line_end(&lines[0]);
	CHECK(suite_wait(&calls, 2));
	/* One end too many does nothing. */
	pv_line_end(&lines[0]);
	pv_line_raise(4);
	CHECK(suite_wait(&calls, 3));
	lines_fresh();
}

static enum pv_line_result
end_then_later(struct pv_line *line)
{
	pv_line_end(line);
	return PV_LINE_LATER;
}

/* The thread was faster than the handler that woke it. */
static void
end_overtakes_later(void)
{
	lines_fresh();
	CHECK_OK(line_soft(0, 4, 0));
	line_action = end_then_later;
	for (unsigned i = 1; i <= 3; i++) {
		pv_line_raise(4);
		CHECK(suite_wait(&calls, i));
	}
	lines_fresh();
}

/* -- what only wires have -------------------------------------------------------------------- */

static void
own_lines_have_no_route(void)
{
	uint64_t address;
	uint32_t data;

	lines_fresh();
	CHECK_STATUS(pv_line_route(&lines[0], pv_cpu_nr()), PV_E_INVAL);
	CHECK_STATUS(pv_line_msi(&lines[0], &address, &data), PV_E_INVAL);
	CHECK_OK(line_soft(0, 4, 0));
	CHECK_OK(line_source(1, PV_LINE_CROSS, 0));
	for (unsigned i = 0; i < 2; i++) {
		CHECK_STATUS(pv_line_route(&lines[i], pv_cpu_nr()), PV_E_INVAL);
		CHECK_STATUS(pv_line_msi(&lines[i], &address, &data), PV_E_INVAL);
	}
	lines_fresh();
}

static void
numbers_of_the_isa_bus(void)
{
	CHECK_EQ(pv_line_isa(16), ~0u);
	CHECK_EQ(pv_line_isa(~0u), ~0u);
	for (unsigned i = 0; i < 16; i++)
		for (unsigned j = 0; j < i; j++)
			CHECK(pv_line_isa(i) == ~0u || pv_line_isa(i) != pv_line_isa(j) || i == 2 || j == 2);
}

static void
controller_has_a_name(void)
{
	const char *name = pv_line_controller();

	CHECK(name != NULL && name[0] != '\0');
	CHECK(memcmp(name, "none", 4) != 0);
}

static const struct suite_case cases[] = {
	{ "every_soft_line", every_soft_line, "pv_line_raise pv_line_bind line.send line.init time.lines", 0 },
	{ "every_cross_line", every_cross_line, "pv_line_send pv_line_bind line.send line.init", 0 },
	{ "send_refuses", send_refuses, "pv_line_send line.send", 0 },
	{ "handler_context", handler_context, "pv_line_raise line.send", 0 },
	{ "pending_once", pending_once, "pv_line_raise pv_line_send line.send", 0 },
	{ "handler_raises_itself", handler_raises_itself, "pv_line_raise line.send", 0 },
	{ "unclaimed_is_spurious", unclaimed_is_spurious, "pv_line_spurious pv_line_raise line.send", 0 },
	{ "bind_refuses", bind_refuses, "pv_line_bind line.find", 0 },
	{ "unbind_ends_it", unbind_ends_it, "pv_line_unbind", 0 },
	{ "unbind_forgets_pending", unbind_forgets_pending, "pv_line_unbind", 0 },
	{ "handler_unbinds", handler_unbinds, "pv_line_unbind pv_line_bind", 0 },
	{ "mask_nests", mask_nests, "pv_line_mask pv_line_unmask line.send", 0 },
	{ "unmask_too_often_is_ignored", unmask_too_often_is_ignored, "pv_line_unmask pv_line_mask pv_line_end", 0 },
	{ "handler_masks_itself", handler_masks_itself, "pv_line_mask pv_line_unmask line.send", 0 },
	{ "unbind_while_masked", unbind_while_masked, "pv_line_unbind pv_line_mask", 0 },
	{ "later_holds_until_end", later_holds_until_end, "pv_line_end line.send", 0 },
	{ "end_overtakes_later", end_overtakes_later, "pv_line_end line.send", 0 },
	{ "own_lines_have_no_route", own_lines_have_no_route, "pv_line_route pv_line_msi", 0 },
	{ "numbers_of_the_isa_bus", numbers_of_the_isa_bus, "pv_line_isa line.isa", 0 },
	{ "controller_has_a_name", controller_has_a_name, "pv_line_controller line.name line.init", 0 },
};
SUITE(suite_lines, "lines", cases);
