/*
 * 64-bit division and scaling without the compiler's support library, against the
 * host's own arithmetic.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <check.h>
#include <stdlib.h>

#include "../../hooks/arith.h"
#include "run.h"

static uint64_t state = 88172645463325252ull;

static uint64_t
next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

START_TEST(division_at_the_edges)
{
	static const uint64_t edges[] = {
		0, 1, 2, 3, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x7fffffffffffffff,
		0x8000000000000000, 0x8000000000000001, 0xfffffffffffffffe, 0xffffffffffffffff
	};
	uint64_t rest;

	for (unsigned i = 0; i < sizeof(edges) / 8; i++) {
		for (unsigned k = 1; k < sizeof(edges) / 8; k++) {
			ck_assert_uint_eq(pv_udiv64(edges[i], edges[k], &rest), edges[i] / edges[k]);
			ck_assert_uint_eq(rest, edges[i] % edges[k]);
		}
	}
	ck_assert_uint_eq(pv_udiv64(100, 7, NULL), 14);
}
END_TEST

START_TEST(division_of_anything)
{
	for (unsigned i = 0; i < 100000; i++) {
		uint64_t n = next() >> (next() & 63), d = next() >> (next() & 63), rest;

		if (d == 0)
			continue;
		ck_assert_uint_eq(pv_udiv64(n, d, &rest), n / d);
		ck_assert_uint_eq(rest, n % d);
	}
}
END_TEST

START_TEST(shifts_in_words)
{
	for (unsigned n = 0; n < 64; n++) {
		for (unsigned i = 0; i < 1000; i++) {
			uint64_t v = next();

			ck_assert_uint_eq(pv_shl64_words(v, n), v << n);
			ck_assert_uint_eq(pv_shr64_words(v, n), v >> n);
			ck_assert_uint_eq(pv_shl64(v, n), v << n);
			ck_assert_uint_eq(pv_shr64(v, n), v >> n);
		}
	}
}
END_TEST

START_TEST(scale_is_exact)
{
	for (unsigned i = 0; i < 100000; i++) {
		uint64_t v = next() >> (next() & 31);
		uint32_t mult = (uint32_t)next();
		unsigned shift = next() % 33;
		unsigned __int128 right = (unsigned __int128)v * mult >> shift;

		if (right >> 64 == 0)
			ck_assert_uint_eq(pv_scale64(v, mult, shift), (uint64_t)right);
	}
}
END_TEST

/* Rates of real counters. With a multiplier of 31 bits or more the error is below 2^-31, half of 1e-9. */
START_TEST(scale_of_rates)
{
	static const uint64_t rates[] = {
		32768, 1193182, 3579545, 14318180, 24000000, 62500000, 100000000, 999999999, 1000000000,
		1000000001, 1593000000, 2400000000, 2994373000, 3999999999, 4294967296, 5700000000
	};
	uint32_t mult;
	unsigned shift;

	for (unsigned i = 0; i < sizeof(rates) / 8; i++) {
		pv_scale_make(rates[i], 1000000000, &mult, &shift);
		ck_assert_uint_le(shift, 32);
		/* An hour of it, in nanoseconds. */
		uint64_t got = pv_scale64(rates[i] * 3600, mult, shift), right = 3600000000000ull;
		uint64_t error = got > right ? got - right : right - got;

		ck_assert_msg(error <= 3600, "%llu Hz: off by %llu ns in an hour",
		    (unsigned long long)rates[i], (unsigned long long)error);
		ck_assert(shift == 32 || mult >= 0x80000000u);
	}
}
END_TEST

START_TEST(scale_out_of_reach_saturates)
{
	uint32_t mult;
	unsigned shift;

	pv_scale_make(1, UINT64_MAX, &mult, &shift);
	ck_assert_uint_eq(mult, 0xffffffffu);
	ck_assert_uint_eq(shift, 0);
	pv_scale_make(UINT64_MAX, 1, &mult, &shift);
	ck_assert_uint_eq(mult, 0);
	ck_assert_uint_eq(shift, 32);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("arith");
	TCase *t = tcase_create("arith");

	suite_add_tcase(s, t);
	tcase_add_test(t, division_at_the_edges);
	tcase_add_test(t, division_of_anything);
	tcase_add_test(t, shifts_in_words);
	tcase_add_test(t, scale_is_exact);
	tcase_add_test(t, scale_of_rates);
	tcase_add_test(t, scale_out_of_reach_saturates);
	return s;
}

int
main(void)
{
	return run_all(srunner_create(suite()));
}
