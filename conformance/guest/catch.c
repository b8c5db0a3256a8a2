/*
 * Expected faults: one handler for all causes that, while armed, notes the trap
 * and goes on behind the call that was being tried.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "catch.h"

static bool armed;
static struct pv_trap caught;

static bool
handler(struct pv_trap *trap, void *arg)
{
	(void)arg;
	if (!armed || (trap->access & PV_ACCESS_USER) != 0)
		return false;
	armed = false;
	caught = *trap;
	caught.frame = NULL;
	pv_trap_set_pc(trap, (uintptr_t)suite_catch_resume);
	return true;
}

void
suite_catch_init(void)
{
	for (unsigned c = 0; c < PV_CAUSE_COUNT; c++)
		(void)pv_trap_set((enum pv_cause)c, handler, NULL);
}

bool
suite_catch(void (*fn)(void *arg), void *arg, struct pv_trap *trap)
{
	pv_irq_state gate = pv_irq_read();
	bool came;

	/* A case may have put its own handlers in place since. */
	suite_catch_init();
	armed = true;
	came = suite_catch_call(fn, arg) != 0;
	armed = false;
	*trap = caught;
	pv_irq_restore(gate);
	return came;
}
