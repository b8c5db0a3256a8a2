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

#define ROUNDS			12u	/* tried */
#define ROUNDS_PER_SECOND	100u	/* length of one */
#define SAMPLES			4u	/* of which the narrowest is taken */
#define AGREE			512u	/* two rounds agree when they differ by less than 1/512 */
#define STILL_MOST		10000u	/* readings without change: it stands still */
#define POLLS_MOST		4000000u
/* More than this in one round cannot be; it also keeps products within 64 bits. */
#define ROUND_MOST		0x200000000ull

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

/*
 * Wait until the reference has moved on by `ticks` since *first. False: it stands still. *last is
 * the last reading, *gap the longest time between two, in units of the unknown counter.
 */
static bool
wait(const struct pv_native_meter *meter, const struct pv_native_sample *first, uint64_t ticks,
    struct pv_native_sample *last, uint64_t *gap)
{
	struct pv_native_sample s;
	unsigned still = 0;

	*gap = 0;
	*last = *first;
	for (unsigned polls = 0; polls < POLLS_MOST && still < STILL_MOST; polls++) {
		meter->sample(&s);
		still = s.reference == last->reference ? still + 1 : 0;
		if (s.after - last->after > *gap)
			*gap = s.after - last->after;
		*last = s;
		if (((s.reference - first->reference) & meter->reference_mask) >= ticks)
			return true;
	}
	return false;
}

/*
 * One round: a rate and how much of it is doubtful, in parts of 2^-20. False: the reference
 * stands still. A rate of 0: something took this CPU away for so long that the reference may
 * have gone round.
 */
static bool
measure_round(const struct pv_native_meter *meter, uint64_t *hz, uint64_t *doubt)
{
	uint64_t ticks = pv_udiv64(meter->reference_hz, ROUNDS_PER_SECOND, NULL);
	struct pv_native_sample first, polled, last;
	uint64_t gap, passed, moved;

	*hz = 0;
	sample(meter, &first);
	if (!wait(meter, &first, ticks, &polled, &gap))
		return false;
	sample(meter, &last);
	if (last.after - polled.after > gap)
		gap = last.after - polled.after;
	/* Twice the time from middle to middle, so that no half is lost. */
	passed = last.before + last.after - first.before - first.after;
	moved = (last.reference - first.reference) & meter->reference_mask;
	if (passed == 0 || passed > ROUND_MOST || moved == 0 || gap > passed / 8)
		return true;
	*hz = pv_udiv64(passed * meter->reference_hz, 2 * moved, NULL);
	*doubt = pv_udiv64((first.after - first.before + last.after - last.before) << 20, passed, NULL);
	return true;
}

uint64_t
pv_native_measure(const struct pv_native_meter *meter)
{
	uint64_t hz[ROUNDS], doubt[ROUNDS], difference;
	unsigned i, k;

	for (i = 0; i < ROUNDS; i++) {
		if (!measure_round(meter, &hz[i], &doubt[i]))
			return 0;
		/* A round disturbed in some way not noticed agrees with no other. */
		for (k = 0; k < i && hz[i] != 0; k++) {
			difference = hz[i] > hz[k] ? hz[i] - hz[k] : hz[k] - hz[i];
			if (difference < hz[i] / AGREE)
				return doubt[i] < doubt[k] ? hz[i] : hz[k];
		}
	}
	return 0;
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
