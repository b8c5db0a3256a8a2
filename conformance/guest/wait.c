/*
 * Waiting for interrupts in cases. See wait.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "wait.h"

#define STILL_MOST	1000000u	/* equal readings of a clock that stands */
#define SETTLE_NS	(300 * PV_NS_PER_US)

bool
suite_wait(const volatile unsigned *count, unsigned n)
{
	uint64_t now = pv_time_ns(), end = now + PATIENCE_MS * PV_NS_PER_MS, last = now;

	for (unsigned still = 0; *count < n && now < end && still < STILL_MOST; still++) {
		pv_cpu_relax();
		now = pv_time_ns();
		if (now != last)
			still = 0;
		last = now;
	}
	return *count >= n;
}

void
suite_settle(void)
{
	pv_delay_ns(SETTLE_NS);
}
