/*
 * Time by the ROM: its real counter is the clock, its stolen counter what was stolen,
 * its alarm on the real counter, one shot by IRQ 0, the timer. Cycles are of a
 * unit of the ROM's choice.
 *
 * A counter that stands still, or alarms that do not come, would be waited for without
 * end: both are tried before they are relied on, and bare metal's taken instead.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../hooks/arith.h"
#include "../common/delay.h"
#include "vmi.h"

/* Longest alarm at once; it comes early then, and is set again. Keeps products within 64 bits. */
#define ALARM_MOST_NS		(1ull << 40)

#define TRY_NS			PV_NS_PER_MS	/* an alarm to see whether one comes */
#define TRY_ROUNDS		100u		/* that long each, until it has not come */
#define MOST_HZ			(1ull << 35)

#define PIT_CONTROL		0x43
#define PIT_STOPPED		0x30	/* channel 0 waits for a count */
#define APIC_EOI		0x0b0u

static struct {
	uint64_t rate;			/* as the ROM says */
	uint64_t hz, base;		/* 0: before stage TIME */
	uint64_t ns_ratio;		/* nanoseconds for a cycle, see pv_scale_ratio() */
	uint64_t cycle_ratio;		/* the other way */
	uint64_t alarm;			/* as last asked for */
	enum {
		NO_TIMER,
		ROM,
		NATIVE
	} timer;
} clock;

#define native	pv_native_backend.time

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
	native->delay(ns - passed);
}

static void
source(struct pv_time_source *out)
{
	native->source(out);
	out->clock = out->found_by = "vmi";
	if (clock.timer != NATIVE)
		out->timer = clock.timer == ROM ? "vmi" : "none";
	out->hz = clock.hz;
}

static void
set(uint64_t ns)
{
	uint64_t expiry = pv_vmi_rom_GetCycleCounter(VMI_COUNTER_REAL);

	if (ns > ALARM_MOST_NS)
		ns = ALARM_MOST_NS;
	if (ns != 0)
		expiry += pv_scale_ratio(ns, clock.cycle_ratio) + 1;
	pv_vmi_rom_SetAlarm(VMI_COUNTER_REAL | VMI_ALARM_IRQ0, expiry, 0);
}

static void
alarm(uint64_t when)
{
	uint64_t present = now(), left = when > present ? when - present : 0;

	clock.alarm = when;
	if (clock.timer == NATIVE)
		native->alarm(when != 0 ? native->now() + left + 1 : 0);
	if (clock.timer != ROM)
		return;
	if (when == 0 && !pv_native_lines.soft_sent)
		(void)pv_vmi_rom_CancelAlarm(VMI_COUNTER_REAL);
	else
		set(pv_native_lines.soft_sent ? 0 : left);
}

static void
taken(struct pv_frame *frame)
{
	(void)frame;
	/* First, because a handler's consequence may be that another thread runs from here on. */
	pv_native_lapic_write(APIC_EOI, 0);
	pv_timers_run();
}

static bool
one_comes(void)
{
	set(TRY_NS);
	for (unsigned i = 0; i < TRY_ROUNDS; i++) {
		delay(TRY_NS);
		if (pv_native_lines_pit_waits())
			return true;
	}
	return false;
}

/* Nothing else can interrupt at this stage; to the timers it is one look too many. */
static void
let_in(void)
{
	pv_irq_enable();
	pv_cpu_relax();
	pv_irq_disable();
}

/* Of what the firmware had begun one may be there, and another one may come. */
static bool
alarms_come(void)
{
	if (pv_native_lines_pit_waits())
		let_in();
	for (unsigned i = 0; i < 2; i++) {
		if (!one_comes()) {
			(void)pv_vmi_rom_CancelAlarm(VMI_COUNTER_REAL);
			return false;
		}
		let_in();
	}
	return true;
}

static pv_status
lines(void)
{
	pv_status s;

	if (clock.timer == NO_TIMER)
		return PV_OK;
	pv_native_vector_set(PV_VECTOR_TIMER, taken);
	s = pv_native_lines_pit();
	if (s == PV_OK && !alarms_come()) {
		pv_log("vmi: the ROM at 0x%x: its alarms do not come: going on natively with timers",
		    (unsigned)pv_vmi_rom.at);
		clock.timer = NATIVE;
		s = native->init();
		if (s == PV_OK)
			s = native->lines();
	}
	alarm(clock.alarm);
	return s;
}

bool
pv_vmi_time_goes(void)
{
	uint64_t start = pv_vmi_rom_GetCycleCounter(VMI_COUNTER_REAL);
	const unsigned at = (unsigned)pv_vmi_rom.at;

	clock.rate = pv_vmi_rom_GetCycleFrequency();
	if (clock.rate == 0 || clock.rate >= MOST_HZ) {
		pv_log("vmi: the ROM at 0x%x: its counters run at %llu Hz: going on natively with time", at,
		    (unsigned long long)clock.rate);
		return false;
	}
	native->delay(TRY_NS);
	if (pv_vmi_rom_GetCycleCounter(VMI_COUNTER_REAL) > start)
		return true;
	pv_log("vmi: the ROM at 0x%x: its clock stands still: going on natively with time", at);
	return false;
}

static pv_status
init(void)
{
	clock.hz = clock.rate;
	clock.ns_ratio = pv_udiv64(PV_NS_PER_SEC << 32, clock.hz, NULL);
	/* In two steps: a rate may have 35 bits. */
	clock.cycle_ratio = pv_udiv64(clock.hz << 28, PV_NS_PER_SEC, NULL) << 4;
	clock.base = pv_vmi_rom_GetCycleCounter(VMI_COUNTER_REAL);
	/* Who keeps the interrupts keeps their chips as they are. */
	clock.timer = (pv_families() & PV_FAMILY_LINES) != 0 ? ROM : NO_TIMER;
	if (clock.timer == ROM)
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
