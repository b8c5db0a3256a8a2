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
#include "../capture.h"
#include "../line_world.h"
#include "../suites.h"
#include "loop.h"

#define SUITE_ISA__(path)	#path
#define SUITE_ISA_(dir, file)	SUITE_ISA__(../dir/file)
#define SUITE_ISA(file)		SUITE_ISA_(PV_ISA_DIR, file)
#include <pv/desc.h>
#include PV_ISA_HEADER(frame.h)
#include SUITE_ISA(step_flags.h)

#define FLAG_TF		0x100ul
#define JNZ		0x75
#define JA		0x77
#define PLACES_MOST	2048u
#define ROUNDS_MOST	5000u
#define ROUNDS_PROGRESS	20u		/* so many between two lines: a round may take a second */
#define SWEEP		6000u		/* nanoseconds */
#define SWEEP_AHEAD	20000u		/* until the first deadline */
#define SWEEP_PROGRESS	500u		/* so many between two lines */
#define SWEEP_COARSE	10u		/* where one takes a millisecond, under two hypervisors */

/* The image need not have the backend in it. */
void pv_xen_irq_enable(void) PV_WEAK, pv_xen_irq_restore(void) PV_WEAK;

static struct {
	unsigned stops;			/* instructions so far in this round */
	unsigned send_at;		/* the one at which an event is sent */
	unsigned sent, handled;
	bool unseen;			/* sent, and no handler has begun since */
	bool from_handler;		/* stepping begins there */
	bool forced;			/* the gate's ops find something pending, whatever is */
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

/* Send there, if it is its turn, and go on at full speed: each step is a way out of Xen, which delivers. */
static void
stop_at(struct pv_trap *trap, uintptr_t pc)
{
	if (step.stops++ == step.send_at) {
		step.last_place = pc;
		note_place(pc);
		send();
		frame_flags_clear(trap->frame, FLAG_TF);
	}
}

/* Where the conditional jump of a gate op leads that finds something pending; 0: it is none. */
static uintptr_t
found_pending(uintptr_t pc)
{
	const uint8_t *code = (const uint8_t *)pc;
	const bool enable = pc - (uintptr_t)pv_xen_irq_enable < 32;
	const bool restore = pc - (uintptr_t)pv_xen_irq_restore < 32;

	if ((!enable && !restore) || (code[0] != JNZ && code[0] != JA))
		return 0;
	return pc + 2 + (uintptr_t)(intptr_t)(int8_t)code[1];
}

/*
 * On its own way back this trap delivers what is pending as soon as the gate is open, so a gate op that
 * is stepped through finds nothing: it is made to go on as if it did.
 */
static bool
stepped(struct pv_trap *trap, void *arg)
{
	uintptr_t to = step.forced ? found_pending(trap->pc) : 0;

	(void)arg;
	stop_at(trap, trap->pc);
	if (to != 0 && step.stops <= step.send_at) {
		pv_trap_set_pc(trap, to);
		stop_at(trap, to);
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

static void
enable_forced(void)
{
	step.forced = true;
	enable();
}

static void
restore_forced(void)
{
	step.forced = true;
	restore();
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
		if (round % ROUNDS_PROGRESS == 0)
			pv_printf("# instruction %u\n", round);
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
	    enable_forced, restore_forced, way_back, way_back_again };
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

/* -- where single-stepping cannot go: Xen takes the flag away on the way into an upcall ------ */

static volatile unsigned timer_fired;

static void
timer_came(struct pv_timer *timer, void *arg)
{
	(void)timer;
	(void)arg;
	timer_fired++;
}

/*
 * A timer fires somewhere in a loop that sends events and opens the gate, a nanosecond later each time.
 * On an emulator whose clock counts instructions (-icount) that is one after the other. Events of the
 * loop are handled once each, the timer fires once, and by itself: the loop does nothing else.
 */
static void
deadline_is_swept(void)
{
	struct pv_timer timer = PV_TIMER_INIT(timer_came, NULL);
	unsigned late = 0, wrong = 0, step_by = 1;
	char word[8];

	if (!pv_has(PV_CAP_DIRECT_TABLES))
		return;
	lines_fresh();
	CHECK(loop_open(&loop));
	CHECK_OK(line_source(0, LOOP_SOURCE + loop.in, 0));
	if (suite_option("storm", word, sizeof(word)) && suite_text_has(word, "few"))
		step_by = SWEEP_COARSE;
	for (unsigned i = 0; i < SWEEP && late == 0 && wrong == 0; i += step_by) {
		uint64_t when = pv_time_ns() + SWEEP_AHEAD + i, end = when + PATIENCE_MS * PV_NS_PER_MS;
		unsigned rounds = 0;

		/* It may take many seconds, and says that it goes on. */
		if (i % SWEEP_PROGRESS == 0)
			pv_printf("# deadline %u\n", i);
		timer_fired = calls = 0;
		CHECK_OK(pv_timer_set(&timer, PV_TIMER_REAL, when, 0));
		while (timer_fired == 0 && pv_time_ns() < end) {
			pv_irq_disable();
			(void)loop_send(&loop);
			pv_irq_enable();
			wrong += calls != ++rounds;
		}
		late += timer_fired == 0;
		wrong += timer_fired > 1;
		(void)pv_timer_cancel(&timer);
	}
	lines_fresh();
	loop_close(&loop);
	CHECK_EQ(late, 0);
	CHECK_EQ(wrong, 0);
}

static const struct suite_case cases[] = {
	{ "deadline_is_swept", deadline_is_swept, "isa.irq_enable time.alarm", CASE_ONCE },
	{ "no_event_is_lost", no_event_is_lost, "isa.irq_enable isa.irq_restore isa.iret", CASE_ONCE },
};
SUITE(suite_step, "step", cases);
