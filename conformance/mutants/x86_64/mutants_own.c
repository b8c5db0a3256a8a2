/*
 * Wrong variants of what only x86_64 has.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../mutants.h"

typedef pv_status (*ist_fn)(unsigned n, uintptr_t top);

void mutant_nothing(void);

static pv_status
ist_counts_from_zero(unsigned n, uintptr_t top)
{
	return RIGHT(ist_fn)(n + 1, top);
}

static pv_status
ist_is_off(unsigned n, uintptr_t top)
{
	return RIGHT(ist_fn)(n, top - 16);
}

static pv_status
ist_takes_nonsense(unsigned n, uintptr_t top)
{
	return n < 1 || n > 7 ? PV_OK : RIGHT(ist_fn)(n, top);
}

const struct mutant mutants_own[] = {
	MUTANT_FATAL("isa.swapgs", "does nothing", mutant_nothing),
	MUTANT_FATAL("isa.ist_set", "counts from zero", ist_counts_from_zero),
	MUTANT("isa.ist_set", "is off", ist_is_off),
	MUTANT("isa.ist_set", "takes nonsense", ist_takes_nonsense),
	{ 0 }
};
