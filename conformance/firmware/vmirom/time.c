/*
 * Time: the real counter is the time stamp counter, alarms are the PIT's channel 0 and the
 * local APIC's timer, the wallclock is the CMOS clock. No interrupt comes here: what has
 * fired is found out at the next call.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "rom.h"
#include "rom_io.h"

#define PIT_HZ		1193182u
#define PIT_CHANNEL0	0x40
#define PIT_CHANNEL2	0x42
#define PIT_CONTROL	0x43
#define PIT_ONE_SHOT0	0x30
#define PIT_ONE_SHOT2	0xb0
#define PIT_LATCH2	0x80
#define PIT_STATUS0	0xe2
#define PIT_OUT		0x80
#define PIT_LONGEST	59659u		/* 50 ms */
#define PORT_B		0x61
#define PORT_B_OUT2	0x20
#define CALIBRATION	23864u		/* ticks: 20 ms */
#define READINGS	8u
#define SURE		256u		/* one part in so many may be in doubt */
#define STUCK		(1u << 29)	/* cycles: it does not count */
#define TRIES		20u
#define MOST_HZ		0xf0000000u

#define APIC_LVTT	0x320
#define APIC_INITIAL	0x380
#define APIC_CURRENT	0x390
#define APIC_DIVIDE	0x3e0
#define APIC_BY_128	0xa
#define LVTT_MODES	0x60000u

#define NANOSECONDS	1000000000u

enum { IRQ0, LVTT };

static void
result(struct frame *f, uint64_t value)
{
	f->eax = (uint32_t)value;
	f->edx = (uint32_t)(value >> 32);
}

/* What a counter that counts down has left, and the cycle counter at that time, give or take `doubt`. */
struct reading {
	uint64_t tsc;
	uint32_t left, doubt;
};

static void
read_pit(struct reading *r)
{
	outb(PIT_CONTROL, PIT_LATCH2);
	r->doubt = (uint32_t)(rdtsc() - r->tsc);
	r->left = inb(PIT_CHANNEL2);
	r->left |= (uint32_t)inb(PIT_CHANNEL2) << 8;
}

static void
read_apic(struct reading *r)
{
	r->left = apic_get(APIC_CURRENT);
	r->doubt = (uint32_t)(rdtsc() - r->tsc);
}

/* Of some readings the one that took least. */
static struct reading
read_both(void (*read)(struct reading *))
{
	struct reading best = { 0, 0, 0xffffffff }, r;

	for (uint32_t i = 0; i < READINGS; i++) {
		r.tsc = rdtsc();
		read(&r);
		if (r.doubt < best.doubt)
			best = r;
	}
	best.tsc += best.doubt / 2;
	return best;
}

/* For so many cycles or so many ticks. False: the host took the CPU away so often that nothing is sure. */
static bool
measure(void (*read)(struct reading *), uint64_t length, uint32_t most, uint64_t *cycles, uint32_t *ticks)
{
	struct reading first = read_both(read), last;

	do {
		last = read_both(read);
		*cycles = last.tsc - first.tsc;
		*ticks = first.left - last.left;
	} while (*cycles < length && *ticks < most);
	return *ticks != 0 && *cycles >> 32 == 0 && *cycles > (uint64_t)SURE * (first.doubt + last.doubt);
}

/* Once its count has run out, channel 2 raises its output and counts on from the top: that one tells nothing. */
static uint32_t
measure_tsc(void)
{
	uint64_t cycles;
	uint32_t ticks;

	outb(PORT_B, (uint8_t)((inb(PORT_B) & ~2u) | 1));
	outb(PIT_CONTROL, PIT_ONE_SHOT2);
	outb(PIT_CHANNEL2, 0xff);
	outb(PIT_CHANNEL2, 0xff);
	if (!measure(read_pit, STUCK, CALIBRATION, &cycles, &ticks) || (inb(PORT_B) & PORT_B_OUT2) != 0)
		return 0;
	return (uint32_t)scale(cycles, PIT_HZ, ticks);
}

void
time_init(void)
{
	struct ram *r = ram();

	if (!(cpuid(1).edx & CPUID1_EDX_TSC))
		return;
	for (uint32_t tries = 0; tries < TRIES && (r->tsc_hz < PIT_HZ || r->tsc_hz > MOST_HZ); tries++)
		r->tsc_hz = measure_tsc();
	r->wall_tsc = rdtsc();
	r->wall_ns = (uint64_t)cmos_seconds() * NANOSECONDS;
}

