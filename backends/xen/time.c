/*
 * Time under Xen: the counter scaled as vcpu_info says, alarms as one-shot timers in
 * the same time, stolen time from the run states. PV and PVH. The wall clock is in
 * wall.c, reading what Xen writes in pvclock.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../common/delay.h"
#include "clock.h"
#include "events.h"

#define ALARM_MOST	(1ull << 62)	/* Xen's times are signed */
#define FAST_TSC	8u		/* ticks per nanosecond that no counter has */
#define TIMER_PRIORITY	0u

/* What was read last and made sense, of each CPU: it goes on for a while should Xen talk nonsense. */
static struct pv_xen_clock clocks[PV_MAX_CPUS];
static uint64_t last_stolen[PV_MAX_CPUS];
static struct xen_runstate_info runstates[PV_MAX_CPUS] __attribute__((aligned(64)));

static uint64_t
read_tsc(void)
{
	uint32_t low, high;

	/* Not before what was loaded before. */
	__asm__ volatile("lfence; rdtsc" : "=a" (low), "=d" (high) : : "memory");
	return (uint64_t)high << 32 | low;
}

/*
 * Xen corrects the clock of each CPU by itself, so another one's may be ahead: nothing goes back, on
 * whatever CPU, and whatever Xen says of the counter (P10). The compare-and-swap is what reads: a plain
 * load may be torn on 32-bit machines.
 */
static uint64_t
not_back(uint64_t ns)
{
	static uint64_t last __attribute__((aligned(8)));
	uint64_t guess = *(volatile uint64_t *)&last, seen;

	for (;;) {
		uint64_t later = guess > ns ? guess : ns;

		seen = __sync_val_compare_and_swap(&last, guess, later);
		if (seen == guess)
			return later;
		guess = seen;
	}
}

static uint64_t
now(void)
{
	struct pv_xen_clock clock;
	uint32_t cpu = pv_cpu_nr();

	if (pv_xen_clock_read(&pv_xen_vcpu()->time, &clock)) {
		clocks[cpu] = clock;
	} else {
		clock = clocks[cpu];
		if (clock.mul == 0)
			return 0;
	}
	return not_back(pv_xen_clock_ns(&clock, read_tsc()));
}

static uint64_t
stolen(void)
{
	uint32_t cpu = pv_cpu_nr();
	uint64_t ns;

	if (pv_xen_clock_stolen(&runstates[cpu], &ns) && ns > last_stolen[cpu])
		last_stolen[cpu] = ns;
	return last_stolen[cpu];
}

/* Without a clock, and when it stands: too long rather than too short. */
static void
delay_by_counter(uint64_t ns)
{
	uint64_t start = read_tsc();

	while (read_tsc() - start < ns * FAST_TSC)
		pv_cpu_relax();
}

static void
delay(uint64_t ns)
{
	uint64_t passed;

	if (now() == 0 || !pv_delay_by(now, ns, &passed))
		delay_by_counter(ns);
}

static void
alarm(uint64_t when)
{
	struct xen_set_singleshot_timer timer = { .timeout_abs_ns = when < ALARM_MOST ? when : ALARM_MOST };
	uint32_t cpu = pv_cpu_nr();

	/* One that could not be stopped comes early, as alarms may. */
	if (when == 0)
		(void)pv_xen_try("time.alarm", NULL, XEN_VCPU_OP, XEN_VCPUOP_STOP_SINGLESHOT, cpu, 0, 0);
	else
		pv_xen_must("time.alarm", NULL, XEN_VCPU_OP, XEN_VCPUOP_SET_SINGLESHOT, cpu, (unsigned long)&timer, 0);
}

static void
source(struct pv_time_source *out)
{
	const struct pv_xen_clock *clock = &clocks[pv_cpu_nr()];

	*out = (struct pv_time_source){ .clock = "pvclock", .found_by = "hypervisor", .timer = "hypercall",
	    .hz = clock->mul != 0 ? pv_xen_clock_hz(clock) : 0 };
}

const struct pv_xen_clock *
pv_xen_clock_now(void)
{
	(void)now();
	return &clocks[pv_cpu_nr()];
}

/* -- start -- */

/* Xen writes there whenever it runs this CPU or somebody else, and marks what it is writing. */
static void
start_runstate(uint32_t cpu)
{
	struct xen_register_area area = { .p = 0 };

	area.v = (unsigned long)&runstates[cpu];
	(void)pv_xen_try("time.init", NULL, XEN_VM_ASSIST, XEN_VMASST_CMD_ENABLE,
	    XEN_VMASST_TYPE_RUNSTATE_UPDATE_FLAG, 0, 0);
	if (pv_xen_try("time.init", NULL, XEN_VCPU_OP, XEN_VCPUOP_REGISTER_RUNSTATE, cpu, (unsigned long)&area,
	    0) != PV_OK)
		pv_log("time: Xen does not tell how long CPU %u waits: stolen time stays 0", (unsigned)cpu);
}

static pv_status
init(void)
{
	const struct xen_vcpu_time *said = &pv_xen_vcpu()->time;
	uint32_t cpu = pv_cpu_nr(), port;
	pv_status s = pv_xen_events_init();

	if (s != PV_OK)
		return s;
	if (now() == 0) {
		pv_log("time: what Xen says of its clock cannot be: multiplier %u, shift %d, version %u",
		    (unsigned)said->mul, said->shift, (unsigned)said->version);
		return PV_E_FORMAT;
	}
	start_runstate(cpu);
	/* The tick that every CPU has at first; it would not wake one that is idle. */
	(void)pv_xen_try("time.init", NULL, XEN_VCPU_OP, XEN_VCPUOP_STOP_PERIODIC, cpu, 0, 0);
	s = pv_xen_port_virq(XEN_VIRQ_TIMER, cpu, PV_XEN_PORT_TIMER, &port);
	if (s != PV_OK)
		return s;
	pv_xen_port_priority(port, TIMER_PRIORITY);
	pv_xen_port_unmask(port);
	return PV_OK;
}

static pv_status
lines(void)
{
	return PV_OK;
}

const struct pv_time_ops pv_xen_time_ops = {
	.init = init,
	.lines = lines,
	.now = now,
	.stolen = stolen,
	.delay = delay,
	.alarm = alarm,
	.source = source,
};
