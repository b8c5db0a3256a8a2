/*
 * Wrong x86 register and control ops.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../mutants.h"

static void
cpuid_no_subleaf(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	(void)subleaf;
	RIGHT(void (*)(uint32_t, uint32_t, uint32_t *))(leaf, 1, out);
	out[2] ^= 1;
}

static uintptr_t
read_zero(void)
{
	return 0;
}

static pv_status
write_ok(uintptr_t value)
{
	(void)value;
	return PV_OK;
}

static void
write_nothing(uintptr_t value)
{
	(void)value;
}

static pv_status
read64_zero(uint64_t *value)
{
	*value = 0;
	return PV_OK;
}

static pv_status
write64_ok(uint64_t value)
{
	(void)value;
	return PV_OK;
}

static pv_status
dr_read_zero(unsigned n, uintptr_t *value)
{
	(void)n;
	*value = 0;
	return PV_OK;
}

static pv_status
dr_write_next(unsigned n, uintptr_t value)
{
	return RIGHT(pv_status (*)(unsigned, uintptr_t))(n < 3 ? n + 1 : n, value);
}

static pv_status
msr_read_low(uint32_t nr, uint64_t *value)
{
	pv_status s = RIGHT(pv_status (*)(uint32_t, uint64_t *))(nr, value);

	*value &= 0xffffffff;
	return s;
}

static pv_status
msr_write_ok(uint32_t nr, uint64_t value)
{
	(void)nr;
	(void)value;
	return PV_OK;
}

static pv_status
rdpmc_inval(uint32_t counter, uint64_t *value)
{
	(void)counter;
	(void)value;
	return PV_E_INVAL;
}

static void
wbinvd_loses(void)
{
	extern volatile uint32_t suite_probe_word;

	suite_probe_word = 0;
}

static void
base_set_user_off(unsigned which, uintptr_t base)
{
	RIGHT(void (*)(unsigned, uintptr_t))(which, which == 2 ? base + 16 : base);
}

static uintptr_t
base_get_zero(unsigned which)
{
	(void)which;
	return 0;
}

const struct mutant mutants_isa[] = {
	MUTANT_FATAL("isa.cpuid", "ignores the subleaf", cpuid_no_subleaf),
	MUTANT("isa.cr0_read", "reads zero", read_zero),
	MUTANT("isa.cr0_write", "does nothing and says ok", write_ok),
	MUTANT("isa.cr2_write", "does nothing", write_nothing),
	MUTANT("isa.cr4_read", "reads zero", read_zero),
	MUTANT("isa.cr4_write", "does nothing and says ok", write_ok),
	MUTANT("isa.xcr0_read", "reads zero and says ok", read64_zero),
	MUTANT("isa.xcr0_write", "says ok", write64_ok),
	MUTANT("isa.dr_read", "reads zero and says ok", dr_read_zero),
	MUTANT("isa.dr_write", "writes the next register", dr_write_next),
	MUTANT("isa.msr_read", "drops the high half", msr_read_low),
	MUTANT("isa.msr_write", "does nothing and says ok", msr_write_ok),
	MUTANT("isa.rdpmc", "gives another status", rdpmc_inval),
	MUTANT("isa.wbinvd", "loses memory", wbinvd_loses),
	MUTANT("isa.base_set", "is off", base_set_user_off),
	MUTANT("isa.base_get", "reads zero", base_get_zero),
	{ 0 }
};
