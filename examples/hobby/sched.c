/*
 * Who runs. Each process has a share: the time that it ran, weighed by its nice
 * value; the ready process with the smallest share is next. The tick comes every
 * 10 ms, and somebody who slept long gets no more than the others have.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "kernel.h"

#define TICK		(10 * PV_NS_PER_MS)
#define UNIT		1024u		/* price of nice 0 */

struct process *current;
bool sched_wanted;

static struct pv_thread idle_thread;
static struct process *ready[MAX_PROCESSES];
static unsigned nr_ready;
static uint64_t least_share;		/* of the one that was chosen last; never falls */
static uint64_t switched_at;		/* sched time when current got the CPU */
static struct pv_timer ticker;
static uint64_t nr_ticks;

/* What a unit of time costs, from nice -20 on: a quarter more for each step. */
static const uint32_t prices[] = {
	12, 15, 18, 23, 29, 36, 45, 56, 70, 88, 110, 137, 172, 215, 268, 336, 419, 524, 655, 819,
	UNIT, 1280, 1600, 2000, 2500, 3125, 3906, 4883, 6104, 7629,
	9537, 11921, 14901, 18626, 23283, 29104, 36380, 45475, 56843, 71054,
};

uint64_t
sched_ran(struct process *p)
{
	/* A switch away and back in the middle of it would take off what the others ran. */
	pv_irq_state gate = pv_irq_save();
	uint64_t ran = p->ran + (p == current ? pv_time_sched_ns() - switched_at : 0);

	pv_irq_restore(gate);
	return ran;
}

/* Charge the current process for the time since it was charged last. Sched time now. */
static uint64_t
charge(void)
{
	uint64_t now = pv_time_sched_ns();

	if (current != NULL) {
		current->ran += now - switched_at;
		current->share += (now - switched_at) * prices[current->nice + NICE_ZERO] / UNIT;
	}
	switched_at = now;
	return now;
}

static void
tick(struct pv_timer *timer, void *arg)
{
	(void)timer;
	(void)arg;
	nr_ticks++;
	tty_poll();
	sched_wanted = true;
}

uint64_t
sched_ticks(void)
{
	pv_irq_state gate = pv_irq_save();
	uint64_t n = nr_ticks;

	pv_irq_restore(gate);
	return n;
}

void
sched_init(void)
{
	ticker.handler = tick;
	if (pv_timer_set(&ticker, PV_TIMER_REAL, pv_time_ns() + TICK, TICK) != PV_OK)
		pv_panic("no timer, no scheduling");
}

void
sched_ready(struct process *p)
{
	pv_irq_state gate = pv_irq_save();

	p->state = STATE_READY;
	if (p->share < least_share)
		p->share = least_share;
	ready[nr_ready++] = p;
	pv_irq_restore(gate);
}

/* Take the ready process with the smallest share; the one that waits longest, of equals. */
static struct process *
choose(void)
{
	struct process *p;
	unsigned best = 0;

	if (nr_ready == 0)
		return NULL;
	for (unsigned i = 1; i < nr_ready; i++)
		if (ready[i]->share < ready[best]->share)
			best = i;
	p = ready[best];
	if (p->share > least_share)
		least_share = p->share;
	nr_ready--;
	for (unsigned i = best; i < nr_ready; i++)
		ready[i] = ready[i + 1];
	return p;
}

/* Gate closed. The current process is on a list already, or leaves. */
static void
switch_to(struct process *next)
{
	struct process *before = current;
	uint64_t now = charge();

	sched_wanted = false;
	if (next == before)
		return;
	if (before != NULL)
		signal_run_alarm(before, false, now);
	current = next;
	if (next != NULL)
		signal_run_alarm(next, true, now);
	pv_thread_switch(before != NULL ? &before->thread : &idle_thread,
	    next != NULL ? &next->thread : &idle_thread);
}

/* Whose turn it is, ours included. */
void
sched_look(void)
{
	pv_irq_state gate = pv_irq_save();

	charge();
	sched_ready(current);
	switch_to(choose());
	pv_irq_restore(gate);
}

/* Somebody else's turn, if there is one. */
void
sched_yield(void)
{
	pv_irq_state gate = pv_irq_save();
	struct process *next = choose();

	if (next != NULL) {
		sched_ready(current);
		switch_to(next);
	}
	pv_irq_restore(gate);
}

void
sched_leave(void)
{
	pv_irq_disable();
	switch_to(choose());
	pv_panic("a process that ended ran again");
}

int
sched_sleep(const void *what)
{
	pv_irq_state gate = pv_irq_save();

	current->woken_by_signal = (current->pending & ~current->in_handler) != 0;
	if (!current->woken_by_signal) {
		current->waits_for = what;
		current->state = STATE_SLEEPING;
		switch_to(choose());
	}
	pv_irq_restore(gate);
	/* One that was ended for its memory meanwhile has nothing to go on with. */
	return current->woken_by_signal || (current->pending & 1u << SIGKILL) != 0 ? -EINTR : 0;
}

static void
wake(struct process *p)
{
	p->waits_for = NULL;
	sched_ready(p);
	sched_wanted = true;
}

/* Also in interrupt handlers. */
void
sched_wake(const void *what)
{
	pv_irq_state gate = pv_irq_save();

	for (struct process *p = process_next(NULL); p != NULL; p = process_next(p))
		if (p->state == STATE_SLEEPING && p->waits_for == what)
			wake(p);
	pv_irq_restore(gate);
}

void
sched_interrupt(struct process *p)
{
	if (p->state != STATE_SLEEPING)
		return;
	p->woken_by_signal = true;
	wake(p);
}

static void
time_is_up(struct pv_timer *timer, void *arg)
{
	(void)arg;
	sched_wake(timer);
}

int
sched_sleep_for(uint64_t ns)
{
	pv_irq_state gate = pv_irq_save();
	int error = -EINVAL;

	current->wakes.handler = time_is_up;
	ns = MIN(ns, LONGEST);
	if (pv_timer_set(&current->wakes, PV_TIMER_REAL, pv_time_ns() + ns, 0) == PV_OK) {
		error = sched_sleep(&current->wakes);
		(void)pv_timer_cancel(&current->wakes);
	}
	pv_irq_restore(gate);
	return error;
}

int
sched_pause(void)
{
	if (sched_wanted)
		sched_look();
	return (current->pending & ~current->in_handler) != 0 ? -EINTR : 0;
}

/* The boot thread becomes this. */
void
sched_idle(void)
{
	pv_irq_disable();
	pv_thread_adopt(&idle_thread, NULL, 0);
	for (;;) {
		pv_irq_disable();
		if (nr_ready > 0)
			switch_to(choose());
		else
			pv_cpu_idle();
	}
}
