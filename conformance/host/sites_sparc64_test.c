/*
 * The bytes that sparc64's patcher writes: a direct call as far as one reaches and no
 * farther, templates of each length, the call through the table. No image of 4 MiB has
 * an op out of reach; the kernel's own functions may be anywhere.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../hooks/sites.h"
#undef PV_SITE_LEAST
#define PV_SITE_LEAST	16u	/* <pv/sparc64/site.h>; the host has its own */
#include "../../hooks/sparc64/patch.c"
#include "cases.h"

#define HALF	(1ull << 31)	/* call disp30: so many bytes back, and all but one word of it forwards */

struct pv_ops pv_ops;

static uintptr_t site_at;
static const struct pv_site site = { .op = 8, .length = 16 };

uint8_t *
pv_site_address(const struct pv_site *s)
{
	(void)s;
	return (uint8_t *)site_at;
}

static uint32_t
word(const uint8_t *bytes, unsigned n)
{
	return (uint32_t)bytes[4 * n] << 24 | (uint32_t)bytes[4 * n + 1] << 16 | (uint32_t)bytes[4 * n + 2] << 8 |
	    bytes[4 * n + 3];
}

/* Where the call of a patched site leads; it must skip what is before it and have a NOP in its delay slot. */
static uintptr_t
called(const uint8_t *bytes)
{
	ck_assert_uint_eq(word(bytes, 0), 0x30680002);		/* ba,a,pt %xcc, . + 8 */
	ck_assert_uint_eq(word(bytes, 1), 0x01000000);
	ck_assert_uint_eq(word(bytes, 2) >> 30, 1);
	ck_assert_uint_eq(word(bytes, 3), 0x01000000);
	return site_at + 8 + (uintptr_t)(intptr_t)((int32_t)(word(bytes, 2) << 2));
}

START_TEST(a_call_reaches_2_gib_both_ways)
{
	static const int64_t near[] = { 0, 4, -4, 0x10000, -0x10000, (int64_t)HALF - 4, -(int64_t)HALF };
	static const int64_t far[] = { (int64_t)HALF, -(int64_t)HALF - 4, 1ll << 40, -(1ll << 40), 1ll << 62 };
	uint8_t bytes[PV_SITE_MOST], before[PV_SITE_MOST];

	site_at = 0x100000000000;
	for (unsigned i = 0; i < sizeof(near) / sizeof(near[0]); i++) {
		uintptr_t to = site_at + 8 + (uintptr_t)near[i];

		ck_assert(pv_isa_site_direct(&site, (pv_slot)to, bytes));
		ck_assert_uint_eq(called(bytes), to);
		ck_assert(pv_isa_site_is_direct(&site, bytes));
	}
	memset(before, 0x5a, sizeof(before));
	for (unsigned i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		memcpy(bytes, before, sizeof(bytes));
		ck_assert(!pv_isa_site_direct(&site, (pv_slot)(site_at + 8 + (uintptr_t)far[i]), bytes));
		ck_assert_mem_eq(bytes, before, sizeof(bytes));
	}
}
END_TEST

/* What a template leaves of the site is skipped by one branch, which lands behind the site, or is the one NOP. */
START_TEST(templates_of_each_length)
{
	struct pv_template t = { 0 };
	uint8_t bytes[PV_SITE_MOST];

	for (unsigned words = 1; words <= 4; words++) {
		t.size = (uint8_t)(4 * words);
		for (unsigned i = 0; i < sizeof(t.bytes); i++)
			t.bytes[i] = (uint8_t)(0xe0 + i);
		pv_isa_site_inline(&site, &t, bytes);
		ck_assert_mem_eq(bytes, t.bytes, t.size);
		for (unsigned i = words; i < 4; i++)
			ck_assert_uint_eq(word(bytes, i),
			    i == words && words < 3 ? 0x30680000 | (4 - words) : 0x01000000);
		ck_assert(!pv_isa_site_is_direct(&site, bytes));
	}
}
END_TEST

START_TEST(the_call_through_the_table)
{
	uintptr_t slot = (uintptr_t)&pv_ops + site.op;
	uint8_t bytes[PV_SITE_MOST];

	pv_isa_site_table(&site, bytes);
	ck_assert_uint_eq(word(bytes, 0), 0x03000000 | (slot >> 10 & 0x3fffff));
	ck_assert_uint_eq(word(bytes, 1), 0xc2586000 | (slot & 0x3ff));
	ck_assert_uint_eq(word(bytes, 2), 0x9fc04000);
	ck_assert_uint_eq(word(bytes, 3), 0x01000000);
	ck_assert(!pv_isa_site_is_direct(&site, bytes));
}
END_TEST

int
main(void)
{
	const struct host_case cases[] = {
		{ a_call_reaches_2_gib_both_ways, 0 }, { templates_of_each_length, 0 },
		{ the_call_through_the_table, 0 },
	};

	return RUN_CASES("sites_sparc64", NULL, cases);
}
