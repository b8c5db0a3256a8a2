/*
 * Interrupts that software raises on this CPU: SOFTINT makes a level pending; and
 * waiting for one. No other CPU can be reached yet, nor started.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "sparc64.h"

#define SOFT_LEVEL	1u	/* software lines, and lines held back by a priority level */
#define CROSS_LEVEL	2u	/* + n */
#define CROSS_LINES	4u
#define IDLE_LOOKS	10000u	/* then the kernel may look around, too */

pv_status
pv_sparc64_line_send(uint32_t n, uint32_t cpu)
{
	if (cpu != pv_cpu()->id)
		return PV_E_RANGE;
	if (n == PV_LINE_SOFT)
		pv_sparc64_softint_set(1ul << SOFT_LEVEL);
	else if (n < CROSS_LINES)
		pv_sparc64_softint_set(1ul << (CROSS_LEVEL + n));
	else
		return PV_E_INVAL;
	return PV_OK;
}

bool
pv_sparc64_soft_deliver(unsigned level)
{
	if (level == SOFT_LEVEL)
		pv_lines_deliver_soft();
	else if (level >= CROSS_LEVEL && level < CROSS_LEVEL + CROSS_LINES)
		pv_lines_deliver_cross(level - CROSS_LEVEL);
	else
		return false;
	return true;
}

/* Whatever ends the wait is pending in SOFTINT: device interrupts are noted there, too. */
void
pv_sparc64_idle(void (*pause)(void))
{
	for (unsigned n = 0; n < IDLE_LOOKS && pv_sparc64_softint() == 0; n++)
		pause();
	pv_irq_enable();
}
