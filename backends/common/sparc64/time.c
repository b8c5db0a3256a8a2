/*
 * The clock and the timer of a sparc64 CPU: a 64-bit counter and a compare
 * register that raises level 14, whichever pair the machine has. Reads and writes
 * go through the ISA ops counter and compare.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "sparc64.h"
#include <pv/sparc64/hot.h>
#include "wall.h"
#include "../../../hooks/arith.h"

static struct {
	uint64_t hz, base;
	uint32_t to_ns, to_ticks;	/* (v * mult) >> shift */
	unsigned to_ns_shift, to_ticks_shift;
	const char *clock, *found_by;
} tick;

void
pv_sparc64_time_set(uint64_t hz, const char *clock, const char *found_by)
{
	tick.hz = hz;
	tick.clock = clock;
	tick.found_by = found_by;
	pv_scale_make(hz, PV_NS_PER_SEC, &tick.to_ns, &tick.to_ns_shift);
	pv_scale_make(PV_NS_PER_SEC, hz, &tick.to_ticks, &tick.to_ticks_shift);
	tick.base = pv_counter();
}

pv_status
pv_sparc64_time_init(void)
{
	/* An interrupt that the firmware left pending would be ours at once. */
	pv_compare(~0ull);
	pv_sparc64_softint_clear(PV_SOFTINT_TIMERS);
	if (tick.hz == 0)
		return PV_E_ABSENT;
	pv_sparc64_wall_start();
	return PV_OK;
}

/* The timer has an interrupt level of its own and needs no line. */
pv_status
pv_sparc64_time_lines(void)
{
	return PV_OK;
}

uint64_t
pv_sparc64_time_now(void)
{
	return pv_scale64(pv_counter() - tick.base, tick.to_ns, tick.to_ns_shift);
}

uint64_t
pv_sparc64_time_stolen(void)
{
	return 0;
}

/* Rounding in the scale may lose a tick; one more keeps the promise "at least". */
static uint64_t
ticks_of(uint64_t ns)
{
	return pv_scale64(ns, tick.to_ticks, tick.to_ticks_shift) + 1;
}

void
pv_sparc64_time_delay(uint64_t ns)
{
	uint64_t start = pv_counter();
	uint64_t wait = ticks_of(ns);

	while (pv_counter() - start < wait)
		pv_cpu_relax();
}

void
pv_sparc64_time_alarm(uint64_t when)
{
	uint64_t at;

	if (when == 0) {
		pv_compare(~0ull);
		return;
	}
	at = tick.base + ticks_of(when);
	pv_compare(at);
	/*
	 * The comparison is for equality: a time that passed before the register was written would
	 * never match. Raise the interrupt by hand then; one that came as well is merged with it. By the bit
	 * that all have: UltraSPARC I and II have no other.
	 */
	if (pv_counter() >= at)
		pv_sparc64_softint_set(PV_SOFTINT_TICK);
}

bool
pv_sparc64_time_page(struct pv_clock_page *page)
{
	page->base_count = tick.base;
	page->base_ns = 0;
	page->mult = tick.to_ns;
	page->shift = tick.to_ns_shift;
	return tick.hz != 0;
}

void
pv_sparc64_time_source(struct pv_time_source *out)
{
	out->clock = tick.clock;
	out->timer = tick.clock;
	out->found_by = tick.found_by;
	out->hz = tick.hz;
}
