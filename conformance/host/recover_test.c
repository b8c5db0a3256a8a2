/*
 * Finding where to go on after a fault, in a table of this program's own.
 * Sources: hooks/recover.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "cases.h"

/* Places that may fault and places to go on: behind, before, far apart; one record for each. */
__asm__(".text\n"
    "host_fix_1:\n\tnop\n"
    "host_at_1:\n\tnop\n"
    "host_at_2:\n\tnop\n"
    "host_fix_2:\n\tnop\n"
    ".pushsection .data\n"
    "host_at_3:\n\t.quad 0\n"
    "host_fix_3:\n\t.quad 0\n"
    ".popsection\n"
    ".pushsection pv_extable, \"ao\", @progbits, host_at_1\n\t.balign 4\n"
    "\t.long host_at_1 - ., host_fix_1 - .\n"
    "\t.long host_at_2 - ., host_fix_2 - .\n"
    "\t.long host_at_3 - ., host_fix_3 - .\n"
    ".popsection\n");
extern const char host_at_1[], host_at_2[], host_at_3[], host_fix_1[], host_fix_2[], host_fix_3[];

static void
start(void)
{
}

START_TEST(each_record_is_found)
{
	ck_assert_uint_eq(pv_trap_recover((uintptr_t)host_at_1), (uintptr_t)host_fix_1);
	ck_assert_uint_eq(pv_trap_recover((uintptr_t)host_at_2), (uintptr_t)host_fix_2);
	ck_assert_uint_eq(pv_trap_recover((uintptr_t)host_at_3), (uintptr_t)host_fix_3);
}
END_TEST

/* The very instruction only: not the bytes around it, not where another one goes on. */
START_TEST(nothing_else_is)
{
	ck_assert_uint_eq(pv_trap_recover((uintptr_t)host_at_1 - 1), 0);
	ck_assert_uint_eq(pv_trap_recover((uintptr_t)host_at_2 + 1), 0);
	ck_assert_uint_eq(pv_trap_recover((uintptr_t)host_at_3 + 1), 0);
	ck_assert_uint_eq(pv_trap_recover((uintptr_t)host_fix_1), 0);
	ck_assert_uint_eq(pv_trap_recover(0), 0);
	ck_assert_uint_eq(pv_trap_recover(~(uintptr_t)0), 0);
	/* 32 bits of distance do not wrap around to another place. */
	ck_assert_uint_eq(pv_trap_recover((uintptr_t)host_at_1 + (1ul << 32)), 0);
	ck_assert_uint_eq(pv_trap_recover((uintptr_t)host_at_1 - (1ul << 32)), 0);
}
END_TEST

int
main(void)
{
	const struct host_case cases[] = { { each_record_is_found, 0 }, { nothing_else_is, 0 } };

	return RUN_CASES("recover", start, cases);
}