static void
calibrate_apic(void)
{
	struct ram *r = ram();
	uint64_t cycles;
	uint32_t ticks, tries = 0;

	apic_set(APIC_DIVIDE, APIC_BY_128);
	apic_set(APIC_LVTT, apic_get(APIC_LVTT) & ~LVTT_MODES);
	do
		apic_set(APIC_INITIAL, 0xffffffff);
	while (!measure(read_apic, r->tsc_hz / 100, 0xffffffff, &cycles, &ticks) && ++tries < TRIES);
	r->apic_hz = (uint32_t)scale(ticks, r->tsc_hz, (uint32_t)cycles);
	apic_set(APIC_INITIAL, 0);
}

/* When an alarm is due, in real time: the available counter lags by what was stolen until now. */
static uint64_t
due(const struct cpu *c, uint32_t n)
{
	return c->alarm[n].expiry + (n == VMI_COUNTER_AVAILABLE ? c->stolen : 0);
}

static bool
wired(const struct alarm *a, uint32_t hardware)
{
	return a->armed && ((a->flags & VMI_ALARM_LVTT) ? LVTT : IRQ0) == hardware;
}

static void
stop(uint32_t hardware)
{
	if (hardware == IRQ0)
		outb(PIT_CONTROL, PIT_ONE_SHOT0);	/* no count follows */
	else
		apic_set(APIC_INITIAL, 0);
}

/* One interrupt in DELTA cycles or a little later, never earlier. The cycles until then. */
static uint64_t
start(uint32_t hardware, uint64_t delta)
{
	struct ram *r = ram();
	uint32_t hz = hardware == IRQ0 ? PIT_HZ : r->apic_hz, most = hardware == IRQ0 ? PIT_LONGEST : 0xfffffffe;
	uint64_t ticks = delta >> 40 ? most : scale(delta, hz, r->tsc_hz) + 1;

	if (ticks > most)
		ticks = most;
	if (hardware == IRQ0) {
		outb(PIT_CONTROL, PIT_ONE_SHOT0);
		outb(PIT_CHANNEL0, (uint8_t)ticks);
		outb(PIT_CHANNEL0, (uint8_t)(ticks >> 8));
	} else {
		apic_set(APIC_DIVIDE, APIC_BY_128);
		apic_set(APIC_LVTT, apic_get(APIC_LVTT) & ~LVTT_MODES);
		apic_set(APIC_INITIAL, (uint32_t)ticks);
	}
	return scale(ticks, r->tsc_hz, hz);
}

/* The hardware for the alarm that is next on it. */
static void
program(struct cpu *c, uint32_t hardware)
{
	uint64_t now = rdtsc(), next = 0;
	bool any = false;

	for (uint32_t n = 0; n < 2; n++)
		if (wired(&c->alarm[n], hardware) && (!any || due(c, n) < next)) {
			next = due(c, n);
			any = true;
		}
	if (any)
		c->hardware_due[hardware] = now + start(hardware, next > now ? next - now : 0);
	else if (c->hardware[hardware])
		stop(hardware);
	c->hardware[hardware] = any;
}

static bool
fired(uint32_t hardware)
{
	if (hardware == LVTT)
		return apic_get(APIC_CURRENT) == 0;
	outb(PIT_CONTROL, PIT_STATUS0);
	return (inb(PIT_CHANNEL0) & PIT_OUT) != 0;
}

/* An alarm that has fired: off, or on to the first expiry that is still to come. */
static void
advance(struct alarm *a, uint64_t counter)
{
	if (a->period == 0) {
		a->armed = false;
		return;
	}
	a->expiry += a->period;
	if (a->expiry <= counter && a->period >> 32 == 0) {
		uint32_t into;

		divide(counter - a->expiry, (uint32_t)a->period, &into);
		a->expiry = counter - into + a->period;
	}
	while (a->expiry <= counter)
		a->expiry += a->period;
}

/* At every call: what has fired since the last. */
void
time_poll(struct cpu *c)
{
	for (uint32_t hardware = IRQ0; hardware <= LVTT; hardware++) {
		uint64_t now;

		if (!c->hardware[hardware] || rdtsc() < c->hardware_due[hardware] || !fired(hardware))
			continue;
		now = rdtsc();
		for (uint32_t n = 0; n < 2; n++)
			if (wired(&c->alarm[n], hardware) && due(c, n) <= now)
				advance(&c->alarm[n], n == VMI_COUNTER_AVAILABLE ? now - c->stolen : now);
		program(c, hardware);
	}
}

