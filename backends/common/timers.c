/*
 * Clocks and timers over the few things that a backend gives in pv_ops.time:
 * monotonic reading, stolen time, one alarm per CPU. Two sorted lists per CPU, one
 * per clock; no allocation.
 *
 * The alarm may come early and is set to the earlier head of the two lists:
 * pv_timers_run() asks the clocks and sets it again. A virtual timer's alarm is its
 * own time plus what was stolen so far; when more is stolen meanwhile the alarm
 * comes early, and is set again with what is left.
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
static bool ready, none;

/* The last reading given out, which no later one may be below: of the machine, and of each CPU. */
static bool stable;
static uint64_t last_of_all __attribute__((aligned(8)));
static uint64_t last_of_cpu[PV_MAX_CPUS] __attribute__((aligned(8)));
static uint64_t last_sched[PV_MAX_CPUS] __attribute__((aligned(8)));

static union {
	struct pv_clock_page page;
	uint8_t bytes[1 << PV_PAGE_SHIFT];
} clock_page __attribute__((aligned(1 << PV_PAGE_SHIFT)));
static bool clock_page_used;

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

/* -- clock page -------------------------------------------------------------- */

/* Bring the page up to date; readers retry while the version is odd or changes. */
static pv_status
clock_page_fill(void)
{
	struct pv_clock_page *page = &clock_page.page, fresh;
	pv_irq_state gate;
	pv_status s;

	memset(&fresh, 0, sizeof(fresh));
	s = pv_ops.time.clock_page(&fresh);
	if (s != PV_OK)
		return s;
	gate = pv_irq_save();
	fresh.version = page->version + 1;
	PV_WRITE_SHARED(page->version, fresh.version);
	pv_wmb();
	*page = fresh;
	pv_wmb();
	PV_WRITE_SHARED(page->version, fresh.version + 1);
	pv_irq_restore(gate);
	return PV_OK;
}

pv_status
pv_clock_page(pv_paddr *frame)
{
	pv_status s;

	if (!ready)
		return PV_E_STAGE;
	s = clock_page_fill();
	if (s == PV_OK)
		s = pv_virt_to_phys(&clock_page, frame);
	if (s == PV_OK)
		clock_page_used = true;
	return s;
}

pv_status
pv_wall_get(uint64_t *ns)
{
	return ready ? pv_ops.time.wall_get(ns) : PV_E_STAGE;
}

pv_status
pv_wall_set(uint64_t ns)
{
	pv_status s = ready ? pv_ops.time.wall_set(ns) : PV_E_STAGE;

	if (s == PV_OK && clock_page_used)
		s = clock_page_fill();
	return s;
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

/* Behind all that are not later: equal times fire in the order in which they were set. */
static void
insert(struct timer_cpu *me, struct pv_timer *timer)
{
	struct pv_timer **at = &me->list[timer->kind];

	while (*at != NULL && (*at)->when <= timer->when)
		at = &(*at)->next;
	timer->next = *at;
	*at = timer;
	timer->set = 1;
}

/* True if it was set. Its own members may be anything before it is first set, so they are not asked. */
static bool
take_out(struct timer_cpu *me, struct pv_timer *timer)
{
	unsigned kind;

	for (kind = 0; kind < 2; kind++) {
		for (struct pv_timer **at = &me->list[kind]; *at != NULL; at = &(*at)->next) {
			if (*at == timer) {
				*at = timer->next;
				timer->set = 0;
				return true;
			}
		}
	}
	return false;
}

pv_status
pv_timer_set(struct pv_timer *timer, enum pv_timer_kind kind, uint64_t when, uint64_t period)
{
	struct timer_cpu *me;
	pv_irq_state gate;

	if (!ready)
		return PV_E_STAGE;
	if (none)
		return PV_E_ABSENT;
	if (timer->handler == NULL || (unsigned)kind > PV_TIMER_VIRTUAL ||
	    (period != 0 && period < PERIOD_LEAST))
		return PV_E_INVAL;
	gate = pv_irq_save();
	me = &timer_cpus[pv_cpu()->id];
	take_out(me, timer);
	timer->when = when;
	timer->period = period;
	timer->cpu = pv_cpu()->id;
	timer->kind = (uint8_t)kind;
	insert(me, timer);
	rearm(me);
	pv_irq_restore(gate);
	return PV_OK;
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
	return was_set;
}

/* Run the head of a list if it is due; false: it is not, or there is none. */
static bool
run_one(struct timer_cpu *me, enum pv_timer_kind kind)
{
	struct pv_timer *timer = me->list[kind];
	uint64_t now, passed, step;

	if (timer == NULL)
		return false;
	now = kind == PV_TIMER_REAL ? pv_time_ns() : pv_time_sched_ns();
	if (timer->when > now)
		return false;
	take_out(me, timer);
	if (timer->period != 0) {
		/* The next one lies on the grid of the first, behind now. */
		passed = now - timer->when < timer->period ? 0 :
		    pv_udiv64(now - timer->when, timer->period, NULL);
		timer->missed += passed;
		step = later(passed * timer->period, timer->period);
		timer->when = later(timer->when, step);
		insert(me, timer);
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

	if (!ready)
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
	struct timer_cpu *me = &timer_cpus[pv_cpu()->id];

	me->list[PV_TIMER_REAL] = me->list[PV_TIMER_VIRTUAL] = NULL;
	me->running = false;
	me->armed = 0;
	stable = pv_has(PV_CAP_STABLE_COUNTER);
	ready = true;
	PV_OP_VOID_1_64(time.alarm, 0);
}
