/*
 * Time on bare metal x86.
 *
 * The clock is the time stamp counter; where there is none, or nothing tells its
 * rate, the HPET; else the PIT. The timer is the local APIC's, in TSC-deadline mode
 * where it has that, else counting down; without a local APIC it is the PIT. The
 * wall clock is in wall.c.
 *
 * A counter that is narrow must be read before it goes round: the alarm is then
 * never further away than half of that, wanted or not. With the PIT as the clock
 * this means that time is lost when the gate stays closed for 55 ms.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../../hooks/arith.h"
#include "../../common/delay.h"
#include "../../common/latch.h"
#include "clock.h"
#include "native.h"

#define MSR_TSC_DEADLINE	0x6e0u
#define LVT_TSC_DEADLINE	0x40000u
#define DIVIDE_BY_1		0x0bu

/* Longest alarm at once; it comes early then, and is set again. Keeps products within 64 bits. */
#define ALARM_MOST_NS		(1ull << 40)
#define LATCH_SPINS		1000u

static struct {
	uint64_t (*read)(void);		/* NULL before stage TIME */
	uint64_t base;			/* reading at time 0 */
	uint64_t ratio;			/* nanoseconds for a count, see pv_scale_ratio() */
	bool is_tsc;
	bool fence;			/* the CPU has LFENCE */
	bool narrow;			/* must be read at least every reach_ns */
	uint64_t reach_ns;		/* the longest alarm */
	struct pv_time_source source;
} clock = { .reach_ns = ALARM_MOST_NS, .source = { "none", "none", NULL, 0 } };

/* Counters of known rate, best first. */
static const pv_native_meter_fn meters[] = { pv_native_hpet_start, pv_native_pit_start };
#define NR_METERS	(sizeof(meters) / sizeof(meters[0]))

/* What extends a narrow counter to 64 bits; the low ones of `total` are its last reading. */
static struct {
	uint32_t latch;
	const struct pv_native_meter *meter;
	uint64_t total __attribute__((aligned(8)));
} narrow;

static struct {
	enum {
		NO_TIMER,
		COUNT_DOWN,
		DEADLINE,
		PIT
	} kind;
	uint64_t ratio;			/* ticks for a nanosecond */
	uint64_t most;			/* ticks that it can do at once */
	uint64_t alarm;			/* as last asked for */
} timer;

/* -- clock ------------------------------------------------------------------- */

static uint64_t
read_tsc(void)
{
	/* Not before what was loaded before, or another CPU's later time could look earlier. */
	if (clock.fence)
		__asm__ volatile("lfence" ::: "memory");
	return pv_native_rdtsc();
}

/*
 * Where it cannot be read now, because an NMI came while it was being read, it says the last reading
 * again. The compare-and-swaps are for 32-bit machines, where plain accesses to 64 bits are two.
 */
static uint64_t
read_narrow(void)
{
	pv_irq_state gate = pv_irq_save();
	const struct pv_native_meter *m = narrow.meter;
	unsigned spins = 0;
	uint64_t total, passed;

	while (__atomic_exchange_n(&narrow.latch, 1, __ATOMIC_ACQUIRE) != 0 && spins++ < LATCH_SPINS)
		pv_cpu_relax();
	total = __sync_val_compare_and_swap(&narrow.total, 0, 0);
	if (spins <= LATCH_SPINS) {
		passed = (m->read() - total) & m->reference_mask;
		(void)__sync_val_compare_and_swap(&narrow.total, total, total + passed);
		total += passed;
		pv_latch_drop(&narrow.latch);
	}
	pv_irq_restore(gate);
	return total;
}

static uint64_t
now(void)
{
	uint64_t count;

	if (clock.read == NULL)
		return 0;
	count = clock.read();
	return count > clock.base ? pv_scale_ratio(count - clock.base, clock.ratio) : 0;
}

static uint64_t
stolen(void)
{
	return 0;
}

/* -- choosing the clock -- */

static void
use_clock(const char *name, const char *found_by, uint64_t (*read)(void), uint64_t hz)
{
	clock.source.clock = name;
	clock.source.found_by = found_by;
	clock.source.hz = hz;
	clock.ratio = pv_udiv64(PV_NS_PER_SEC << 32, hz, NULL);
	/* The page for user space has room for 32 bits of it. */
	if (clock.ratio >> 32 != 0)
		clock.ratio &= ~0xffull;
	clock.base = read();
	clock.read = read;
}

static void
use_meter(const struct pv_native_meter *m)
{
	uint64_t (*read)(void) = m->read;

	if (m->reference_mask != UINT64_MAX) {
		narrow.meter = m;
		narrow.total = read();
		clock.narrow = true;
		clock.reach_ns = pv_udiv64((m->reference_mask >> 1) * PV_NS_PER_SEC, m->reference_hz, NULL);
		read = read_narrow;
	}
	use_clock(m->name, m->name, read, m->reference_hz);
}

static pv_status
find_clock(void)
{
	const struct pv_native_meter *meter = NULL;
	const char *found_by;
	uint64_t hz = 0;

	if (pv_native_cpu_feature(1, 3, 4))
		hz = pv_native_choose(pv_ops.isa.cpuid, meters, NR_METERS, &found_by);
	if (hz != 0) {
		clock.is_tsc = true;
		clock.fence = pv_native_cpu_feature(1, 3, 26);
		use_clock("tsc", found_by, read_tsc, hz);
		return PV_OK;
	}
	for (unsigned i = 0; i < NR_METERS && meter == NULL; i++)
		meter = meters[i]();
	if (meter == NULL) {
		pv_log("time: no clock: CPUID gives no rate for the TSC, there is no HPET and no PIT");
		return PV_E_ABSENT;
	}
	use_meter(meter);
	return PV_OK;
}

