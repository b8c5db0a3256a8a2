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
#define STRETCH_MOST		0x200000000ull	/* more cannot be; it also keeps products within 64 bits */

/* First a rough rate, in short windows so that some have no pause in them. */
#define WINDOWS			64u
#define WINDOWS_GOOD		4u
#define WINDOWS_PER_SECOND	1024u
#define PAUSE			64u	/* this many times a good sample is a pause */

/* Then an exact one over longer rounds, with the rough one to tell how often the reference went round. */
#define ROUNDS			8u
#define ROUNDS_PER_SECOND	50u
#define ROUGH			64u	/* an exact rate within 1/64 of the rough one is believed */
#define DOUBT_LITTLE		4096u	/* samples that are narrower than this part of a round need no better one */

/* -- CPUID -------------------------------------------------------------------- */

/*
 * Some CPUs give the ratio but not the crystal (SDM, leaf 15h, ECX = 0). The nominal rate of
 * leaf 16h is rounded to MHz, too rough for a clock, but good enough to tell which of the
 * crystals in use it is.
 */
static uint32_t
crystal_of(uint32_t nominal_mhz, uint32_t numerator, uint32_t denominator)
{
	static const uint16_t crystals_khz[] = { 19200, 24000, 25000, 38400 };
	uint64_t guess = pv_udiv64((uint64_t)nominal_mhz * 1000 * denominator, numerator, NULL);

	for (unsigned i = 0; guess <= UINT16_MAX && i < sizeof(crystals_khz) / sizeof(crystals_khz[0]); i++) {
		uint32_t khz = crystals_khz[i];

		if ((uint32_t)guess + khz / 64 - khz < khz / 32)
			return khz * 1000;
	}
	return 0;
}

uint64_t
pv_native_cpuid_hz(pv_native_cpuid_fn cpuid)
{
	uint32_t out[4], max, numerator, denominator, crystal;

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
		crystal = crystal_of(out[0] & 0xffff, numerator, denominator);
	}
	return pv_udiv64((uint64_t)crystal * numerator, denominator, NULL);
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

/* What both counters did between two samples. */
struct stretch {
	uint64_t twice;			/* the unknown one, from middle to middle, so that no half is lost */
	uint64_t moved;			/* the reference, if it did not go round */
	uint64_t away;			/* of the unknown one: this CPU was away, as far as readings show */
	uint64_t wide;			/* the width of both samples */
};

/*
 * Until the unknown one has moved by `length`, or if that is 0, for a window of the reference. False:
 * the reference stands still. `twice` is 0 for what cannot be.
 */
static bool
stretch(const struct pv_native_meter *meter, uint64_t length, struct stretch *out)
{
	struct pv_native_sample first, s;
	uint64_t window = meter->reference_hz / WINDOWS_PER_SECOND, pause, reference, after;
	unsigned still = 0, polls = 0;

	sample(meter, &first);
	reference = first.reference;
	after = first.after;
	pause = PAUSE * (first.after - first.before + 1);
	out->away = 0;
	do {
		if (++polls > POLLS_MOST || still > STILL_MOST)
			return false;
		meter->sample(&s);
		still = s.reference == reference ? still + 1 : 0;
		if (s.after - after > pause)
			out->away += s.after - after;
		reference = s.reference;
		after = s.after;
		out->moved = (s.reference - first.reference) & meter->reference_mask;
	} while (length != 0 ? s.after - first.after < length : out->moved < window);
	sample(meter, &s);
	out->moved = (s.reference - first.reference) & meter->reference_mask;
	out->twice = s.before + s.after - first.before - first.after;
	if (out->twice > STRETCH_MOST)
		out->twice = 0;
	out->wide = first.after - first.before + s.after - s.before;
	return true;
}

/* The rate if the reference moved by that much; 0 if that cannot be. */
static uint64_t
rate(const struct pv_native_meter *meter, const struct stretch *s, uint64_t moved)
{
	return moved != 0 ? pv_udiv64(s->twice * meter->reference_hz, 2 * moved, NULL) : 0;
}

/*
 * A rate that is right within a percent. When this CPU is taken away in a window, the reference
 * may go round unseen (the PIT after 55 ms), and the rate looks too high: windows that were
 * mostly pause are left out, and the lowest rate of the others counts.
 */
static uint64_t
rough_rate(const struct pv_native_meter *meter)
{
	uint64_t hz, lowest = UINT64_MAX;
	unsigned good = 0;
	struct stretch s;

	for (unsigned i = 0; i < WINDOWS && stretch(meter, 0, &s); i++) {
		hz = rate(meter, &s, s.moved);
		if (hz == 0 || 8 * s.away > 3 * s.twice)
			continue;
		if (hz < lowest)
			lowest = hz;
		if (++good == WINDOWS_GOOD)
			return lowest;
	}
	return 0;
}

uint64_t
pv_native_measure(const struct pv_native_meter *meter)
{
	uint64_t rough = rough_rate(meter), near = rough / ROUGH;
	uint64_t length = pv_udiv64(rough, ROUNDS_PER_SECOND, NULL);
	uint64_t mask = meter->reference_mask, most, hz, best = 0, narrowest = UINT64_MAX;
	struct stretch s = { .twice = 0 };

	for (unsigned i = 0; rough != 0 && i < ROUNDS && narrowest > s.twice / DOUBT_LITTLE; i++) {
		if (!stretch(meter, length, &s))
			continue;
		/* How often the reference went round is what the rough rate says. */
		most = rate(meter, &s, rough) + mask / 2 + 1;
		if (most > s.moved)
			s.moved += (most - s.moved) & ~mask;
		hz = rate(meter, &s, s.moved);
		if (hz - (rough - near) < 2 * near && s.wide < narrowest) {
			best = hz;
			narrowest = s.wide;
		}
	}
	return best;
}

/* -- choosing --------------------------------------------------------------------- */

uint64_t
pv_native_choose(pv_native_cpuid_fn cpuid, const pv_native_meter_fn *start, unsigned nr,
    const char **found_by)
{
	uint64_t hz = pv_native_cpuid_hz(cpuid);
	const struct pv_native_meter *meter;

	*found_by = "cpuid";
	for (unsigned i = 0; hz - HZ_LEAST > HZ_MOST - HZ_LEAST; i++) {
		if (i == nr)
			return 0;
		meter = start[i]();
		if (meter == NULL)
			continue;
		hz = pv_native_measure(meter);
		*found_by = meter->name;
	}
	return hz;
}
