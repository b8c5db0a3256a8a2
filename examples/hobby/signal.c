/*
 * Signals: sent any time, also by interrupt handlers; acted upon on the way back to
 * user mode. A signal whose handler runs waits until the handler has returned.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "kernel.h"

static const char *const names[SIGNAL_COUNT] = SIGNAL_NAMES;

const char *
signal_name(unsigned number)
{
	return number < SIGNAL_COUNT && names[number] != NULL ? names[number] : "?";
}

static bool
ignored(const struct process *p, unsigned number)
{
	return p->handler[number] == SIGNAL_IGNORE || (p->handler[number] == SIGNAL_DEFAULT && number == SIGCHLD);
}

void
signal_send(struct process *p, unsigned number)
{
	pv_irq_state gate = pv_irq_save();

	if (p != NULL && p->state != STATE_UNUSED && p->state != STATE_ZOMBIE && !ignored(p, number)) {
		p->pending |= 1u << number;
		if ((p->in_handler & 1u << number) == 0)
			sched_interrupt(p);
	}
	pv_irq_restore(gate);
}

/* A process, or minus a group. */
int
signal_kill(int pid, unsigned number)
{
	int found = -ESRCH;

	if (number >= SIGNAL_COUNT)
		return -EINVAL;
	for (struct process *p = process_next(NULL); p != NULL; p = process_next(p)) {
		if (pid > 0 ? p->pid != pid : p->group + pid != 0)
			continue;
		found = found == -ESRCH ? 0 : found;
		/* The first one must live, whoever thinks otherwise. */
		if (p->pid == 1)
			found = -EPERM;
		else if (number != 0)
			signal_send(p, number);
	}
	return found;
}

int
signal_set(unsigned number, uintptr_t handler, uintptr_t trampoline)
{
	pv_irq_state gate;

	if (number == 0 || number >= SIGNAL_COUNT || number == SIGKILL)
		return -EINVAL;
	current->handler[number] = handler;
	if (handler != SIGNAL_DEFAULT && handler != SIGNAL_IGNORE)
		current->trampoline = trampoline;
	gate = pv_irq_save();
	if (ignored(current, number))
		current->pending &= ~(1u << number);
	pv_irq_restore(gate);
	return 0;
}

int
signal_return(uintptr_t context)
{
	if (current->nested_count == 0 ||
	    pv_uframe_pop_signal(pv_thread_uframe(&current->thread), context) != PV_OK) {
		text_copy(current->cause, "it returned from a signal that it did not have", sizeof(current->cause));
		signal_send(current, SIGKILL);
		return -EFAULT;
	}
	current->in_handler &= ~(1u << current->nested[--current->nested_count]);
	fpu_pop(&current->fpu_kept[current->nested_count]);
	return 0;
}

static void
end_by(unsigned number)
{
	if (current->cause[0] != '\0')
		pv_log("%s (process %d): %s: %s", current->name, current->pid, signal_name(number), current->cause);
	process_exit((int)number);
}

static bool
call_handler(unsigned number)
{
	void **kept = &current->fpu_kept[current->nested_count];

	if (current->nested_count == MAX_NESTED || !fpu_push(kept) ||
	    pv_uframe_push_signal(pv_thread_uframe(&current->thread), current->handler[number], number,
	    current->trampoline) != PV_OK) {
		text_copy(current->cause, "no room on its stack for a signal", sizeof(current->cause));
		return false;
	}
	current->nested[current->nested_count++] = (uint8_t)number;
	current->in_handler |= 1u << number;
	current->cause[0] = '\0';
	return true;
}

/* Gate closed at the beginning and the end. */
void
signal_deliver(void)
{
	uint32_t now;

	while ((now = current->pending & ~current->in_handler) != 0) {
		unsigned number = 0;

		while ((now & 1u << number) == 0)
			number++;
		current->pending &= ~(1u << number);
		pv_irq_enable();
		if ((current->pending & 1u << SIGKILL) != 0)
			number = SIGKILL;
		if (current->handler[number] == SIGNAL_DEFAULT && !ignored(current, number))
			end_by(number);
		if (current->handler[number] > SIGNAL_IGNORE && !call_handler(number))
			end_by(SIGKILL);
		pv_irq_disable();
	}
}

/* -- alarms -------------------------------------------------------------------------- */

static void
real_alarm(struct pv_timer *timer, void *arg)
{
	(void)timer;
	signal_send(arg, SIGALRM);
}

/* It runs: its time is up. */
static void
run_alarm(struct pv_timer *timer, void *arg)
{
	struct process *p = arg;

	(void)timer;
	p->run_alarm_left = p->run_alarm_period;
	signal_send(p, SIGVTALRM);
	if (p->run_alarm_left != 0)
		signal_run_alarm(p, true, pv_time_sched_ns());
}

/*
 * The process gets the CPU, or loses it: its own time goes on, or stands still, from `now` on, as it is
 * charged. Gate closed.
 */
void
signal_run_alarm(struct process *p, bool runs, uint64_t now)
{
	if (runs && p->run_alarm_left != 0) {
		p->run_alarm.handler = run_alarm;
		p->run_alarm.arg = p;
		p->run_alarm_ends = now + p->run_alarm_left;
		if (pv_timer_set(&p->run_alarm, PV_TIMER_VIRTUAL, p->run_alarm_ends, 0) != PV_OK)
			pv_panic("a timer that worked before does not");
	} else if (!runs && pv_timer_cancel(&p->run_alarm)) {
		p->run_alarm_left = p->run_alarm_ends > now ? p->run_alarm_ends - now : 1;
	}
}

int
signal_alarm(unsigned kind, const uint64_t first_and_period[2])
{
	uint64_t first = MIN(first_and_period[0], LONGEST), period = MIN(first_and_period[1], LONGEST);
	pv_irq_state gate;

	if (kind > ALARM_VIRTUAL || (period != 0 && period < PV_NS_PER_MS))
		return -EINVAL;
	gate = pv_irq_save();
	if (kind == ALARM_VIRTUAL) {
		(void)pv_timer_cancel(&current->run_alarm);
		current->run_alarm_left = first;
		current->run_alarm_period = period;
		signal_run_alarm(current, true, pv_time_sched_ns());
	} else {
		(void)pv_timer_cancel(&current->alarm);
		current->alarm.handler = real_alarm;
		current->alarm.arg = current;
		if (first != 0)
			(void)pv_timer_set(&current->alarm, PV_TIMER_REAL, pv_time_ns() + first, period);
	}
	pv_irq_restore(gate);
	return 0;
}

void
signal_forget_alarms(struct process *p)
{
	pv_irq_state gate = pv_irq_save();

	(void)pv_timer_cancel(&p->alarm);
	(void)pv_timer_cancel(&p->run_alarm);
	(void)pv_timer_cancel(&p->wakes);
	p->run_alarm_left = 0;
	pv_irq_restore(gate);
}
