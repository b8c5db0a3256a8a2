/*
 * How fast does the time stamp counter run? The arithmetic and the decisions, over
 * functions that are handed in: no device is touched here.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../../hooks/arith.h"
#include "clock.h"

#define MHZ			1000000ull
/* Rates that a CPU with a TSC can have, with room on both sides. */
#define HZ_LEAST		(4 * MHZ)
#define HZ_MOST			(32000 * MHZ)

#define LEAF_CRYSTAL		0x15u
#define LEAF_FREQUENCY		0x16u

#define SAMPLES			4u	/* of which the narrowest is taken */
#define STILL_MOST		10000u	/* readings without change: it stands still */
#define POLLS_MOST		4000000u

/* First a rough rate, in short windows so that some have no pause in them. */
#define WINDOWS			64u
#define WINDOWS_GOOD		4u
#define WINDOWS_PER_SECOND	1000u
#define PAUSE			64u	/* this many times a good sample is a pause */

/* Then an exact one over longer rounds, with the rough one to tell how often the reference went round. */
#define ROUNDS			8u
#define ROUNDS_PER_SECOND	50u
#define ROUND_MOST		0x200000000ull	/* more cannot be; it also keeps products within 64 bits */
#define ROUGH			64u	/* an exact rate within 1/64 of the rough one is believed */
#define DOUBT_LITTLE		512u	/* in parts of 2^-20: good enough to need no better round */

/* -- CPUID -------------------------------------------------------------------- */

/*
 * Some CPUs give the ratio but not the crystal (SDM, leaf 15h, ECX = 0). The nominal rate of
 * leaf 16h is rounded to MHz, too rough for a clock, but good enough to tell which of the
 * crystals in use it is.
 */
static uint64_t
crystal_of(uint64_t nominal_hz, uint32_t numerator, uint32_t denominator)
{
	static const uint32_t crystals[] = { 19200000, 24000000, 25000000, 38400000 };
	uint64_t guess = pv_udiv64(nominal_hz * denominator, numerator, NULL);

	for (unsigned i = 0; i < sizeof(crystals) / sizeof(crystals[0]); i++)
		if (guess > crystals[i] - crystals[i] / 64 && guess < crystals[i] + crystals[i] / 64)
			return crystals[i];
	return 0;
}

uint64_t
pv_native_cpuid_hz(pv_native_cpuid_fn cpuid)
{
	uint32_t out[4], max, numerator, denominator;
	uint64_t crystal;

	cpuid(0, 0, out);
	max = out[0];
	if (max < LEAF_CRYSTAL)
		return 0;
	cpuid(LEAF_CRYSTAL, 0, out);
	denominator = out[0];
	numerator = out[1];
	crystal = out[2];
	if (numerator == 0 || denominator == 0)
		return 0;
	if (crystal == 0 && max >= LEAF_FREQUENCY) {
		cpuid(LEAF_FREQUENCY, 0, out);
		crystal = crystal_of((out[0] & 0xffff) * MHZ, numerator, denominator);
	}
	return pv_udiv64(crystal * numerator, denominator, NULL);
}

/* -- measuring ------------------------------------------------------------------ */

/* The narrowest of a few: an interrupt of the hypervisor's or firmware's makes a sample wide. */
static void
sample(const struct pv_native_meter *meter, struct pv_native_sample *best)
{
	struct pv_native_sample s;

	meter->sample(best);
	for (unsigned i = 1; i < SAMPLES; i++) {
		meter->sample(&s);
		if (s.after - s.before < best->after - best->before)
			*best = s;
	}
}

/* Twice the time between two samples, from middle to middle, so that no half is lost. */
static uint64_t
passed_twice(const struct pv_native_sample *first, const struct pv_native_sample *last)
{
	return last->before + last->after - first->before - first->after;
}

/*
 * Until the reference has moved by `ticks`. *away: how long this CPU was away on the way, as
 * far as readings show. False: the reference stands still.
 */
