/*
 * The upcall against itself (P5): the guest single-steps through opening its gate and
 * through the way back from an interrupt, and at one instruction after the other sends
 * itself an event. None may be lost, none handled twice. conformance/harness/steps.py
 * compares the instructions at which events were sent with those that there are.
 *
 * Nothing enters Xen between the last instruction and the look at what came, so an
 * event that waits for the next hypercall is seen as lost.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../line_world.h"
#include "../suites.h"
#include "loop.h"

#define FLAG_TF		0x100ul
#define PLACES_MOST	2048u
#define ROUNDS_MOST	5000u

static struct {
	unsigned stops;			/* instructions so far in this round */
	unsigned send_at;		/* the one at which an event is sent */
	unsigned sent, handled;
	bool unseen;			/* sent, and no handler has begun since */
	bool from_handler;		/* stepping begins there */
	uintptr_t last_place;
} step;
static struct loop loop;
static uintptr_t places[PLACES_MOST];
static unsigned nr_places;

static void
single_step(bool on)
{
	unsigned long flags;

	__asm__ volatile("pushf\n\tpop %0" : "=r" (flags) : : "memory");
	flags = on ? flags | FLAG_TF : flags & ~FLAG_TF;
	__asm__ volatile("push %0\n\tpopf" : : "r" (flags) : "memory", "cc");
}

static void
note_place(uintptr_t pc)
{
	for (unsigned i = 0; i < nr_places; i++)
		if (places[i] == pc)
			return;
	if (nr_places < PLACES_MOST)
		places[nr_places++] = pc;
}

static void
send(void)
{
	step.sent++;
	step.unseen = true;
	(void)loop_send(&loop);
}

static bool
stepped(struct pv_trap *trap, void *arg)
{
	(void)arg;
	if (step.stops++ == step.send_at) {
		step.last_place = trap->pc;
		note_place(trap->pc);
		send();
	}
	return true;
}

static enum pv_line_result
event_came(struct pv_line *line)
{
	if (line != &lines[0])
		return PV_LINE_MINE;
	step.handled++;
	step.unseen = false;
	if (step.from_handler) {
		step.from_handler = false;
		single_step(true);
	}
	return PV_LINE_MINE;
}

/* -- what is stepped through: begins and ends with the gate open ------------------------- */

static void
enable(void)
{
	pv_irq_disable();
	single_step(true);
	pv_irq_enable();
	single_step(false);
}

static void
enable_pending(void)
{
	pv_irq_disable();
	send();
	single_step(true);
	pv_irq_enable();
	single_step(false);
}

static void
restore(void)
{
	pv_irq_state gate;

	single_step(true);
	gate = pv_irq_save();
	pv_irq_restore(gate);
	single_step(false);
}

static void
restore_pending(void)
{
	pv_irq_state gate = pv_irq_save();

	send();
	single_step(true);
	pv_irq_restore(gate);
	single_step(false);
}

static void
restore_nested(void)
{
	pv_irq_state outer = pv_irq_save(), inner;

	single_step(true);
	inner = pv_irq_save();
	pv_irq_restore(inner);
	pv_irq_restore(outer);
	single_step(false);
}

/* From the handler on, to the instruction behind what was interrupted. */
static void
way_back(void)
{
	step.from_handler = true;
	send();
}

/* The same with a second event that came before, and is taken by the same upcall. */
static void
way_back_again(void)
{
	pv_irq_disable();
	pv_line_raise(1);
	step.from_handler = true;
	send();
	pv_irq_enable();
}

/* Rounds until one has fewer instructions than the number of the one to send at. */
static bool
each_instruction(void (*run)(void))
{
	for (unsigned round = 0; round < ROUNDS_MOST; round++) {
		memset(&step, 0, sizeof(step));
		step.send_at = round;
		run();
		if (step.unseen) {
			single_step(false);
			suite_fail(__FILE__, __LINE__, "an event sent at 0x%lx was not delivered",
			    (unsigned long)step.last_place);
			return false;
		}
		if (step.handled > step.sent) {
			suite_fail(__FILE__, __LINE__, "%u events were handled, %u sent, the last one at 0x%lx",
			    step.handled, step.sent, (unsigned long)step.last_place);
			return false;
		}
		if (step.stops <= round)
			return true;
	}
	suite_fail(__FILE__, __LINE__, "stepping does not end");
	return false;
}

static void
no_event_is_lost(void)
{
	static void (*const runs[])(void) = { enable, enable_pending, restore, restore_pending, restore_nested,
	    way_back, way_back_again };
	bool good = true;

	if (!pv_has(PV_CAP_DIRECT_TABLES))
		return;		/* the gate is the CPU's own */
	lines_fresh();
	line_action = event_came;
	CHECK(loop_open(&loop));
	CHECK_OK(line_source(0, LOOP_SOURCE + loop.in, 0));
	CHECK_OK(line_soft(1, 1, 0));
	CHECK_OK(pv_trap_set(PV_CAUSE_STEP, stepped, NULL));
	for (unsigned i = 0; i < sizeof(runs) / sizeof(runs[0]) && good; i++)
		good = each_instruction(runs[i]);
	lines_fresh();
	loop_close(&loop);
	for (unsigned i = 0; i < nr_places; i++)
		pv_printf("# sent at 0x%lx\n", (unsigned long)places[i]);
	CHECK(!good || nr_places >= 50);
}

static const struct suite_case cases[] = {
	{ "no_event_is_lost", no_event_is_lost, "isa.irq_enable isa.irq_restore isa.iret", CASE_ONCE },
};
SUITE(suite_step, "step", cases);
