/*
 * Reading what Xen writes about time: versions, ranges, scaling. No device and no
 * hypercall, so host tests run it on made-up memory. Protocol and formula: Xen: xen.h,
 * struct vcpu_time_info and struct shared_info; vcpu.h for the run states.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../hooks/arith.h"
#include <pv/cpu.h>
#include <pv/time.h>
#include "clock.h"

#define TRIES		1000u		/* odd for ever is somebody's mistake (P10) */

/* Nanoseconds per tick, 32 bits behind the point: counters of 1 MHz to 128 GHz. */
#define RATIO_LEAST	(1ull << 25)
#define RATIO_MOST	(1000ull << 32)

/* Seconds that fit 64 bits of nanoseconds, with room for the system time. */
#define WALL_MOST	(1ull << 34)

static bool
plausible(uint32_t mul, int shift)
{
	uint64_t ratio;

	if (shift < -31 || shift > 31)
		return false;
	ratio = shift >= 0 ? pv_shl64(mul, (unsigned)shift) : mul >> -shift;
	return ratio >= RATIO_LEAST && ratio <= RATIO_MOST;
}

bool
pv_xen_clock_read(const struct xen_vcpu_time *shared, struct pv_xen_clock *out)
{
	for (unsigned i = 0; i < TRIES; i++) {
		uint32_t version = PV_READ_SHARED(shared->version);
		struct pv_xen_clock c;

		pv_rmb();
		c.mul = PV_READ_SHARED(shared->mul);
		c.shift = PV_READ_SHARED(shared->shift);
		c.ns = PV_READ_SHARED(shared->system_time);
		c.tsc = PV_READ_SHARED(shared->tsc);
		c.stable = (PV_READ_SHARED(shared->flags) & XEN_PVCLOCK_TSC_STABLE_BIT) != 0;
		pv_rmb();
		if ((version & 1) != 0 || version != PV_READ_SHARED(shared->version)) {
			pv_cpu_relax();
			continue;
		}
		if (!plausible(c.mul, c.shift))
			return false;
		*out = c;
		return true;
	}
	return false;
}

uint64_t
pv_xen_clock_ns(const struct pv_xen_clock *clock, uint64_t tsc)
{
	uint64_t passed = tsc - clock->tsc;

	/* A counter that is behind the one that Xen read: no time has passed, rather than an age. */
	if (passed >> 63 != 0)
		return clock->ns;
	if (clock->shift >= 0)
		passed = pv_shl64(passed, (unsigned)clock->shift);
	else
		passed = pv_shr64(passed, (unsigned)-clock->shift);
	return clock->ns + pv_scale64(passed, clock->mul, 32);
}

uint64_t
pv_xen_clock_hz(const struct pv_xen_clock *clock)
{
	uint64_t hz = pv_udiv64(PV_NS_PER_SEC << 32, clock->mul, NULL);

	return clock->shift >= 0 ? pv_shr64(hz, (unsigned)clock->shift) : pv_shl64(hz, (unsigned)-clock->shift);
}

bool
pv_xen_clock_stolen(const struct xen_runstate_info *shared, uint64_t *ns)
{
	for (unsigned i = 0; i < TRIES; i++) {
		uint64_t since = PV_READ_SHARED(shared->entry_time), stolen;

		pv_rmb();
		stolen = PV_READ_SHARED(shared->time[XEN_RUNSTATE_RUNNABLE]);
		stolen += PV_READ_SHARED(shared->time[XEN_RUNSTATE_OFFLINE]);
		pv_rmb();
		if ((since & XEN_RUNSTATE_UPDATE) == 0 && since == PV_READ_SHARED(shared->entry_time)) {
			*ns = stolen;
			return true;
		}
		pv_cpu_relax();
	}
	return false;
}

bool
pv_xen_clock_wall(const struct xen_shared_info *shared, uint64_t *ns)
{
	for (unsigned i = 0; i < TRIES; i++) {
		uint32_t version = PV_READ_SHARED(shared->wc_version), nsec;
		uint64_t sec;

		pv_rmb();
		sec = (uint64_t)PV_READ_SHARED(shared->wc_sec_hi) << 32 | PV_READ_SHARED(shared->wc_sec);
		nsec = PV_READ_SHARED(shared->wc_nsec);
		pv_rmb();
		if ((version & 1) != 0 || version != PV_READ_SHARED(shared->wc_version)) {
			pv_cpu_relax();
			continue;
		}
		if (sec >= WALL_MOST || nsec >= PV_NS_PER_SEC)
			return false;
		*ns = sec * PV_NS_PER_SEC + nsec;
		return true;
	}
	return false;
}
