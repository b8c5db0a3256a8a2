/*
 * Wrong CPU and user-mode ops.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/user.h>
#include "mutants.h"

static void
idle_returns_closed(void)
{
}

static void
identify_other_family(struct pv_cpu_id *out)
{
	RIGHT(void (*)(struct pv_cpu_id *))(out);
	out->vendor[0] ^= 1;
	out->family = 0;
}

static void
code_sync_opens(const void *start, size_t size)
{
	RIGHT(void (*)(const void *, size_t))(start, size);
	pv_irq_enable();
}

static void
opens_gate(void)
{
	RIGHT(void (*)(void))();
	pv_irq_enable();
}

static void
word_ignored(uintptr_t word)
{
	(void)word;
}

static void
tls_off(uintptr_t base)
{
	RIGHT(void (*)(uintptr_t))(base + 16);
}

static void
fpu_inverted(bool owned)
{
	RIGHT(void (*)(bool))(!owned);
}

static pv_status
user_init_nothing(void)
{
	return PV_OK;
}

static void
enter_one_off(struct pv_uframe *f)
{
	pv_uframe_set_sp(f, pv_uframe_sp(f) - 16);
	pv_uframe_set_pc(f, pv_uframe_pc(f) + 1);
	RIGHT(void (*)(struct pv_uframe *))(f);
}

static const char *
ways_none(void)
{
	return "";
}

const struct mutant mutants_cpu[] = {
	MUTANT_FATAL("cpu.idle", "does nothing", idle_returns_closed),
	MUTANT("cpu.identify", "names another CPU", identify_other_family),
	MUTANT_FATAL("cpu.code_sync", "opens the gate", code_sync_opens),
	MUTANT("cpu.switch_begin", "opens the gate", opens_gate),
	MUTANT("cpu.switch_kernel_sp", "does nothing", word_ignored),
	MUTANT("cpu.switch_tls", "is off", tls_off),
	MUTANT("cpu.switch_fpu", "is inverted", fpu_inverted),
	MUTANT("cpu.switch_end", "opens the gate", opens_gate),
	MUTANT_FATAL("user.init", "does nothing", user_init_nothing),
	MUTANT_FATAL("user.enter", "is one off", enter_one_off),
	MUTANT("user.ways", "names none", ways_none),
	{ 0 }
};
