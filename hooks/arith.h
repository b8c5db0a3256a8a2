/*
 * Arithmetic that freestanding C lacks on 32-bit machines: division and shifts of
 * 64-bit numbers and 64x32 scaling, without the compiler's support library.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOOKS_ARITH_H
#define PV_HOOKS_ARITH_H

#include <pv/types.h>

/* n / d with remainder; d must not be 0. */
uint64_t pv_udiv64(uint64_t n, uint64_t d, uint64_t *remainder);

/* v << n and v >> n for 0 <= n < 64, in words of 32 bits: of plain ones Clang makes calls when it builds for size. */
static inline uint64_t
pv_shl64_words(uint64_t v, unsigned n)
{
	uint32_t low = (uint32_t)v, high = (uint32_t)(v >> 32);

	if (n >= 32)
		return (uint64_t)(low << (n - 32)) << 32;
	/* Two steps, because a shift by 32 - 0 is undefined. */
	return (uint64_t)(high << n | low >> 1 >> (31 - n)) << 32 | (low << n);
}

static inline uint64_t
pv_shr64_words(uint64_t v, unsigned n)
{
	uint32_t low = (uint32_t)v, high = (uint32_t)(v >> 32);

	if (n >= 32)
		return high >> (n - 32);
	return (uint64_t)(high >> n) << 32 | (low >> n | high << 1 << (31 - n));
}

static inline uint64_t
pv_shl64(uint64_t v, unsigned n)
{
	return sizeof(uintptr_t) == 8 ? v << n : pv_shl64_words(v, n);
}

static inline uint64_t
pv_shr64(uint64_t v, unsigned n)
{
	return sizeof(uintptr_t) == 8 ? v >> n : pv_shr64_words(v, n);
}

/* (v * mult) >> shift with a 96-bit product; shift 0..32; the result must fit 64 bits. */
static inline uint64_t
pv_scale64(uint64_t v, uint32_t mult, unsigned shift)
{
	uint64_t low = (v & 0xffffffffu) * mult;
	uint64_t high = (v >> 32) * mult;

	/* low and high overlap by 32 bits: add them where they do. */
	if (shift == 32)
		return high + (low >> 32);
	return pv_shl64(high, 32 - shift) + pv_shr64(low, shift);
}

/* v times a ratio of 32 bits before and 32 behind the point; the result must fit 64 bits. */
static inline uint64_t
pv_scale_ratio(uint64_t v, uint64_t ratio)
{
	uint32_t whole = (uint32_t)(ratio >> 32), part = (uint32_t)ratio;

	return v * whole + (v >> 32) * part + ((v & 0xffffffffu) * part >> 32);
}

/* Find mult and shift (<= 32) so that (v * mult) >> shift turns `from` Hz into `to` Hz units. */
void pv_scale_make(uint64_t from_hz, uint64_t to_hz, uint32_t *mult, unsigned *shift);

#endif
