/*
 * A timer's interrupt at each instruction of a way through the trap table: programs that
 * call the kernel, fault, spill and fill windows and check all their registers, and the
 * kernel with its own windows, run again and again, the deadline a tick of the counter
 * later each time. On an emulator whose clock counts instructions, each of which takes
 * longer than a tick (variant +sweep), that is one instruction after the other; where
 * interrupts are held back it is the first at which they are not.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../capture.h"
#include "../line_world.h"
#include "../user/world.h"

#define TICK_NS		10u		/* of the counter */
#define PLACES_MOST	2048u
#define PLACES_LEAST	50u		/* of a program, at which an interrupt came: all that it executes are more */
#define SETTLE		200u		/* ticks before the way begins, and behind its end */
#define ROUNDS_MOST	40000u
#define PROGRESS	2000u		/* rounds between two lines */

extern const char user_s_deep[];

static struct {
	unsigned rounds, fired, wrong;
	bool deep_handler;		/* one that needs all windows */
	volatile bool on_the_way;	/* volatile: the compiler may see that a run() does not look */
	unsigned nr_places, within;
	uintptr_t place[PLACES_MOST];
} sweep;

static unsigned __attribute__((noinline))
deep(unsigned n)
{
	volatile unsigned here = n;

	return n == 0 ? 0 : deep(n - 1) + here;
}

static void
note_place(uintptr_t pc)
{
	for (unsigned i = 0; i < sweep.nr_places; i++)
		if (sweep.place[i] == pc)
			return;
	if (sweep.nr_places < PLACES_MOST)
		sweep.place[sweep.nr_places++] = pc;
}

static bool interrupted_program;

static void
fire(struct pv_timer *timer, void *arg)
{
	(void)timer;
	(void)arg;
	sweep.fired++;
	sweep.within += sweep.on_the_way;
	if (sweep.deep_handler)
		sweep.wrong += deep(12) != 78;
	interrupted_program = true;
}

/* Only on the way back to a program: where it was. */
static void
before_user(void)
{
	if (interrupted_program && pv_cpu()->thread == &user.thread)
		note_place(pv_uframe_pc(pv_thread_uframe(&user.thread)));
	interrupted_program = false;
}

/* How long the way takes by itself, in ticks; twice, because the first time all is new. */
static unsigned
length_of(bool (*run)(void))
{
	uint64_t start;

	sweep.wrong += !run();
	start = pv_time_ns();
	sweep.wrong += !run();
	return (unsigned)((uint32_t)(pv_time_ns() - start) / TICK_NS);
}

/* One round: the deadline so many ticks from now. */
static bool
round_is_good(bool (*run)(void), unsigned ticks)
{
	struct pv_timer timer = PV_TIMER_INIT(fire, NULL);
	uint64_t end = pv_time_ns() + PV_NS_PER_SEC;
	bool good;

	sweep.fired = 0;
	if (pv_timer_set(&timer, PV_TIMER_REAL, pv_time_ns() + ticks * TICK_NS, 0) != PV_OK)
		return false;
	sweep.on_the_way = true;
	good = run();
	sweep.on_the_way = false;
	if (!good)
		return false;
	while (sweep.fired == 0 && pv_time_ns() < end)
		continue;
	(void)pv_timer_cancel(&timer);
	return sweep.fired == 1 && sweep.wrong == 0;
}

/* All deadlines along the way, with handlers that need few windows and all in turn. */
static void
along(bool (*run)(void), unsigned step_by)
{
	unsigned length;

	memset(&sweep, 0, sizeof(sweep));
	length = length_of(run) + 2 * SETTLE;
	CHECK_EQ(sweep.wrong, 0);
	CHECK(length < ROUNDS_MOST);
	for (unsigned ticks = 1; ticks < length; ticks += step_by) {
		sweep.deep_handler = (ticks & 1) != 0;
		if (ticks / PROGRESS != (ticks - step_by) / PROGRESS)
			pv_printf("# deadline %u of %u\n", ticks, length);
		if (!round_is_good(run, ticks)) {
			suite_fail(__FILE__, __LINE__, "deadline %u of %u: fired %u times, %u wrong, the program "
			    "ended by %u, spoilt 0x%lx", ticks, length, sweep.fired, sweep.wrong, (unsigned)user.ended,
			    (unsigned long)user_get(W_SPOILED));
			return;
		}
		sweep.rounds++;
	}
	pv_printf("# swept: %u deadlines, %u on the way, at %u instructions of the program\n", sweep.rounds,
	    sweep.within, sweep.nr_places);
	/* Not in the wait behind it. */
	CHECK(sweep.within >= sweep.rounds / 2);
}

static void
call_deep(struct pv_uframe *f)
{
	pv_uframe_set_result(f, deep(12), false);
}

