/*
 * What Xen writes about time, read from made-up memory: torn, never finished, absurd; and
 * the arithmetic against one of 128 bits.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pthread.h>

#include <pv/time.h>
#include "../../backends/xen/clock.h"
#include "cases.h"

static struct xen_vcpu_time shared;
static struct pv_xen_clock clock_now;

static void
start(void)
{
	shared = (struct xen_vcpu_time){ .version = 2, .tsc = 1000, .system_time = 5000, .mul = 0x80000000u,
	    .shift = 1 };
	memset(&clock_now, 0xa5, sizeof(clock_now));
}

START_TEST(what_is_written_is_read)
{
	shared.flags = XEN_PVCLOCK_TSC_STABLE_BIT;
	ck_assert(pv_xen_clock_read(&shared, &clock_now));
	ck_assert_uint_eq(clock_now.tsc, 1000);
	ck_assert_uint_eq(clock_now.ns, 5000);
	ck_assert_uint_eq(clock_now.mul, 0x80000000u);
	ck_assert_int_eq(clock_now.shift, 1);
	ck_assert(clock_now.stable);
	shared.flags = XEN_PVCLOCK_GUEST_STOPPED;
	ck_assert(pv_xen_clock_read(&shared, &clock_now));
	ck_assert(!clock_now.stable);
}
END_TEST

/* Somebody who began to write and never ended: an answer all the same, and nothing of it is used. */
START_TEST(odd_for_ever_is_given_up)
{
	struct pv_xen_clock before = clock_now;

	shared.version = 3;
	ck_assert(!pv_xen_clock_read(&shared, &clock_now));
	ck_assert_int_eq(memcmp(&before, &clock_now, sizeof(before)), 0);
}
END_TEST

static const struct {
	uint32_t mul;
	int shift;
	bool good;
} scales[] = {
	{ 0x80000000u, 0, true }, { 0xffffffffu, 0, true }, { 0xffffffffu, 9, true }, { 0x80000000u, -5, true },
	{ 1u << 25, 0, true }, { 1, 25, true },
	{ 0, 0, false }, { 0, 31, false }, { 1, 0, false }, { (1u << 25) - 1, 0, false }, { 0x80000000u, -7, false },
	{ 0xffffffffu, 10, false }, { 0xffffffffu, 31, false }, { 0x80000000u, 32, false }, { 0x80000000u, -32, false },
	{ 0x80000000u, 127, false }, { 0x80000000u, -128, false }, { 1, 63, false },
};

START_TEST(absurd_scales_are_refused)
{
	struct pv_xen_clock before = clock_now;

	shared.mul = scales[_i].mul;
	shared.shift = (int8_t)scales[_i].shift;
	ck_assert_int_eq(pv_xen_clock_read(&shared, &clock_now), scales[_i].good);
	if (!scales[_i].good)
		ck_assert_int_eq(memcmp(&before, &clock_now, sizeof(before)), 0);
}
END_TEST

/* Whatever the bytes are: what is taken is plausible, and its rate is one of a machine. */
START_TEST(any_bytes)
{
	unsigned taken = 0;

	for (unsigned i = 0; i < 200000; i++) {
		uint8_t *byte = (uint8_t *)&shared;
		uint64_t hz;

		for (unsigned j = 0; j < sizeof(shared); j++)
			byte[j] = (uint8_t)draw();
		shared.version &= ~1u;
		if (i % 2 != 0)
			shared.shift = (int8_t)(draw_below(20) - 10u);
		if (!pv_xen_clock_read(&shared, &clock_now))
			continue;
		taken++;
		hz = pv_xen_clock_hz(&clock_now);
		ck_assert_uint_ge(hz, 999000);
		ck_assert_uint_le(hz, 140000000000ull);
		(void)pv_xen_clock_ns(&clock_now, draw());
	}
	ck_assert_uint_gt(taken, 1000);
}
END_TEST

/* Xen: xen.h: ns = system_time + ((((tsc - tsc_timestamp) << shift) * mul) >> 32). */
START_TEST(formula_in_128_bits)
{
	for (unsigned i = 0; i < 200000; i++) {
		struct pv_xen_clock c = { .tsc = draw(), .ns = draw() >> 4, .mul = (uint32_t)draw() | 1u << 31,
		    .shift = (int)draw_below(9) - 4 };
		uint64_t passed = draw() >> (12 + draw_below(50)), shifted;
		unsigned __int128 wanted;

		shifted = c.shift >= 0 ? passed << c.shift : passed >> -c.shift;
		wanted = c.ns + (((unsigned __int128)shifted * c.mul) >> 32);
		ck_assert_uint_eq(pv_xen_clock_ns(&c, c.tsc + passed), (uint64_t)wanted);
	}
}
END_TEST

/* A counter behind Xen's reading: the time of the reading, not five hundred years later. */
START_TEST(counter_behind)
{
	ck_assert(pv_xen_clock_read(&shared, &clock_now));
	ck_assert_uint_eq(pv_xen_clock_ns(&clock_now, 999), 5000);
	ck_assert_uint_eq(pv_xen_clock_ns(&clock_now, 0), 5000);
	ck_assert_uint_eq(pv_xen_clock_ns(&clock_now, 1000), 5000);
	ck_assert_uint_eq(pv_xen_clock_ns(&clock_now, 1001), 5001);
}
END_TEST

