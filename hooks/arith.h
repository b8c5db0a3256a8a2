/*
 * Arithmetic that freestanding C lacks on 32-bit machines: division of 64-bit
 * numbers and 64x32 scaling, without the compiler's support library.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOOKS_ARITH_H
#define PV_HOOKS_ARITH_H

#include <pv/types.h>

/* n / d with remainder; d must not be 0. */
uint64_t pv_udiv64(uint64_t n, uint64_t d, uint64_t *remainder);

/* (v * mult) >> shift with a 96-bit product; shift 0..32; the result must fit 64 bits. */
static inline uint64_t
pv_scale64(uint64_t v, uint32_t mult, unsigned shift)
{
	uint64_t low = (v & 0xffffffffu) * mult;
	uint64_t high = (v >> 32) * mult;

	/* low and high overlap by 32 bits: add them where they do. */
	if (shift == 32)
		return high + (low >> 32);
	return (high << (32 - shift)) + (low >> shift);
}

/* Find mult and shift (<= 32) so that (v * mult) >> shift turns `from` Hz into `to` Hz units. */
void pv_scale_make(uint64_t from_hz, uint64_t to_hz, uint32_t *mult, unsigned *shift);

#endif
