/*
 * Many events, and events on many channels: none lost, none handled twice, none of one
 * channel at the cost of the others.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../capture.h"
#include "../line_world.h"
#include "../suites.h"
#include "loop.h"

#define STORM		100000u
#define FEW		10000u		/* where each event takes a third of a millisecond: under two hypervisors */
#define PROGRESS	1000u		/* so many between two lines */
#define BURST		97u		/* a gate that is closed for so many */
#define HIGH_PORT	1100u		/* beyond the first page of event words, and far beyond the first bitmap word */
#define MOST_LOOPS	(sizeof(long) == 8 ? 700u : 480u)	/* the bitmaps of 32-bit guests have 1024 bits */
#define NR_SPREAD	32u		/* lines bound to channels that lie far apart */
#define FREE_CALLS	22u		/* without work: those let through, and those with growing waits between them */
#define WAIT_BITS	26u		/* of the ns between two calls then: 67 ms; <pv/irq.h> says 82 */
#define NEXT_LINE	100u		/* events until it is another line's turn */
#define TWO_LEVEL_PORTS	(sizeof(long) * sizeof(long) * 64)

static struct loop loops[MOST_LOOPS];
static unsigned nr_loops;

/* Nowhere else are there event channels. */
static bool
under_xen(unsigned flags)
{
	(void)flags;
	return suite_text_has(pv_backend_name(), "xen");
}

/* As many as there are ports for, at most n. */
static void
open_loops(unsigned n)
{
	lines_fresh();
	for (nr_loops = 0; nr_loops < n; nr_loops++)
		if (!loop_open(&loops[nr_loops]))
			return;
}

static bool
begin(unsigned n)
{
	open_loops(n);
	if (nr_loops != n)
		suite_fail(__FILE__, __LINE__, "%u channels, not %u", nr_loops, n);
	return nr_loops == n;
}

static void
end(void)
{
	lines_fresh();
	for (unsigned i = 0; i < nr_loops; i++)
		loop_close(&loops[i]);
}

static unsigned
storm(void)
{
	char word[8];

	return suite_option("storm", word, sizeof(word)) && suite_text_has(word, "few") ? FEW : STORM;
}

/* A case may take many seconds, and says that it goes on. */
static void
progress(unsigned n)
{
	if (n % PROGRESS == 0)
		pv_printf("# %u events\n", n);
}

static bool
bind(unsigned n, const struct loop *l)
{
	return line_source(n, LOOP_SOURCE + l->in, 0) == PV_OK;
}

/* With the gate open an event is handled when the call that sent it returns. */
static void
storm_one_by_one(void)
{
	uint64_t spurious = pv_line_spurious();
	unsigned many = storm();

	if (!begin(1))
		return;
	CHECK(bind(0, &loops[0]));
	for (unsigned i = 1; i <= many; i++) {
		(void)loop_send(&loops[0]);
		progress(i);
		if (calls != i) {
			suite_fail(__FILE__, __LINE__, "event %u: %u handled", i, calls);
			break;
		}
	}
	end();
	CHECK_EQ(pv_line_spurious(), spurious);
}

/* What comes while the gate is closed comes once, when it opens, on each of two channels. */
static void
storm_in_bursts(void)
{
	unsigned bursts = storm() / BURST;

	if (!begin(2))
		return;
	CHECK(bind(0, &loops[0]));
	CHECK(bind(1, &loops[1]));
	for (unsigned i = 1; i <= bursts; i++) {
		pv_irq_disable();
		for (unsigned j = 0; j < BURST; j++)
			(void)loop_send(&loops[j % 2]);
		pv_irq_enable();
		progress(i * 100);
		if (lines[0].count != i || lines[1].count != i) {
			suite_fail(__FILE__, __LINE__, "burst %u: %u and %u handled", i, (unsigned)lines[0].count,
			    (unsigned)lines[1].count);
			break;
		}
	}
	end();
}

static unsigned left;

static enum pv_line_result
send_again(struct pv_line *line)
{
	if (line == &lines[0] && left != 0) {
		left--;
		(void)loop_send(&loops[0]);
		progress(left);
	}
	return PV_LINE_MINE;
}

/* A channel that is pending again whenever it was handled: others, and the timer, have their turn. */
static void
storm_leaves_others_their_turn(void)
{
	unsigned many = storm();
	uint64_t start;

	if (!begin(2))
		return;
	CHECK(bind(0, &loops[0]));
	CHECK(bind(1, &loops[1]));
	line_action = send_again;
	left = many;
	pv_irq_disable();
	(void)loop_send(&loops[0]);
	(void)loop_send(&loops[1]);
	start = pv_time_ns();
	pv_irq_enable();
	CHECK(suite_wait(&calls, many + 2));
	CHECK_EQ(lines[0].count, many + 1);
	CHECK_EQ(lines[1].count, 1);
	/* The second came between the first ones. */
	CHECK(line_notes[0].line == &lines[1] || line_notes[1].line == &lines[1] || line_notes[2].line == &lines[1]);
	CHECK(pv_time_ns() > start);
	end();
}

