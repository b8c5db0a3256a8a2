/*
 * Time: a clock that never goes back, a wall clock, delays, timers.
 *
 * pv_time_ns() counts nanoseconds since the machine (or this guest) started. It
 * never goes backwards on a CPU, across CPUs, or over a migration (P10). The
 * scheduler clock runs only while this CPU really ran: real = sched + stolen.
 * On bare metal nothing is stolen.
 *
 * Before stage TIME only pv_delay_ns() works, from stage EARLY on.
 *
 * Timers belong to the CPU that sets them, until they fired for the last time or
 * are cancelled there, and run their handler from that CPU's timer interrupt, gate
 * closed, never early. A real timer fires when pv_time_ns() reaches its time; a
 * virtual timer when pv_time_sched_ns() does, so time in which the hypervisor ran
 * somebody else does not count. Periodic timers do not drift; periods missed
 * altogether are counted in `missed`, not delivered in a burst. The kernel owns
 * struct pv_timer and keeps it in place while it is set.
 *
 * A handler may set, move and cancel its own and other timers of its CPU, and may
 * open the gate: other interrupts come in then, but timers that become due wait for
 * it to return. It must not sleep or switch to another thread; both can be done on
 * the way out of the interrupt.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_TIME_H
#define PV_TIME_H

#include <pv/status.h>

PV_BEGIN_DECLS

#define PV_NS_PER_SEC		1000000000ull
#define PV_NS_PER_MS		1000000ull
#define PV_NS_PER_US		1000ull

/* Monotonic nanoseconds. Stage TIME, any context. Cannot fail. */
uint64_t pv_time_ns(void);
/* Nanoseconds that this CPU really ran. Stage TIME, any context. */
uint64_t pv_time_sched_ns(void);
/* Nanoseconds that this CPU wanted to run and did not. Stage TIME, any context. */
uint64_t pv_time_stolen_ns(void);

/*
 * Nanoseconds since 1970-01-01 UTC. Stage TIME, any context. PV_E_ABSENT without a clock chip or
 * service; PV_E_FORMAT: what the layer below keeps makes no sense; PV_E_STAGE: before stage TIME.
 */
pv_status pv_wall_get(uint64_t *ns);
/*
 * Set the wall clock (and the chip). Stage TIME. PV_E_ABSENT where there is none or the layer below
 * keeps it; PV_E_RANGE: the chip cannot hold it; PV_E_REFUSED; PV_E_STAGE: before stage TIME.
 */
pv_status pv_wall_set(uint64_t ns);

/* Wait at least that long, also before any clock is known. Any context. At most a second per call. */
void pv_delay_ns(uint64_t ns);

/* The CPU's counter behind the clock: name ("tsc"), its frequency, how that was found ("hpet"). */
struct pv_time_source {
	const char *clock;	/* "tsc", "stick", "pvclock" */
	const char *found_by;	/* "cpuid", "hpet", "pit", "hypervisor", "firmware" */
	const char *timer;	/* "lapic", "tsc-deadline", "pit", "stick", "hypercall" */
	uint64_t hz;
};
void pv_time_source(struct pv_time_source *out);

enum pv_timer_kind {
	PV_TIMER_REAL = 0,
	PV_TIMER_VIRTUAL
};

struct pv_timer;
typedef void (*pv_timer_handler)(struct pv_timer *timer, void *arg);

struct pv_timer {
	/* filled in by the kernel */
	pv_timer_handler handler;
	void *arg;

	/* libpv's; count and missed may be read any time */
	uint64_t count;			/* handler calls */
	uint64_t missed;		/* whole periods that passed unserved */
	uint64_t when;
	uint64_t period;
	struct pv_timer *next;
	uintptr_t owner;		/* while it is set: says on which CPU */
	uint32_t cpu;			/* where it was set last */
	uint8_t kind;
	uint8_t set;
};

/* struct pv_timer t = PV_TIMER_INIT(handler, arg); */
#define PV_TIMER_INIT(handler, arg)	{ (handler), (arg), 0, 0, 0, 0, NULL, 0, 0, 0, 0 }

/*
 * Set (or move) a timer to fire at `when` on its clock, then every `period` ns if that is
 * not 0. A time in the past fires at once. Stage TIME, any context, this CPU; two CPUs may call it
 * for one timer at the same time.
 * PV_E_BUSY: set on another CPU, left as it is; PV_E_STAGE: before stage TIME; PV_E_INVAL: no
 * handler, or a period below 1 us; PV_E_ABSENT: the kernel keeps the interrupts (attached without
 * PV_FAMILY_LINES), and the timer's with them.
 */
pv_status pv_timer_set(struct pv_timer *timer, enum pv_timer_kind kind, uint64_t when, uint64_t period);
/*
 * Unset; true if it was set. Its handler does not run after the return. Any context, on the CPU that
 * set it; for a timer that is set on another CPU it panics.
 */
bool pv_timer_cancel(struct pv_timer *timer);

/*
 * A page that user space may map read-only to tell the time without a system call:
 * ns = base_ns + (((counter - base_count) * mult) >> shift), valid while `version` is even
 * and the same before and after. On x86 the counter is the TSC, on sparc64 %stick.
 * PV_E_ABSENT where user mode may not read the counter; PV_E_STAGE: before stage TIME.
 */
struct pv_clock_page {
	uint32_t version;
	uint32_t shift;
	uint64_t base_count;
	uint64_t base_ns;
	uint32_t mult;
	uint32_t reserved;
	uint64_t wall_base_ns;		/* wall = wall_base_ns + ns */
};
pv_status pv_clock_page(pv_paddr *frame);

/* Part of the op table. */
struct pv_time_ops {
	/* Find and calibrate the clock and the timer. Stage TIME, gate closed. */
	pv_status (*init)(void);

	/* The interrupt controller is up: let the timer through it. Stage LINES, gate closed. */
	pv_status (*lines)(void);

	/* Monotonic nanoseconds; see pv_time_ns(). */
	uint64_t (*now)(void);

	/* Stolen nanoseconds of this CPU. */
	uint64_t (*stolen)(void);

	pv_status (*wall_get)(uint64_t *ns);
	pv_status (*wall_set)(uint64_t ns);

	/* Scale of the user clock page, see above. */
	pv_status (*clock_page)(struct pv_clock_page *page);

	/* Busy wait of ns <= 1e9, works before init(). */
	void (*delay)(uint64_t ns);

	/*
	 * Make the timer interrupt of this CPU come at monotonic time `when` or as soon after as it
	 * can, 0 = not at all. It replaces the last setting. May come early: the caller looks again.
	 */
	void (*alarm)(uint64_t when);

	void (*source)(struct pv_time_source *out);
};

PV_END_DECLS
#endif
