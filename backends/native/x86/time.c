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
#include "../../common/latch.h"
#include "clock.h"
#include "native.h"

#define MSR_TSC_DEADLINE	0x6e0u
#define LVT_MASKED		0x10000u
#define LVT_TSC_DEADLINE	0x40000u
#define DIVIDE_BY_1		0x0bu

/* Longest alarm at once; it comes early then, and is set again. Keeps products within 64 bits. */
#define ALARM_MOST_NS		(1ull << 40)
#define LATCH_SPINS		1000u
#define STILL_MOST		1000u	/* readings in a delay without change: the clock stands still */

static struct {
	uint64_t (*read)(void);		/* NULL before stage TIME */
	uint64_t base;			/* reading at time 0 */
	uint32_t mult;			/* see pv_scale64() */
	unsigned shift;
	bool is_tsc;
	bool fence;			/* the CPU has LFENCE */
	uint64_t gap_ns;		/* read it at least that often; 0: whenever */
	struct pv_time_source source;
} clock = { .source = { "none", "none", "none", 0 } };

/* What extends a narrow counter to 64 bits; the low ones of `total` are its last reading. */
static struct {
	uint32_t latch;
	uint64_t (*read)(void);
	uint64_t mask;
	uint64_t total __attribute__((aligned(8)));
} narrow;

static struct {
	enum {
		NO_TIMER,
		COUNT_DOWN,
		DEADLINE,
		PIT
	} kind;
	uint32_t mult;			/* nanoseconds to ticks */
	unsigned shift;
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
	unsigned spins = 0;
	uint64_t total, passed;

