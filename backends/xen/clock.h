/*
 * The clock that Xen keeps for each CPU, as arithmetic: what it writes is read once,
 * checked, and only then used. Also how long a CPU had to wait.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_CLOCK_H
#define PV_XEN_CLOCK_H

#include "abi.h"

/* A private copy of struct xen_vcpu_time that makes sense. */
struct pv_xen_clock {
	uint64_t tsc, ns;
	uint32_t mul;			/* never 0 in one that was read */
	int shift;
	bool stable;			/* counters of all CPUs go together, and at this rate for ever */
};

/* False: it was being written all the time, or says what cannot be; *out is untouched. */
bool pv_xen_clock_read(const struct xen_vcpu_time *shared, struct pv_xen_clock *out);
/* System time at a reading of the counter. */
uint64_t pv_xen_clock_ns(const struct pv_xen_clock *clock, uint64_t tsc);
uint64_t pv_xen_clock_hz(const struct pv_xen_clock *clock);

/* Nanoseconds in which the CPU was not run though it wanted to. False: as above. */
bool pv_xen_clock_stolen(const struct xen_runstate_info *shared, uint64_t *ns);

/* The wall clock when system time was 0. False: as above. */
bool pv_xen_clock_wall(const struct xen_shared_info *shared, uint64_t *ns);

/* -- time.c -- */

/* This CPU's, just read. mul is 0 before anything that makes sense was. */
const struct pv_xen_clock *pv_xen_clock_now(void);

#endif
