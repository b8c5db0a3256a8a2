/*
 * What goes wrong in user mode: page faults that are only a page not yet there, and
 * everything else, which becomes a signal and a line that names the cause.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "kernel.h"

static const uint8_t signals[PV_CAUSE_COUNT] = {
	[PV_CAUSE_UNKNOWN] = SIGILL,
	[PV_CAUSE_PAGE_FAULT] = SIGSEGV,
	[PV_CAUSE_ILLEGAL] = SIGILL,
	[PV_CAUSE_DIVIDE] = SIGFPE,
	[PV_CAUSE_OVERFLOW] = SIGFPE,
	[PV_CAUSE_ALIGNMENT] = SIGBUS,
	[PV_CAUSE_BREAKPOINT] = SIGTRAP,
	[PV_CAUSE_STEP] = SIGTRAP,
	[PV_CAUSE_FPU_OFF] = SIGILL,
	[PV_CAUSE_FPU_ERROR] = SIGFPE,
	[PV_CAUSE_PROTECTION] = SIGSEGV,
	[PV_CAUSE_SEGMENT] = SIGSEGV,
};

static const char *
access_name(unsigned access)
{
	if ((access & PV_ACCESS_EXEC) != 0)
		return "executing";
	if ((access & PV_ACCESS_WRITE) != 0)
		return "writing";
	return (access & PV_ACCESS_READ) != 0 ? "reading" : "using";
}

static bool
page_fault(struct pv_trap *trap, void *arg)
{
	int error;

	(void)arg;
	if (current == NULL || current->space == NULL || trap->address >= space_user_end())
		return false;
	/* In the kernel only libpv's copies may touch user memory; anything else is a mistake, to be seen. */
	if ((trap->access & PV_ACCESS_USER) == 0 && pv_trap_recover(trap->pc) == 0)
		return false;
	/* Filling a page takes long. Both had the gate open, and handlers touch neither spaces nor the heap. */
	pv_irq_enable();
	do
		error = space_fault(current->space, trap->address, trap->access);
	while (error == -ENOMEM && process_out_of_memory());
	pv_irq_disable();
	if (error == -ENOMEM) {
		text_copy(current->cause, "there is no memory for a page it touched", sizeof(current->cause));
		signal_send(current, SIGKILL);
		/* In user mode it dies on the way back; in the kernel, the copy fails first. */
		return (trap->access & PV_ACCESS_USER) != 0;
	}
	return error == 0;
}

/* The last resort: nobody took it. */
static bool
trap(void *context, struct pv_trap *trap)
{
	struct text cause = { .size = sizeof(current->cause) - 1 };
	unsigned number = signals[trap->cause];

	(void)context;
	if ((trap->access & PV_ACCESS_USER) == 0 || current == NULL)
		return false;
	if (number == 0) {
		pv_trap_print(trap);
		pv_panic("%s: the machine cannot be trusted any more", pv_cause_name(trap->cause));
	}
	memset(current->cause, 0, sizeof(current->cause));
	cause.at = current->cause;
	text_add(&cause, "%s at 0x%lx", pv_cause_name(trap->cause), (unsigned long)trap->pc);
	if (trap->cause == PV_CAUSE_PAGE_FAULT)
		text_add(&cause, ", %s 0x%lx%s", access_name(trap->access), (unsigned long)trap->address,
		    (trap->access & PV_ACCESS_PRESENT) != 0 ? " (not allowed)" : " (nothing there)");
	/* Blocked or ignored, it would happen again and again. */
	if ((current->in_handler & 1u << number) != 0 || current->handler[number] == SIGNAL_IGNORE)
		number = SIGKILL;
	signal_send(current, number);
	return true;
}

static void
before_user(void *context)
{
	(void)context;
	signal_deliver();
	while (sched_wanted) {
		sched_look();
		signal_deliver();
	}
}

void
trap_init(void)
{
	struct pv_hooks own = *pv_hooks_get();

	own.trap = trap;
	own.before_user = before_user;
	if (pv_hooks_set(&own) != PV_OK || pv_trap_set(PV_CAUSE_PAGE_FAULT, page_fault, NULL) != PV_OK)
		pv_panic("libpv did not take this kernel's handlers");
}
