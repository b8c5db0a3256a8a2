/*
 * Time by the ROM: its real counter is the clock, its stolen counter what was stolen,
 * its alarm on the real counter, one shot by IRQ 0, the timer. Cycles are of a
 * unit of the ROM's choice.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../hooks/arith.h"
#include "../common/delay.h"
#include "vmi.h"

/* Longest alarm at once; it comes early then, and is set again. Keeps products within 64 bits. */
#define ALARM_MOST_NS		(1ull << 40)

#define PIT_CONTROL		0x43
#define PIT_STOPPED		0x30	/* channel 0 waits for a count */
#define APIC_EOI		0x0b0u

static struct {
	uint64_t hz, base;		/* 0: before stage TIME */
	uint64_t ns_ratio;		/* nanoseconds for a cycle, see pv_scale_ratio() */
	uint64_t cycle_ratio;		/* the other way */
	uint64_t alarm;			/* as last asked for */
	bool timer;
} clock;

static uint64_t
now(void)
{
	uint64_t count;

	if (clock.hz == 0)
		return 0;
	count = pv_vmi_rom_GetCycleCounter(VMI_COUNTER_REAL);
	return count > clock.base ? pv_scale_ratio(count - clock.base, clock.ns_ratio) : 0;
}

static uint64_t
stolen(void)
{
	return clock.hz != 0 ? pv_scale_ratio(pv_vmi_rom_GetCycleCounter(VMI_COUNTER_STOLEN), clock.ns_ratio) : 0;
}

static void
delay(uint64_t ns)
{
	uint64_t passed = 0;

	if (clock.hz != 0 && pv_delay_by(now, ns, &passed))
		return;
	pv_native_backend.time->delay(ns - passed);
}

static void
source(struct pv_time_source *out)
{
	out->clock = out->found_by = "vmi";
	out->timer = clock.timer ? "vmi" : "none";
	out->hz = clock.hz;
}

static void
alarm(uint64_t when)
{
	uint64_t present, left, expiry;

	clock.alarm = when;
	if (!clock.timer)
		return;
	if (when == 0 && !pv_native_lines.soft_sent) {
		(void)pv_vmi_rom_CancelAlarm(VMI_COUNTER_REAL);
		return;
	}
	present = now();
	left = when > present && !pv_native_lines.soft_sent ? when - present : 0;
	expiry = pv_vmi_rom_GetCycleCounter(VMI_COUNTER_REAL);
	if (left > ALARM_MOST_NS)
		left = ALARM_MOST_NS;
	if (left != 0)
		expiry += pv_scale_ratio(left, clock.cycle_ratio) + 1;
	pv_vmi_rom_SetAlarm(VMI_COUNTER_REAL | VMI_ALARM_IRQ0, expiry, 0);
}

static void
taken(struct pv_frame *frame)
{
	(void)frame;
	/* First, because a handler's consequence may be that another thread runs from here on. */
	pv_native_lapic_write(APIC_EOI, 0);
	pv_timers_run();
}

static pv_status
lines(void)
{
	pv_status s;

	if (!clock.timer)
		return PV_OK;
	pv_native_vector_set(PV_VECTOR_TIMER, taken);
	s = pv_native_lines_pit();
	alarm(clock.alarm);
	return s;
}

static pv_status
init(void)
{
	clock.hz = pv_vmi_rom_GetCycleFrequency();
	if (clock.hz == 0 || clock.hz >> 35 != 0) {
		pv_log("time: the ROM says that its counters run at %llu Hz: that cannot be",
		    (unsigned long long)clock.hz);
		clock.hz = 0;
		return PV_E_FORMAT;
	}
	clock.ns_ratio = pv_udiv64(PV_NS_PER_SEC << 32, clock.hz, NULL);
	/* In two steps: a rate may have 35 bits. */
	clock.cycle_ratio = pv_udiv64(clock.hz << 28, PV_NS_PER_SEC, NULL) << 4;
	clock.base = pv_vmi_rom_GetCycleCounter(VMI_COUNTER_REAL);
	/* Who keeps the interrupts keeps their chips as they are. */
	clock.timer = (pv_families() & PV_FAMILY_LINES) != 0;
	if (clock.timer)
		/* The BIOS left it ticking, on the same line. */
		pv_out8(PIT_CONTROL, PIT_STOPPED);
	return PV_OK;
}

const struct pv_time_ops pv_vmi_time_ops = {
	.init = init,
	.lines = lines,
	.now = now,
	.stolen = stolen,
	.delay = delay,
	.alarm = alarm,
	.source = source,
};
