/*
 * The clock and the one-shot timer of a Xen PV guest: the TSC scaled as vcpu_info
 * says, set_timer_op in the same time.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "xen.h"

#define TRIES	1000u			/* an odd version for ever is somebody's mistake (P10) */

static uint64_t
rdtsc(void)
{
	uint32_t lo, hi;

	__asm__ volatile("lfence; rdtsc" : "=a" (lo), "=d" (hi) : : "memory");
	return (uint64_t)hi << 32 | lo;
}

/* ns of `ticks`: ((ticks << shift) * mul) >> 32, 96-bit product. */
static uint64_t
scale(uint64_t ticks, uint32_t mul, int shift)
{
	ticks = shift >= 0 ? ticks << shift : ticks >> -shift;
	return (ticks >> 32) * mul + (((ticks & 0xffffffffu) * mul) >> 32);
}

static uint64_t
now(void)
{
	const struct xen_vcpu_time *t = &pv_xen_vcpu()->time;
	static uint64_t last;

	for (unsigned i = 0; i < TRIES; i++) {
		uint32_t version = PV_READ_SHARED(t->version), mul;
		uint64_t base, tsc, ns;
		int shift;

		pv_rmb();
		mul = PV_READ_SHARED(t->mul);
		shift = PV_READ_SHARED(t->shift);
		base = PV_READ_SHARED(t->system_time);
		tsc = PV_READ_SHARED(t->tsc);
		pv_rmb();
		if ((version & 1) != 0 || version != PV_READ_SHARED(t->version) || mul == 0 ||
		    shift < -31 || shift > 31)
			continue;
		ns = base + scale(rdtsc() - tsc, mul, shift);
		last = ns > last ? ns : last;
		break;
	}
	return last;
}

static void
fired(void)
{
	pv_timers_run();
}

static pv_status
init(void)
{
	pv_status s = pv_xen_events_init();

	if (s != PV_OK)
		return s;
	pv_xen_must("time.init", "VCPUOP_stop_periodic_timer", XEN_VCPU_OP, XEN_VCPUOP_STOP_PERIODIC, 0, 0, 0);
	(void)pv_xen_bind_virq(XEN_VIRQ_TIMER, fired);
	return PV_OK;
}

static pv_status
lines(void)
{
	return PV_OK;
}

static uint64_t
stolen(void)
{
	return 0;
}

static pv_status
wall_get(uint64_t *ns)
{
	const struct xen_shared_info *si = pv_xen_shared;

	for (unsigned i = 0; i < TRIES; i++) {
		uint32_t version = PV_READ_SHARED(si->wc_version);
		uint64_t sec;
		uint32_t nsec;

		pv_rmb();
		sec = (uint64_t)PV_READ_SHARED(si->wc_sec_hi) << 32 | PV_READ_SHARED(si->wc_sec);
		nsec = PV_READ_SHARED(si->wc_nsec);
		pv_rmb();
		if ((version & 1) != 0 || version != PV_READ_SHARED(si->wc_version))
			continue;
		*ns = sec * PV_NS_PER_SEC + nsec + now();
		return PV_OK;
	}
	return PV_E_TIMEOUT;
}

static pv_status
wall_set(uint64_t ns)
{
	(void)ns;
	return PV_E_ABSENT;
}

static void
delay(uint64_t ns)
{
	uint64_t end = now() + ns;

	while (now() < end)
		pv_cpu_relax();
}

static void
alarm(uint64_t when)
{
	(void)pv_xen_set_timer(when);
}

static void
source(struct pv_time_source *out)
{
	const struct xen_vcpu_time *t = &pv_xen_vcpu()->time;
	uint64_t hz = 0;

	/* 10^9 * 2^32 / mul, then the shift: bits come off before the division by a 32-bit number. */
	if (t->mul != 0) {
		uint32_t mul = t->mul;
		uint64_t n = 1000000000ull << 32;

		while (n >= mul && hz < (1ull << 40)) {
			unsigned s = 0;

			while (s < 63 && (n >> (s + 1)) >= mul)
				s++;
			n -= (uint64_t)mul << s;
			hz += 1ull << s;
		}
		hz = t->shift >= 0 ? hz >> t->shift : hz << -t->shift;
	}
	*out = (struct pv_time_source){ .clock = "pvclock", .found_by = "hypervisor", .timer = "hypercall", .hz = hz };
}

static pv_status
clock_page(struct pv_clock_page *page)
{
	(void)page;
	return PV_E_ABSENT;
}

const struct pv_time_ops pv_xen_time_ops = {
	.init = init,
	.lines = lines,
	.now = now,
	.stolen = stolen,
	.wall_get = wall_get,
	.wall_set = wall_set,
	.delay = delay,
	.alarm = alarm,
	.source = source,
	.clock_page = clock_page,
};