static bool
wait(const struct pv_native_meter *meter, const struct pv_native_sample *first, uint64_t ticks,
    uint64_t *away)
{
	uint64_t pause = PAUSE * (first->after - first->before + 1);
	struct pv_native_sample s, last = *first;
	unsigned still = 0;

	*away = 0;
	for (unsigned polls = 0; polls < POLLS_MOST && still < STILL_MOST; polls++) {
		meter->sample(&s);
		still = s.reference == last.reference ? still + 1 : 0;
		if (s.after - last.after > pause)
			*away += s.after - last.after;
		last = s;
		if (((s.reference - first->reference) & meter->reference_mask) >= ticks)
			return true;
	}
	return false;
}

/*
 * A rate that is right within a percent. When this CPU is taken away in a window, the reference
 * may go round unseen (the PIT after 55 ms), and the rate looks too high: windows that were
 * mostly pause are left out, and the lowest rate of the others counts.
 */
static uint64_t
rough_rate(const struct pv_native_meter *meter)
{
	uint64_t ticks = pv_udiv64(meter->reference_hz, WINDOWS_PER_SECOND, NULL);
	uint64_t passed, moved, away, hz, lowest = 0;
	struct pv_native_sample first, last;
	unsigned good = 0;

	for (unsigned i = 0; i < WINDOWS && good < WINDOWS_GOOD; i++) {
		sample(meter, &first);
		if (!wait(meter, &first, ticks, &away))
			return 0;
		sample(meter, &last);
		passed = passed_twice(&first, &last);
		moved = (last.reference - first.reference) & meter->reference_mask;
		if (passed == 0 || passed > ROUND_MOST || moved == 0 || 8 * away > 3 * passed)
			continue;
		hz = pv_udiv64(passed * meter->reference_hz, 2 * moved, NULL);
		if (good++ == 0 || hz < lowest)
			lowest = hz;
	}
	return good == WINDOWS_GOOD ? lowest : 0;
}

/* One round: the rate, and how much of it is doubtful. 0: this CPU was away for too long. */
static uint64_t
exact_rate(const struct pv_native_meter *meter, uint64_t rough, uint64_t *doubt)
{
	uint64_t length = pv_udiv64(rough, ROUNDS_PER_SECOND, NULL), period = meter->reference_mask + 1;
	uint64_t passed, moved, expected;
	struct pv_native_sample first, last;

	sample(meter, &first);
	last = first;
	for (unsigned polls = 0; polls < POLLS_MOST && last.after - first.after < length; polls++)
		meter->sample(&last);
	sample(meter, &last);
	passed = passed_twice(&first, &last);
	moved = (last.reference - first.reference) & meter->reference_mask;
	if (passed == 0 || passed > ROUND_MOST)
		return 0;
	/* A period of 0 is one of 2^64, which takes longer than anybody waits. */
	expected = pv_udiv64(passed * meter->reference_hz, 2 * rough, NULL);
	if (period != 0 && expected + period / 2 > moved)
		moved += pv_udiv64(expected + period / 2 - moved, period, NULL) * period;
	if (moved == 0)
		return 0;
	*doubt = pv_udiv64((first.after - first.before + last.after - last.before) << 21, passed, NULL);
	return pv_udiv64(passed * meter->reference_hz, 2 * moved, NULL);
}

uint64_t
pv_native_measure(const struct pv_native_meter *meter)
{
	uint64_t rough = rough_rate(meter), hz, doubt = 0, best = 0, best_doubt = UINT64_MAX;

	if (rough == 0)
		return 0;
	for (unsigned i = 0; i < ROUNDS && best_doubt > DOUBT_LITTLE; i++) {
		hz = exact_rate(meter, rough, &doubt);
		if (hz > rough - rough / ROUGH && hz < rough + rough / ROUGH && doubt < best_doubt) {
			best = hz;
			best_doubt = doubt;
		}
	}
	return best;
}

/* -- choosing --------------------------------------------------------------------- */

uint64_t
pv_native_choose(const struct pv_native_way *ways, unsigned nr_ways, const char **found_by)
{
	uint64_t hz;

	for (unsigned i = 0; i < nr_ways; i++) {
		hz = ways[i].hz();
		if (hz >= HZ_LEAST && hz <= HZ_MOST) {
			*found_by = ways[i].name;
			return hz;
		}
	}
	return 0;
}
