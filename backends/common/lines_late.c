/*
 * Interrupt lines, storms of edges (P4): a source whose handlers find no work again
 * and again is held for a while after each, and twice as long after the next, until
 * one finds some. What comes meanwhile is remembered, once, as on a line that is
 * masked: its sender can make the handlers run so often and no more, and other lines
 * do not notice. Level-triggered sources have another end, see <pv/irq.h>.
 *
 * One timer per CPU looks when the first of them has waited. Without timers of ours
 * (a kernel that keeps its own) nothing is held.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lines.h"

PV_NEED(lines);

static void look(struct pv_timer *timer, void *arg);

static struct pv_timer looks[PV_MAX_CPUS];

/* See to it that this CPU looks at that time or before. Gate closed. */
static bool
look_at(uint64_t when)
{
	struct pv_timer *timer = &looks[pv_cpu()->id];

	if (timer->set != 0 && timer->when <= when)
		return true;
	timer->handler = look;
	return pv_timer_set(timer, PV_TIMER_REAL, when, 0) == PV_OK;
}

void
pv_lines_unclaimed_edge(struct pv_wire *w)
{
	uint64_t now, until;

	if (!pv_time_up)
		return;
	now = pv_time_ns();
	if (now > w->late_until + PV_LINES_LATE_FORGET)
		w->unclaimed = 0;
	w->late_until = now;
	if (w->unclaimed < PV_LINES_PATIENCE + PV_LINES_LATE_DOUBLE + 1)
		w->unclaimed++;
	if (w->unclaimed <= PV_LINES_PATIENCE)
		return;
	until = now + (PV_LINES_LATE_LEAST << (w->unclaimed - PV_LINES_PATIENCE - 1));
	if (!look_at(until))
		return;
	w->late_until = until;
	w->late = true;
	w->holds++;
}

/* Enough, if it has waited to the end; else the earlier of that and `next`. */
static uint64_t
let_go(struct pv_wire *w, uint64_t now, uint64_t next)
{
	bool kick = false;
	uint32_t cpu;

	pv_latch_take(&w->latch);
	if (w->late && w->late_until <= now) {
		w->late = false;
		w->holds--;
		kick = pv_lines_release(w);
	} else if (w->late && w->late_until < next) {
		next = w->late_until;
	}
	cpu = w->on;
	pv_latch_drop(&w->latch);
	if (kick)
		pv_lines_kick(cpu);
	return next;
}

/* All of them, also those that another CPU will look at. */
static void
look(struct pv_timer *timer, void *arg)
{
	uint64_t now = pv_time_ns(), next = UINT64_MAX;

	(void)timer;
	(void)arg;
	for (uint32_t i = 0; i < PV_MAX_LINES; i++)
		if (__atomic_load_n(&pv_lines_wire[i].late, __ATOMIC_RELAXED))
			next = let_go(&pv_lines_wire[i], now, next);
	/* The timer was set on this CPU before, so it can be again. */
	if (next != UINT64_MAX)
		(void)look_at(next);
}
