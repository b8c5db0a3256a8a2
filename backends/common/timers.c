/*
 * Clocks and timers over the few things that a backend gives in pv_ops.time:
 * monotonic reading, stolen time, one alarm per CPU. Two sorted lists per CPU, one
 * per clock; no allocation.
 *
 * The alarm may come early and is set to the earlier head of the two lists:
 * pv_timers_run() asks the clocks and sets it again. A virtual timer's alarm is its
 * own time plus what was stolen so far; when more is stolen meanwhile the alarm
 * comes early, and is set again with what is left. The wall clock is in wall.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../hooks/arith.h"
#include "../../hooks/hooks_internal.h"

#define NEVER		UINT64_MAX
#define PERIOD_LEAST	PV_NS_PER_US
#define DELAY_MOST	PV_NS_PER_SEC
/* Rounds in one interrupt; what is still due comes with the next one, after other lines had their turn. */
#define ROUNDS_MOST	32u

struct timer_cpu {
	struct pv_timer *list[2];	/* by kind, earliest first */
	uint64_t armed;			/* what the alarm was last set to */
	bool running;
};

static struct timer_cpu timer_cpus[PV_MAX_CPUS];
bool pv_time_up;
static bool none;

/* The last reading given out, which no later one may be below: of the machine, and of each CPU. */
static bool stable;
static uint64_t last_of_all __attribute__((aligned(8)));
static uint64_t last_of_cpu[PV_MAX_CPUS] __attribute__((aligned(8)));
static uint64_t last_sched[PV_MAX_CPUS] __attribute__((aligned(8)));

/* -- clocks ------------------------------------------------------------------ */

/*
 * The larger of `now` and what was given out before, remembered. The compare-and-swap is what
 * reads: a plain load of 64 bits may be torn on 32-bit machines, and serves as a guess only.
 */
static uint64_t
not_before(uint64_t *last, uint64_t now)
{
	uint64_t guess = *(volatile uint64_t *)last, result, seen;

	for (;;) {
		result = guess > now ? guess : now;
		seen = __sync_val_compare_and_swap(last, guess, result);
		if (seen == guess)
			return result;
		guess = seen;
	}
}

uint64_t
pv_time_ns(void)
{
	return not_before(stable ? &last_of_cpu[pv_cpu()->id] : &last_of_all, PV_OP_64_0(time.now));
}

uint64_t
pv_time_stolen_ns(void)
{
	return PV_OP_64_0(time.stolen);
}

uint64_t
pv_time_sched_ns(void)
{
	/* In this order: what is stolen in between makes the result too small, and timers late, not early. */
	uint64_t now = pv_time_ns(), stolen = PV_OP_64_0(time.stolen);

	return not_before(&last_sched[pv_cpu()->id], now > stolen ? now - stolen : 0);
}

void
pv_delay_ns(uint64_t ns)
{
	if (ns > DELAY_MOST) {
		pv_log("pv_delay_ns: asked for more than a second; waiting for one: divide longer waits");
		ns = DELAY_MOST;
	}
	pv_ops.time.delay(ns);
}

void
pv_time_source(struct pv_time_source *out)
{
	pv_ops.time.source(out);
}

/* -- timers ------------------------------------------------------------------ */

/* a + b, or NEVER when that does not fit. */
static uint64_t
later(uint64_t a, uint64_t b)
{
	return a + b < a ? NEVER : a + b;
}

/* Set the alarm to the earlier head; it is left alone where that changes nothing. */
static void
rearm(struct timer_cpu *me)
{
	uint64_t when = NEVER, virtual_when;

	if (me->running)
		return;		/* pv_timers_run() does it at its end */
	if (me->list[PV_TIMER_REAL] != NULL)
		when = me->list[PV_TIMER_REAL]->when;
	if (me->list[PV_TIMER_VIRTUAL] != NULL) {
		virtual_when = later(me->list[PV_TIMER_VIRTUAL]->when, PV_OP_64_0(time.stolen));
		if (virtual_when < when)
			when = virtual_when;
	}
	if (when == 0)
		when = 1;	/* 0 would mean: not at all */
	if (when == NEVER)
		when = 0;
	if (when == me->armed)
		return;
	me->armed = when;
	PV_OP_VOID_1_64(time.alarm, when);
}

/*
 * What the owner of a timer says while it is set on a CPU. The members of one that was never set may be
 * anything, but hardly this: it depends on where the timer lies.
 */
static uintptr_t
owned_by(const struct timer_cpu *cpu, const struct pv_timer *timer)
{
	return (uintptr_t)cpu + (uintptr_t)timer;
}

