/*
 * The wall clock of a sparc64 machine: what its chip or hypervisor said at start,
 * in seconds, plus the clock. Linked by kernels that use it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../../hooks/arith.h"
#include "../wall_base.h"
#include "wall.h"

#define SECONDS_END	(1ull << 33)	/* the year 2242; in nanoseconds it fits 64 bits, with time to spare */

const struct pv_sparc64_chip *pv_sparc64_chip;

void
pv_sparc64_wall_start(void)
{
	uint64_t seconds;

	if (pv_sparc64_chip == NULL || pv_sparc64_chip->get(&seconds) != PV_OK)
		return;
	if (seconds < SECONDS_END)
		pv_wall_base_set(seconds * PV_NS_PER_SEC - pv_sparc64_time_now());
	else
		pv_log("the machine's date is %llu seconds after 1970, which cannot be: there is no wall clock "
		    "until it is set", (unsigned long long)seconds);
}

pv_status
pv_sparc64_wall_get(uint64_t *ns)
{
	if (!pv_wall_base_known())
		return PV_E_ABSENT;
	*ns = pv_wall_base() + pv_sparc64_time_now();
	return PV_OK;
}

pv_status
pv_sparc64_wall_set(uint64_t ns)
{
	pv_status s = PV_E_ABSENT;

	if (pv_sparc64_chip != NULL)
		s = pv_sparc64_chip->set(pv_udiv64(ns, PV_NS_PER_SEC, NULL));
	if (s == PV_OK)
		pv_wall_base_set(ns - pv_sparc64_time_now());
	return s;
}

pv_status
pv_sparc64_clock_page(struct pv_clock_page *page)
{
	page->wall_base_ns = pv_wall_base();
	return pv_sparc64_time_page(page) ? PV_OK : PV_E_ABSENT;
}