START_TEST(rates)
{
	shared.mul = 0x80000000u;
	shared.shift = 0;
	ck_assert(pv_xen_clock_read(&shared, &clock_now));
	ck_assert_uint_eq(pv_xen_clock_hz(&clock_now), 2000000000);
	shared.shift = 1;
	ck_assert(pv_xen_clock_read(&shared, &clock_now));
	ck_assert_uint_eq(pv_xen_clock_hz(&clock_now), 1000000000);
	shared.shift = -1;
	ck_assert(pv_xen_clock_read(&shared, &clock_now));
	ck_assert_uint_eq(pv_xen_clock_hz(&clock_now), 4000000000ull);
}
END_TEST

/* -- a writer that follows the protocol, all the time --------------------------------------- */

static volatile bool stop;

/* All members follow from one number. */
static void *
writer(void *arg)
{
	(void)arg;
	for (uint32_t n = 1; !stop; n++) {
		__atomic_store_n(&shared.version, shared.version + 1, __ATOMIC_SEQ_CST);
		__atomic_store_n(&shared.tsc, 7ull * n, __ATOMIC_SEQ_CST);
		__atomic_store_n(&shared.system_time, 11ull * n, __ATOMIC_SEQ_CST);
		__atomic_store_n(&shared.mul, 0x80000000u + n % 0x40000000u, __ATOMIC_SEQ_CST);
		__atomic_store_n(&shared.version, shared.version + 1, __ATOMIC_SEQ_CST);
		for (unsigned i = draw_below(50); i != 0; i--)
			PV_COMPILER_BARRIER();
	}
	return NULL;
}

START_TEST(torn_reads_are_not_seen)
{
	pthread_t thread;
	unsigned seen = 0;

	shared.tsc = 7;
	shared.system_time = 11;
	shared.mul = 0x80000001u;
	stop = false;
	ck_assert_int_eq(pthread_create(&thread, NULL, writer, NULL), 0);
	for (unsigned i = 0; i < 2000000; i++) {
		uint64_t n;

		if (!pv_xen_clock_read(&shared, &clock_now))
			continue;
		seen++;
		n = clock_now.tsc / 7;
		ck_assert_uint_eq(clock_now.tsc, 7 * n);
		ck_assert_uint_eq(clock_now.ns, 11 * n);
		ck_assert_uint_eq(clock_now.mul, 0x80000000u + (uint32_t)n % 0x40000000u);
	}
	stop = true;
	pthread_join(thread, NULL);
	ck_assert_uint_gt(seen, 1000);
}
END_TEST

/* -- run states, wall clock ------------------------------------------------------------------- */

START_TEST(stolen_is_waiting_and_away)
{
	struct xen_runstate_info r = { .entry_time = 77, .time = { 1000, 20, 3000, 4 } };
	uint64_t ns = 1;

	ck_assert(pv_xen_clock_stolen(&r, &ns));
	ck_assert_uint_eq(ns, 24);
	r.entry_time |= XEN_RUNSTATE_UPDATE;
	ns = 1;
	ck_assert(!pv_xen_clock_stolen(&r, &ns));
	ck_assert_uint_eq(ns, 1);
}
END_TEST

START_TEST(wall_clock)
{
	static struct xen_shared_info s;
	uint64_t ns = 1;

	s.wc_version = 4;
	s.wc_sec = 1700000000;
	s.wc_nsec = 999999999;
	ck_assert(pv_xen_clock_wall(&s, &ns));
	ck_assert_uint_eq(ns, 1700000000999999999ull);
	s.wc_sec_hi = 1;
	ck_assert(pv_xen_clock_wall(&s, &ns));
	ck_assert_uint_eq(ns, (1700000000ull + (1ull << 32)) * PV_NS_PER_SEC + 999999999);
	ns = 1;
	s.wc_nsec = 1000000000;
	ck_assert(!pv_xen_clock_wall(&s, &ns));
	s.wc_nsec = 0;
	s.wc_sec_hi = 4;
	ck_assert(!pv_xen_clock_wall(&s, &ns));
	s.wc_sec_hi = 0xffffffffu;
	ck_assert(!pv_xen_clock_wall(&s, &ns));
	s.wc_sec_hi = 0;
	s.wc_version = 5;
	ck_assert(!pv_xen_clock_wall(&s, &ns));
	ck_assert_uint_eq(ns, 1);
}
END_TEST

int
main(void)
{
	const struct host_case cases[] = {
		{ what_is_written_is_read, 0 }, { odd_for_ever_is_given_up, 0 },
		{ absurd_scales_are_refused, sizeof(scales) / sizeof(scales[0]) }, { any_bytes, 0 },
		{ formula_in_128_bits, 0 }, { counter_behind, 0 }, { rates, 0 }, { torn_reads_are_not_seen, 0 },
		{ stolen_is_waiting_and_away, 0 }, { wall_clock, 0 },
	};

	return RUN_CASES("xen_clock", start, cases);
}
