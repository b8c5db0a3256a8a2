/*
 * Division of 64-bit numbers by shifting and subtracting, and the search for a
 * multiplier and shift that turn one rate into another. Not for hot paths: those
 * use pv_scale64() with numbers found here.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "arith.h"

uint64_t
pv_udiv64(uint64_t n, uint64_t d, uint64_t *remainder)
{
	uint64_t quotient = 0, bit = 1;

	while (d < n && (d >> 63) == 0) {
		d <<= 1;
		bit <<= 1;
	}
	for (; bit != 0; bit >>= 1, d >>= 1) {
		if (n >= d) {
			n -= d;
			quotient |= bit;
		}
	}
	if (remainder != NULL)
		*remainder = n;
	return quotient;
}

void
pv_scale_make(uint64_t from_hz, uint64_t to_hz, uint32_t *mult, unsigned *shift)
{
	uint64_t quotient, rest;
	unsigned bits;

	quotient = pv_udiv64(to_hz, from_hz, &rest);
	/* One bit behind the point after the other, while there is room: rest < from_hz throughout. */
	for (bits = 0; bits < 32 && quotient < 0x80000000u; bits++) {
		quotient <<= 1;
		if (rest >= from_hz - rest) {
			quotient |= 1;
			rest -= from_hz - rest;
		} else {
			rest <<= 1;
		}
	}
	if (rest >= from_hz - rest)
		quotient++;
	*mult = quotient > 0xffffffffu ? 0xffffffffu : (uint32_t)quotient;
	*shift = bits;
}