	while (__atomic_exchange_n(&narrow.latch, 1, __ATOMIC_ACQUIRE) != 0 && spins++ < LATCH_SPINS)
		pv_cpu_relax();
	total = __sync_val_compare_and_swap(&narrow.total, 0, 0);
	if (spins <= LATCH_SPINS) {
		passed = (narrow.read() - total) & narrow.mask;
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
	return count > clock.base ? pv_scale64(count - clock.base, clock.mult, clock.shift) : 0;
}

static uint64_t
stolen(void)
{
	return 0;
}

/* -- learning the rate of the time stamp counter -- */

static uint64_t
hz_by_cpuid(void)
{
	return pv_native_cpuid_hz(pv_native_cpuid);
}

static void
sample_hpet(struct pv_native_sample *s)
{
	s->before = pv_native_rdtsc();
	s->reference = pv_native_hpet_read();
	s->after = pv_native_rdtsc();
}

static uint64_t
hz_by_hpet(void)
{
	struct pv_native_meter meter;

	if (!pv_native_hpet_start())
		return 0;
	meter.sample = sample_hpet;
	meter.reference_hz = pv_native_hpet_hz();
	meter.reference_mask = pv_native_hpet_mask();
	return pv_native_measure(&meter);
}

static void
sample_pit(struct pv_native_sample *s)
{
	s->before = pv_native_rdtsc();
	pv_native_pit_latch();
	s->after = pv_native_rdtsc();
	s->reference = pv_native_pit_read();
}

static uint64_t
hz_by_pit(void)
{
	static const struct pv_native_meter meter = { sample_pit, PV_PIT_HZ, PV_PIT_MASK };

	return pv_native_pit_start() ? pv_native_measure(&meter) : 0;
}

static const struct pv_native_way ways[] = {
	{ "cpuid", hz_by_cpuid }, { "hpet", hz_by_hpet }, { "pit", hz_by_pit },
};

/* -- choosing the clock -- */

static void
use_clock(const char *name, const char *found_by, uint64_t (*read)(void), uint64_t hz)
{
	clock.source.clock = name;
	clock.source.found_by = found_by;
	clock.source.hz = hz;
	pv_scale_make(hz, PV_NS_PER_SEC, &clock.mult, &clock.shift);
	clock.base = read();
	clock.read = read;
}

static void
use_narrow(const char *name, uint64_t (*read)(void), uint64_t hz, uint64_t mask)
{
	narrow.read = read;
	narrow.mask = mask;
	narrow.total = read();
	clock.gap_ns = pv_udiv64((mask >> 1) * PV_NS_PER_SEC, hz, NULL);
	use_clock(name, name, read_narrow, hz);
}

static pv_status
find_clock(void)
{
	const char *found_by = "";
	uint64_t hz = 0;

	if (pv_native_cpu_feature(1, 3, 4))
		hz = pv_native_choose(ways, sizeof(ways) / sizeof(ways[0]), &found_by);
	if (hz != 0) {
		clock.is_tsc = true;
		clock.fence = pv_native_cpu_feature(1, 3, 26);
		use_clock("tsc", found_by, read_tsc, hz);
	} else if (pv_native_hpet_start()) {
		if (pv_native_hpet_mask() == UINT64_MAX)
			use_clock("hpet", "hpet", pv_native_hpet_read, pv_native_hpet_hz());
		else
			use_narrow("hpet", pv_native_hpet_read, pv_native_hpet_hz(), UINT32_MAX);
	} else if (pv_native_pit_start()) {
		use_narrow("pit", pv_native_pit_now, PV_PIT_HZ, PV_PIT_MASK);
	} else {
		pv_log("time: no clock: CPUID gives no rate for the TSC, there is no HPET and no PIT");
		return PV_E_ABSENT;
	}
	return PV_OK;
}

static void
delay(uint64_t ns)
{
	uint64_t start = now(), passed = 0, last;

	if (clock.read == NULL) {
		pv_native_pit_delay(ns);
		return;
	}
	for (unsigned still = 0; still < STILL_MOST; still++) {
		last = passed;
		passed = now() - start;
		if (passed > ns)
			return;
		if (passed != last)
			still = 0;
		pv_cpu_relax();
	}
	/* An NMI's, which interrupted somebody who reads a narrow clock. */
	pv_native_port_delay((uint32_t)(ns - passed));
}

static void
source(struct pv_time_source *out)
{
	*out = clock.source;
}

/* -- timer ------------------------------------------------------------------- */

static void
alarm(uint64_t when)
{
	uint64_t left = clock.gap_ns != 0 ? clock.gap_ns : ALARM_MOST_NS, present = now(), ticks = 0;

	timer.alarm = when;
	if (pv_native_lines.soft_sent)
		when = 1;
	if (when != 0 && when < present + left)
		left = when > present ? when - present : 0;
	if (when != 0 || clock.gap_ns != 0)
		ticks = pv_scale64(left, timer.mult, timer.shift) + 1;
	if (ticks > timer.most)
		ticks = timer.most;
	if (timer.kind == COUNT_DOWN)
		pv_native_lapic_write(PV_LAPIC_TIMER_INIT, (uint32_t)ticks);
	else if (timer.kind == PIT)
		pv_native_pit_alarm((uint32_t)ticks);
	else if (timer.kind == DEADLINE)
		/* CPUID promised the register: this cannot fail. */
		(void)pv_native_msr_write(MSR_TSC_DEADLINE, ticks != 0 ? pv_native_rdtsc() + ticks : 0);
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
use_timer(const char *name, int kind, uint64_t hz, uint64_t most)
{
	clock.source.timer = name;
	pv_scale_make(PV_NS_PER_SEC, hz, &timer.mult, &timer.shift);
	timer.most = most;
	timer.kind = kind;
}

static void
sample_lapic(struct pv_native_sample *s)
{
	s->before = UINT32_MAX - pv_native_lapic_read(PV_LAPIC_TIMER_COUNT);
	s->reference = now();
	s->after = UINT32_MAX - pv_native_lapic_read(PV_LAPIC_TIMER_COUNT);
}

static bool
use_lapic(void)
{
	static const struct pv_native_meter meter = { sample_lapic, PV_NS_PER_SEC, UINT64_MAX };
	uint64_t hz;

	if (!pv_native_lapic_enable())
		return false;
	pv_native_vector_set(PV_VECTOR_TIMER, timer_vector);
	if (clock.is_tsc && pv_native_cpu_feature(1, 2, 24)) {
		pv_native_lapic_write(PV_LAPIC_LVT_TIMER, LVT_TSC_DEADLINE | PV_VECTOR_TIMER);
		/* That was memory, the deadline is an MSR: nothing else orders the two (SDM 11.5.4.1). */
		__asm__ volatile("mfence" ::: "memory");
		use_timer("tsc-deadline", DEADLINE, clock.source.hz, UINT64_MAX);
		return true;
	}
	pv_native_lapic_write(PV_LAPIC_TIMER_DIVIDE, DIVIDE_BY_1);
	pv_native_lapic_write(PV_LAPIC_LVT_TIMER, LVT_MASKED | PV_VECTOR_TIMER);
	pv_native_lapic_write(PV_LAPIC_TIMER_INIT, UINT32_MAX);
	hz = pv_native_measure(&meter);
	pv_native_lapic_write(PV_LAPIC_TIMER_INIT, 0);
	if (hz == 0) {
		pv_log("time: the local APIC's timer does not count; using the PIT");
		return false;
	}
	pv_native_lapic_write(PV_LAPIC_LVT_TIMER, PV_VECTOR_TIMER);
	use_timer("lapic", COUNT_DOWN, hz, UINT32_MAX);
	return true;
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
	page->mult = clock.mult;
	page->shift = clock.shift;
	return clock.is_tsc;
}

static pv_status
init(void)
{
	pv_status s = find_clock();

	if (s != PV_OK)
		return s;
	/* Timers interrupt: a kernel that keeps the interrupts keeps their chips as they are. */
	if ((pv_families() & PV_FAMILY_LINES) != 0) {
		/* The BIOS left channel 0 ticking. */
		pv_native_pit_alarm(0);
		if (!use_lapic())
			use_timer("pit", PIT, PV_PIT_HZ, PV_PIT_MASK);
	}
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
