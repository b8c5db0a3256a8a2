/*
 * What the suites of timers share: timers, and a handler that notes what it sees.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef SUITE_TIMER_WORLD_H
#define SUITE_TIMER_WORLD_H

#include "wait.h"

#define MS		PV_NS_PER_MS
#define US		PV_NS_PER_US
#define NR_TIMERS	40u
#define NR_NOTES	128u

struct timer_note {
	struct pv_timer *timer;
	uint64_t now, sched;		/* when the handler ran */
	uint64_t when;			/* the timer's next time */
	uint64_t grid;			/* count + missed */
	bool open, nested;
};

extern struct pv_timer timers[NR_TIMERS];
extern struct timer_note notes[NR_NOTES];
extern volatile unsigned fired;		/* handler calls: notes[0] to notes[fired - 1] */
/* What the handler does besides, or NULL. */
extern void (*timer_action)(struct pv_timer *timer);

/* A case begins with this: all timers off, whatever the last one left, and nothing noted. */
void timers_fresh(void);
/* Set timer n on real time. */
pv_status timer_real(unsigned n, uint64_t when, uint64_t period);
/* Every call lies on the grid of `first` and none is early; else the case has failed. sched: virtual time. */
bool timer_on_grid(uint64_t first, uint64_t period, bool sched);

#endif