static enum pv_line_result
first_has_no_work(struct pv_line *line)
{
	return line == &lines[0] ? PV_LINE_NOT_MINE : PV_LINE_MINE;
}

/*
 * P4: events for which there is never any work. Their handler is called ever less often, other lines are
 * handled when the call that sent the event returns, and with the first work all is as before.
 */
static void
storm_without_work(void)
{
	unsigned many = storm() / 10, most, before;
	uint64_t start;

	if (!begin(2))
		return;
	CHECK(bind(0, &loops[0]));
	CHECK(bind(1, &loops[1]));
	line_action = first_has_no_work;
	start = pv_time_ns();
	for (unsigned i = 1; i <= many; i++) {
		(void)loop_send(&loops[0]);
		progress(i);
		if (i % NEXT_LINE != 0)
			continue;
		(void)loop_send(&loops[1]);
		CHECK_EQ(lines[1].count, i / NEXT_LINE);
	}
	most = FREE_CALLS + (unsigned)((pv_time_ns() - start) >> WAIT_BITS);
	pv_printf("# %u events, %u calls\n", many, (unsigned)lines[0].count);
	CHECK(lines[0].count <= most);
	CHECK(lines[0].count >= 8);
	line_action = NULL;
	before = calls;
	(void)loop_send(&loops[0]);
	CHECK(suite_wait(&calls, before + 1));
	suite_settle();
	for (unsigned i = 1; i <= 100; i++) {
		uint64_t count = lines[0].count;

		(void)loop_send(&loops[0]);
		CHECK_EQ(lines[0].count, count + 1);
	}
	end();
}

static unsigned waiting;			/* lines of a higher level that a handler's open gate did not let in */

/* One that interrupted this one has brought its own count up to the round's. */
static enum pv_line_result
let_in(struct pv_line *line)
{
	pv_irq_enable();
	/* Nothing that enters Xen, as a pause may. */
	for (volatile unsigned n = 0; n < 3; n++)
		continue;
	pv_irq_disable();
	for (unsigned i = 0; i < NR_SPREAD; i++)
		waiting += lines[i].level > line->level && lines[i].count < line->count;
	return PV_LINE_MINE;
}

/* Many wait and a handler opens its gate: those of higher levels are handled before it goes on. */
static void
handler_lets_others_in(void)
{
	unsigned rounds = storm() / 1000;

	if (!begin(NR_SPREAD))
		return;
	for (unsigned i = 0; i < NR_SPREAD; i++) {
		lines[i].level = (uint8_t)(1 + i % 14);
		CHECK(bind(i, &loops[i]));
	}
	line_action = let_in;
	waiting = 0;
	for (unsigned round = 1; round <= rounds; round++) {
		calls = 0;
		pv_irq_disable();
		for (unsigned i = 0; i < NR_SPREAD; i++)
			(void)loop_send(&loops[i]);
		pv_irq_enable();
		progress(round * 100);
		CHECK_EQ(calls, NR_SPREAD);
	}
	CHECK_EQ(waiting, 0);
	end();
}

/* Ports in many words of the bitmaps, in more than one page of event words; each its own line. */
static void
ports_far_apart(void)
{
	unsigned first, n = 0, order[NR_SPREAD];

	open_loops(MOST_LOOPS);
	CHECK(nr_loops >= NR_SPREAD);
	CHECK(loops[nr_loops - 1].in >= HIGH_PORT || TWO_LEVEL_PORTS < HIGH_PORT);
	first = nr_loops - 1;
	for (unsigned i = 0; i < NR_SPREAD; i++) {
		order[i] = first - i * (nr_loops / NR_SPREAD);
		if (order[i] < nr_loops && bind(i, &loops[order[i]]))
			n++;
	}
	CHECK_EQ(n, NR_SPREAD);
	for (unsigned round = 1; round <= 3; round++) {
		pv_irq_disable();
		for (unsigned i = 0; i < NR_SPREAD; i++)
			(void)loop_send(&loops[order[i]]);
		pv_irq_enable();
		CHECK_EQ(calls, round * NR_SPREAD);
		for (unsigned i = 0; i < NR_SPREAD; i++)
			CHECK_EQ(lines[i].count, round);
	}
	end();
}

static const struct suite_case cases[] = {
	{ "one_by_one", storm_one_by_one, "line.setup line.end", CASE_ONCE },
	{ "in_bursts", storm_in_bursts, "line.setup line.end", CASE_ONCE },
	{ "leaves_others_their_turn", storm_leaves_others_their_turn, "line.setup", CASE_ONCE },
	{ "without_work", storm_without_work, "line.setup line.mask line.unmask pv_line_spurious", CASE_ONCE },
	{ "handler_lets_others_in", handler_lets_others_in, "line.setup isa.irq_enable", CASE_ONCE },
	{ "ports_far_apart", ports_far_apart, "line.find line.setup line.unmask line.remove", CASE_ONCE },
};
SUITE_WHERE(suite_storm, "storm", cases, under_xen);