static bool
calls_the_kernel(void)
{
	return user_start(user_call) == USER_EXITED && user_get(W_SPOILED) == 0 && user_get(W_RESULT) == 78;
}

static void
call_short(struct pv_uframe *f)
{
	pv_uframe_set_result(f, 5, false);
}

static bool
calls_shortly(void)
{
	return user_start(user_twice) == USER_EXITED && user_start(user_exit) == USER_EXITED;
}

static bool
goes_deep(void)
{
	return user_start(user_s_deep) == USER_EXITED && user_get(W_SPOILED) == 0;
}

static bool
map_on_demand(struct pv_trap *trap, void *arg)
{
	(void)arg;
	return pv_space_map(&user.space, pv_va(pv_page_down(trap->address)), user.data, PV_PAGE_SIZE,
	    PV_PROT_READ | PV_PROT_USER) == PV_OK;
}

/* The fault of a page that is not there, with all registers in use; then the miss of one that is. */
static bool
faults(void)
{
	bool good;

	user_set(W_ADDRESS, USER_HOLE);
	good = user_start(user_touch) == USER_EXITED && user_get(W_SPOILED) == 0;
	good = good && pv_space_unmap(&user.space, pv_va(USER_HOLE), PV_PAGE_SIZE) == PV_OK;
	pv_space_sync(&user.space);
	return good;
}

static bool
kernel_goes_deep(void)
{
	return deep(20) == 210 && deep(3) == 6 && deep(9) == 45;
}

/*
 * An interrupt of a lower level, and a fault that is made good: each goes back with the timer's pending, maybe.
 * QEMU 7.2 with -icount ends itself when a software interrupt is raised that it would take at once.
 */
static bool
kernel_is_interrupted(void)
{
	unsigned before = calls;
	uint32_t v;

	pv_irq_disable();
	pv_line_raise(1);
	pv_irq_enable();
	return calls == before + 1 && pv_fetch32(&v, USER_HOLE) == PV_E_FAULT && deep(9) == 45;
}

/* Interrupts come while the gate is open: in the kernel there, in programs always. */
USER_CASE(program_calls)
{
	user.on_call = call_deep;
	user.before_user = before_user;
	user_set(W_NR, CALL_TEST);
	along(calls_the_kernel, 1);
	CHECK(sweep.nr_places >= PLACES_LEAST);
}

/* A call that leaves the program's windows where they are. */
USER_CASE(program_calls_shortly)
{
	user.on_call = call_short;
	user.before_user = before_user;
	along(calls_shortly, 1);
}

USER_CASE(program_windows)
{
	user.before_user = before_user;
	user_set(W_ADDRESS, USER_STACK_TOP - 64);
	user_set(W_COUNT, 12);
	along(goes_deep, 1);
	CHECK(sweep.nr_places >= PLACES_LEAST);
}

USER_CASE(program_faults)
{
	user.before_user = before_user;
	CHECK_OK(pv_trap_set(PV_CAUSE_PAGE_FAULT, map_on_demand, NULL));
	/* Beside it, so that no table comes and goes. */
	CHECK_OK(pv_space_map(&user.space, pv_va(USER_HOLE + PV_PAGE_SIZE), user.data, PV_PAGE_SIZE, PV_PROT_READ));
	along(faults, 1);
	CHECK_OK(pv_space_unmap(&user.space, pv_va(USER_HOLE + PV_PAGE_SIZE), PV_PAGE_SIZE));
	pv_space_sync(&user.space);
	CHECK(sweep.nr_places >= PLACES_LEAST);
}

USER_CASE(kernel_windows)
{
	along(kernel_goes_deep, 1);
}

USER_CASE(kernel_traps)
{
	lines_fresh();
	CHECK_OK(line_soft(1, 1, 1));
	along(kernel_is_interrupted, 1);
	lines_fresh();
}

static bool
applies(unsigned flags)
{
	char words[32];

	(void)flags;
	return suite_option("expect", words, sizeof(words)) && suite_text_has(words, "sweep");
}

static const struct suite_case cases[] = {
	{ "program_calls", program_calls, "pv_timer_set pv_user_enter", CASE_ONCE },
	{ "program_calls_shortly", program_calls_shortly, "pv_timer_set pv_user_enter", CASE_ONCE },
	{ "program_windows", program_windows, "pv_timer_set pv_user_enter", CASE_ONCE },
	{ "program_faults", program_faults, "pv_timer_set pv_user_enter", CASE_ONCE },
	{ "kernel_windows", kernel_windows, "pv_timer_set", CASE_ONCE },
	{ "kernel_traps", kernel_traps, "pv_timer_set pv_line_raise", CASE_ONCE },
};
SUITE_WHERE(suite_sweep, "sweep", cases, applies);
