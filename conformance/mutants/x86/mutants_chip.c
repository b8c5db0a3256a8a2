/*
 * Wrong clocks and controllers of a PC: what takes its chips to go wrong.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../../backends/native/x86/native.h"
#include "../mutants.h"

#define RTC_INDEX	0x70
#define RTC_DATA	0x71
#define TIMER_MASKED	0x10000u
#define TPR_ALL		0xffu

/* -- CPU -- */

/* What comes between the two instructions is over when the second begins to wait for it. */
static void
idle_loses(void)
{
	__asm__ volatile("sti; nop; hlt" ::: "memory");
}

static void
idle_closes(void)
{
	__asm__ volatile("sti; hlt; cli" ::: "memory");
}

/* -- clock -- */

static void
chip_copy(uint8_t value[10], bool back)
{
	for (unsigned reg = 0; reg < 10; reg++) {
		pv_native_outb(RTC_INDEX, (uint8_t)reg);
		if (back)
			pv_native_outb(RTC_DATA, value[reg]);
		else
			value[reg] = pv_native_inb(RTC_DATA);
	}
}

static pv_status
wall_set_not_chip(uint64_t ns)
{
	uint8_t value[10];
	pv_status s;

	chip_copy(value, false);
	s = RIGHT(pv_status (*)(uint64_t))(ns);
	chip_copy(value, true);
	return s;
}

static pv_status
init_masked(void)
{
	pv_status s = RIGHT(pv_status (*)(void))();

	pv_native_lapic_write(PV_LAPIC_LVT_TIMER, TIMER_MASKED | PV_VECTOR_TIMER);
	return s;
}

static pv_status
init_other_divider(void)
{
	pv_status s = RIGHT(pv_status (*)(void))();

	pv_native_lapic_write(PV_LAPIC_TIMER_DIVIDE, 0x0a);	/* by 128 */
	return s;
}

/* -- controller -- */

static pv_status
lines_blocked(void)
{
	pv_status s = RIGHT(pv_status (*)(void))();

	pv_native_lapic_write(PV_LAPIC_TPR, TPR_ALL);
	return s;
}

const struct mutant mutants_chip[] = {
	MUTANT("cpu.idle", "loses a wake-up", idle_loses),
	MUTANT_FATAL("cpu.idle", "returns with the gate closed", idle_closes),
	MUTANT("time.wall_set", "forgets the chip", wall_set_not_chip),
	MUTANT("time.init", "leaves the timer masked", init_masked),
	MUTANT("time.init", "sets another divider", init_other_divider),
	MUTANT("line.init", "blocks all", lines_blocked),
	{ 0 }
};