static bool
is_owned(const struct pv_timer *timer)
{
	return timer->owner - owned_by(timer_cpus, timer) < sizeof(timer_cpus);
}

static void
disown(struct pv_timer *timer)
{
	timer->set = 0;
	__atomic_store_n(&timer->owner, 0, __ATOMIC_RELEASE);
}

/* Behind all that are not later: equal times fire in the order in which they were set. */
static void
insert(struct timer_cpu *me, struct pv_timer *timer)
{
	struct pv_timer **at = &me->list[timer->kind];

	while (*at != NULL && (*at)->when <= timer->when)
		at = &(*at)->next;
	timer->next = *at;
	*at = timer;
}

/* True if it was set on this CPU. */
static bool
take_out(struct timer_cpu *me, struct pv_timer *timer)
{
	struct pv_timer **at;

	if (timer->owner != owned_by(me, timer))
		return false;
	for (at = &me->list[timer->kind]; *at != timer; at = &(*at)->next)
		continue;
	*at = timer->next;
	disown(timer);
	return true;
}

pv_status
pv_timer_set(struct pv_timer *timer, enum pv_timer_kind kind, uint64_t when, uint64_t period)
{
	struct timer_cpu *me;
	pv_irq_state gate;
	uintptr_t was;
	pv_status s = PV_E_BUSY;

	if (!pv_time_up)
		return PV_E_STAGE;
	if (none)
		return PV_E_ABSENT;
	if (timer->handler == NULL || (unsigned)kind > PV_TIMER_VIRTUAL || period - 1 < PERIOD_LEAST - 1)
		return PV_E_INVAL;
	gate = pv_irq_save();
	me = &timer_cpus[pv_cpu()->id];
	(void)take_out(me, timer);
	was = timer->owner;
	/* Another CPU may be after it as well: one of the two has it. */
	if (!is_owned(timer) && __sync_bool_compare_and_swap(&timer->owner, was, owned_by(me, timer))) {
		timer->when = when;
		timer->period = period;
		timer->cpu = pv_cpu()->id;
		timer->kind = (uint8_t)kind;
		timer->set = 1;
		insert(me, timer);
		rearm(me);
		s = PV_OK;
	}
	pv_irq_restore(gate);
	return s;
}

bool
pv_timer_cancel(struct pv_timer *timer)
{
	pv_irq_state gate = pv_irq_save();
	struct timer_cpu *me = &timer_cpus[pv_cpu()->id];
	bool was_set = take_out(me, timer);

	if (was_set)
		rearm(me);
	pv_irq_restore(gate);
	if (is_owned(timer))
		pv_panic("pv_timer_cancel: the timer at 0x%lx is set on CPU %u, and cannot be cancelled elsewhere: "
		    "do it there", (unsigned long)(uintptr_t)timer, (unsigned)timer->cpu);
	return was_set;
}

/* Run the head of a list if it is due; false: it is not, or there is none. */
static bool
run_one(struct timer_cpu *me, enum pv_timer_kind kind)
{
	struct pv_timer *timer = me->list[kind];
	uint64_t now, since;

	if (timer == NULL)
		return false;
	now = kind == PV_TIMER_REAL ? pv_time_ns() : pv_time_sched_ns();
	if (timer->when > now)
		return false;
	me->list[kind] = timer->next;
	if (timer->period != 0) {
		/* The next one lies on the grid of the first, behind now. */
		timer->missed += pv_udiv64(now - timer->when, timer->period, &since);
		timer->when = later(now - since, timer->period);
		insert(me, timer);
	} else {
		disown(timer);
	}
	timer->count++;
	/* Last: the handler may set, move or cancel this timer and any other. */
	timer->handler(timer, timer->arg);
	return true;
}

void
pv_timers_run(void)
{
	struct timer_cpu *me = &timer_cpus[pv_cpu()->id];
	unsigned left = ROUNDS_MOST;
	bool more = true;

	/* A handler that opened the gate was interrupted: what is due has its turn when it returns. */
	if (!pv_time_up || me->running)
		return;
	me->running = true;
	while (left != 0 && more) {
		more = run_one(me, PV_TIMER_REAL);
		more |= run_one(me, PV_TIMER_VIRTUAL);
		left--;
	}
	me->running = false;
	me->armed = NEVER;	/* unlike any setting: the alarm has fired and is set anew, or off, in any case */
	rearm(me);
}

void
pv_timers_none(void)
{
	none = true;
}

void
pv_timers_init(void)
{
	stable = pv_has(PV_CAP_STABLE_COUNTER);
	pv_time_up = true;
	PV_OP_VOID_1_64(time.alarm, 0);
}
