/*
 * Timers and their notes. See timer_world.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "timer_world.h"

struct pv_timer timers[NR_TIMERS];

struct timer_note notes[NR_NOTES];
volatile unsigned fired;
void (*timer_action)(struct pv_timer *timer);
static bool in_handler;

static void
handler(struct pv_timer *timer, void *arg)
{
	unsigned n = fired;

	(void)arg;
	if (n < NR_NOTES) {
		notes[n].timer = timer;
		notes[n].now = pv_time_ns();
		notes[n].sched = pv_time_sched_ns();
		notes[n].when = timer->when;
		notes[n].grid = timer->count + timer->missed;
		notes[n].open = pv_irq_enabled();
		notes[n].nested = in_handler;
	}
	in_handler = true;
	if (timer_action != NULL)
		timer_action(timer);
	in_handler = false;
	fired = n + 1;
}

void
timers_fresh(void)
{
	for (unsigned i = 0; i < NR_TIMERS; i++)
		(void)pv_timer_cancel(&timers[i]);
	memset(timers, 0, sizeof(timers));
	memset(notes, 0, sizeof(notes));
	for (unsigned i = 0; i < NR_TIMERS; i++)
		timers[i].handler = handler;
	fired = 0;
	timer_action = NULL;
	in_handler = false;
}

pv_status
timer_real(unsigned n, uint64_t when, uint64_t period)
{
	return pv_timer_set(&timers[n], PV_TIMER_REAL, when, period);
}

bool
timer_on_grid(uint64_t first, uint64_t period, bool sched)
{
	for (unsigned i = 0; i < fired && i < NR_NOTES; i++) {
		uint64_t due = first + (notes[i].grid - 1) * period;

		if (notes[i].when == due + period && (sched ? notes[i].sched : notes[i].now) >= due)
			continue;
		suite_fail(__FILE__, __LINE__, "call %u, %llu periods from the first: next at %llu, was at %llu", i,
		    (unsigned long long)notes[i].grid - 1, (unsigned long long)(notes[i].when - first),
		    (unsigned long long)(notes[i].now - first));
		return false;
	}
	return true;
}
