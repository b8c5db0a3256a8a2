/*
 * Waiting by a clock that may stand still.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_COMMON_DELAY_H
#define PV_COMMON_DELAY_H

#include <pv/cpu.h>

#define PV_STILL_MOST	1000u	/* readings in a delay without change: the clock stands still */

/* False: the clock stood still, *passed nanoseconds after the start. */
static inline bool
pv_delay_by(uint64_t (*now)(void), uint64_t ns, uint64_t *passed)
{
	uint64_t start = now(), last, since = 0;

	for (unsigned still = 0; still < PV_STILL_MOST; still++) {
		last = since;
		since = now() - start;
		if (since > ns)
			return true;
		if (since != last)
			still = 0;
		pv_cpu_relax();
	}
	*passed = since;
	return false;
}

#endif
