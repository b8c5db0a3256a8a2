/*
 * Wrong variants of what only i386 has.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../mutants.h"

static pv_status
idt_drops_second_half(void *table, unsigned vector, uint64_t low, uint64_t high)
{
	(void)high;
	return RIGHT(pv_status (*)(void *, unsigned, uint64_t, uint64_t))(table, vector, low, 0);
}

const struct mutant mutants_own[] = {
	MUTANT("isa.idt_write", "drops the second half", idt_drops_second_half),
	{ 0 }
};