static void
delay(uint64_t ns)
{
	uint64_t passed;

	if (clock.read == NULL) {
		pv_native_pit_delay(ns);
		return;
	}
	if (pv_delay_by(now, ns, &passed))
		return;
	/* An NMI's, which interrupted somebody who reads a narrow clock. */
	pv_native_port_delay((uint32_t)(ns - passed));
}

static void
source(struct pv_time_source *out)
{
	static const char *const timers[] = { "none", "lapic", "tsc-deadline", "pit" };

	*out = clock.source;
	out->timer = timers[timer.kind];
}

/* -- timer ------------------------------------------------------------------- */

static void
alarm(uint64_t when)
{
	/* A nanosecond early, so that "not at all" is the latest. */
	uint64_t present = now(), due = when - 1, left = clock.reach_ns, ticks = 0;

	timer.alarm = when;
	if (pv_native_lines.soft_sent)
		due = 0;
	if (due < present)
		left = 0;
	else if (due - present < left)
		left = due - present;
	if (due != UINT64_MAX || clock.narrow)
		ticks = pv_scale_ratio(left, timer.ratio) + 1;
	if (ticks > timer.most)
		ticks = timer.most;
	if (timer.kind == COUNT_DOWN)
		pv_native_lapic_write(PV_LAPIC_TIMER_INIT, (uint32_t)ticks);
	else if (timer.kind == PIT)
		pv_native_pit_alarm((uint32_t)ticks);
	else if (timer.kind == DEADLINE)
		/* CPUID promised the register: this cannot fail. */
		(void)pv_x86_msr_write(MSR_TSC_DEADLINE, ticks != 0 ? pv_native_rdtsc() + ticks : 0);
}

static void
timer_vector(struct pv_frame *frame)
{
	(void)frame;
	/* First, because a handler's consequence may be that another thread runs from here on. */
	pv_native_lapic_write(PV_LAPIC_EOI, 0);
	pv_timers_run();
}

static void
sample_lapic(struct pv_native_sample *s)
{
	s->before = UINT32_MAX - pv_native_lapic_read(PV_LAPIC_TIMER_COUNT);
	s->reference = now();
	s->after = UINT32_MAX - pv_native_lapic_read(PV_LAPIC_TIMER_COUNT);
}

/* The rate of the local APIC's timer, masked as it is at first, and left stopped; 0: it does not count. */
static uint64_t
lapic_hz(void)
{
	static const struct pv_native_meter meter = { sample_lapic, PV_NS_PER_SEC, UINT64_MAX, now, "clock" };
	uint64_t hz;

	pv_native_lapic_write(PV_LAPIC_TIMER_DIVIDE, DIVIDE_BY_1);
	pv_native_lapic_write(PV_LAPIC_TIMER_INIT, UINT32_MAX);
	hz = pv_native_measure(&meter);
	pv_native_lapic_write(PV_LAPIC_TIMER_INIT, 0);
	if (hz == 0)
		pv_log("time: the local APIC's timer does not count; using the PIT");
	return hz;
}

static void
find_timer(void)
{
	uint64_t hz = PV_PIT_HZ, counted;

	/* The BIOS left channel 0 ticking. */
	pv_native_pit_alarm(0);
	timer.kind = PIT;
	timer.most = PV_PIT_MASK;
	if (pv_native_lapic_enable()) {
		pv_native_vector_set(PV_VECTOR_TIMER, timer_vector);
		if (clock.is_tsc && pv_native_cpu_feature(1, 2, 24)) {
			timer.kind = DEADLINE;
			timer.most = UINT64_MAX;
			hz = clock.source.hz;
			pv_native_lapic_write(PV_LAPIC_LVT_TIMER, LVT_TSC_DEADLINE | PV_VECTOR_TIMER);
			/* That was memory, the deadline is an MSR: nothing else orders the two (SDM 11.5.4.1). */
			__asm__ volatile("mfence" ::: "memory");
		} else if ((counted = lapic_hz()) != 0) {
			timer.kind = COUNT_DOWN;
			hz = counted;
			timer.most = UINT32_MAX;
			pv_native_lapic_write(PV_LAPIC_LVT_TIMER, PV_VECTOR_TIMER);
		}
	}
	/* In two steps: a rate may have 35 bits. */
	timer.ratio = pv_udiv64(hz << 28, PV_NS_PER_SEC, NULL) << 4;
}

static pv_status
lines(void)
{
	pv_status s = timer.kind == PIT ? pv_native_lines_pit() : PV_OK;

	/* An edge before the controller was set up is lost: make another. */
	alarm(timer.alarm);
	return s;
}

bool
pv_native_clock_page(struct pv_clock_page *page)
{
	page->base_count = clock.base;
	page->shift = clock.ratio >> 32 != 0 ? 24 : 32;
	page->mult = (uint32_t)(clock.ratio >> (32 - page->shift));
	return clock.is_tsc;
}

static pv_status
init(void)
{
	pv_status s = find_clock();

	if (s != PV_OK)
		return s;
	/* Timers interrupt: a kernel that keeps the interrupts keeps their chips as they are. */
	if ((pv_families() & PV_FAMILY_LINES) != 0)
		find_timer();
	if (pv_native_wall_start != NULL)
		pv_native_wall_start();
	return PV_OK;
}

const struct pv_time_ops pv_native_time_ops = {
	.init = init,
	.lines = lines,
	.now = now,
	.stolen = stolen,
	.delay = delay,
	.alarm = alarm,
	.source = source,
};