/* The word delay=: the call takes that long, and the time counts as stolen. */
void
time_delay(struct cpu *c)
{
	struct ram *r = ram();
	uint64_t from, cycles;

	/* Without a time stamp counter to read it has no frequency, either. */
	if (WORDS->delay == 0 || r->tsc_hz == 0)
		return;
	from = rdtsc();
	cycles = scale(WORDS->delay, r->tsc_hz, 1000000);
	while (rdtsc() - from < cycles)
		;
	c->stolen += rdtsc() - from;
}

static void
set_alarm(struct frame *f)
{
	struct cpu *c = this_cpu();
	uint32_t n = f->eax & VMI_ALARM_COUNTER, known = VMI_ALARM_COUNTER | VMI_ALARM_PERIODIC | VMI_ALARM_LVTT;

	if (!ram()->asked_frequency)
		complain(f, "the frequency was never asked for (flags %x", f->eax);
	if (n > VMI_COUNTER_AVAILABLE || (f->eax & ~known) != 0) {
		complain(f, "no alarm has this counter, or these flags (flags %x", f->eax);
		return;
	}
	if ((f->eax & VMI_ALARM_LVTT) && !apic_usable()) {
		complain(f, "there is no local APIC (flags %x", f->eax);
		return;
	}
	if (WORDS->bad == BAD_ALARM)
		return;
	if ((f->eax & VMI_ALARM_LVTT) && ram()->apic_hz == 0)
		calibrate_apic();
	c->alarm[n] = (struct alarm){ true, f->eax, (uint64_t)f->ecx << 32 | f->edx,
	    (f->eax & VMI_ALARM_PERIODIC) ? (uint64_t)f->stack[1] << 32 | f->stack[0] : 0 };
	program(c, IRQ0);
	program(c, LVTT);
}

static void
cancel_alarm(struct frame *f)
{
	struct cpu *c = this_cpu();
	uint32_t n = f->eax & VMI_ALARM_COUNTER;

	f->eax = 0;
	if (n > VMI_COUNTER_AVAILABLE) {
		complain(f, "no alarm has this counter (counter %u", n);
		return;
	}
	f->eax = c->alarm[n].armed;
	c->alarm[n].armed = false;
	program(c, IRQ0);
	program(c, LVTT);
}

static void
get_counter(struct frame *f)
{
	const struct cpu *c = this_cpu();
	uint64_t real = WORDS->bad == BAD_COUNTER ? 0x123456789 : rdtsc();

	switch (f->eax) {
	case VMI_COUNTER_REAL:
		result(f, real);
		break;
	case VMI_COUNTER_AVAILABLE:
		result(f, real - c->stolen);
		break;
	case VMI_COUNTER_STOLEN:
		result(f, c->stolen);
		break;
	default:
		result(f, 0);
	}
}

/* Nanoseconds since 1970; set anew where the CMOS clock is elsewhere. */
static uint64_t
wallclock(void)
{
	struct ram *r = ram();
	uint64_t now = r->wall_ns + scale(rdtsc() - r->wall_tsc, NANOSECONDS, r->tsc_hz);
	int32_t ahead = (int32_t)(cmos_seconds() - (uint32_t)divide(now, NANOSECONDS, 0));

	if (ahead >= 2 || ahead <= -2) {
		r->wall_tsc = rdtsc();
		now = r->wall_ns = (uint64_t)cmos_seconds() * NANOSECONDS;
		r->wall_moved = true;
	}
	return now;
}

void
time_call(struct frame *f)
{
	struct ram *r = ram();

	switch (f->call) {
	case VMI_GET_FREQUENCY:
		r->asked_frequency = true;
		result(f, WORDS->bad == BAD_FREQUENCY ? 0 : r->tsc_hz);
		break;
	case VMI_GET_COUNTER:
		get_counter(f);
		break;
	case VMI_SET_ALARM:
		set_alarm(f);
		break;
	case VMI_CANCEL_ALARM:
		cancel_alarm(f);
		break;
	case VMI_GET_WALLCLOCK:
		result(f, WORDS->bad == BAD_WALLCLOCK ? 0 : wallclock());
		break;
	case VMI_WALLCLOCK_UPDATED:
		wallclock();
		f->eax = r->wall_moved;
		r->wall_moved = false;
		break;
	}
}
