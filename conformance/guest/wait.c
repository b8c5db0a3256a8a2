/*
 * Waiting for interrupts in cases. See wait.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "wait.h"

#define STILL_MOST	1000000u	/* equal readings of a clock that stands */
#define LESS_MS		200u		/* once something did not come, this run has failed anyway */
#define LOOK_NS		(5 * PV_NS_PER_MS)	/* between two readings; a busy host takes more, which does not count */
#define SETTLE_NS	(300 * PV_NS_PER_US)

static uint64_t
patience(bool failed)
{
	char word[8];

	if (failed)
		return LESS_MS * PV_NS_PER_MS;
	return (suite_option("hasty", word, sizeof(word)) ? HASTY_MS : PATIENCE_MS) * PV_NS_PER_MS;
}

bool
suite_wait(const volatile unsigned *count, unsigned n)
{
	static bool failed;
	uint64_t now = pv_time_ns(), last = now, waited = 0, most = patience(failed);

	for (unsigned still = 0; *count < n && waited < most && still < STILL_MOST; still++) {
		pv_cpu_relax();
		now = pv_time_ns();
		if (now != last)
			still = 0;
		waited += now - last < LOOK_NS ? now - last : LOOK_NS;
		last = now;
	}
	failed |= *count < n;
	return *count >= n;
}

void
suite_settle(void)
{
	pv_delay_ns(SETTLE_NS);
}
