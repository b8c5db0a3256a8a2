/*
 * On a VMI ROM: calls that it does not do, while the kernel runs. No call of the
 * interface has a status; where one can tell that nothing was done, by what a register
 * holds, the op's status and the record say so. All is as before, and the next call
 * works.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include "../capture.h"
#include "../timer_world.h"
#include "rom_ask.h"

/* What our ROM makes of GetRelocationInfo: conformance/firmware/vmirom/README, word refuse=. */
#define REFUSE		0x52460000u

#define SET_CR0		15u
#define SET_CR4		18u
#define SET_DR		24u
#define CANCEL_ALARM	69u

/* The next call of that number is not done. False: the ROM has no such call. */
static bool
refuse(unsigned call, const char *name)
{
	uintptr_t entry, size, rom = rom_find(&size);

	if (rom == 0 || rom_ask(rom, call, &entry) != ROM_CALL)
		return false;
	pv_printf("# vmi-complaint refused %s \\d+$\n", name);
	(void)rom_ask(rom, REFUSE | 1u << 8 | call, &entry);
	return true;
}

static void
forget(void)
{
	struct pv_refusal r;

	while (pv_refusal_get(&r))
		continue;
}

/* The record of this call, with these arguments. */
static void
check_record(const char *op, const char *call, uint32_t first, uint32_t second, int nr_args)
{
	struct pv_refusal r;

	CHECK(pv_refusal_get(&r));
	CHECK(suite_text_is(r.op, op));
	CHECK(suite_text_is(r.call, call));
	CHECK_EQ(r.nr_args, nr_args);
	CHECK_EQ(r.arg[0], first);
	CHECK_EQ(r.arg[1], second);
}

struct control_register {
	unsigned call;
	const char *name, *op;
	uintptr_t (*read)(void);
	pv_status (*write)(uintptr_t value);
	uintptr_t bit;			/* that may change for a moment */
};

static void
control_register(const struct control_register *c)
{
	uintptr_t was = c->read(), value = was ^ c->bit;

	forget();
	if (!refuse(c->call, c->name))
		return;
	CHECK_STATUS(c->write(value), PV_E_REFUSED);
	CHECK_EQ(c->read(), was);
	check_record(c->op, c->name, (uint32_t)value, 0, 1);
	CHECK_OK(c->write(value));
	CHECK_OK(c->write(was));
	CHECK_EQ(c->read(), was);
}

static void
control_register_0(void)
{
	static const struct control_register cr0 = {
		SET_CR0, "SetCR0", "isa.cr0_write", pv_cr0_read, pv_cr0_write, PV_CR0_AM
	};

	control_register(&cr0);
}

static void
control_register_4(void)
{
	static const struct control_register cr4 = {
		SET_CR4, "SetCR4", "isa.cr4_write", pv_cr4_read, pv_cr4_write, PV_CR4_DE
	};

	control_register(&cr4);
}

/* Nothing is watched by any of these. */
static void
debug_registers(void)
{
	static const struct {
		unsigned n;
		uint32_t value;
	} writes[] = { { 0, 0x12345678 }, { 3, 0x87654321 }, { 6, 0x8 }, { 7, 0x10000 } };

	for (unsigned i = 0; i < sizeof(writes) / sizeof(writes[0]); i++) {
		unsigned n = writes[i].n;
		uint32_t value = writes[i].value;
		uintptr_t was, now;

		CHECK_OK(pv_dr_read(n, &was));
		forget();
		if (!refuse(SET_DR, "SetDR"))
			return;
		CHECK_STATUS(pv_dr_write(n, was ^ value), PV_E_REFUSED);
		CHECK_OK(pv_dr_read(n, &now));
		CHECK_EQ(now, was);
		check_record("isa.dr_write", "SetDR", n, (uint32_t)was ^ value, 2);
		CHECK_OK(pv_dr_write(n, was ^ value));
		CHECK_OK(pv_dr_read(n, &now));
		CHECK_OK(pv_dr_write(n, was));
		CHECK_EQ(now, was ^ value);
	}
}

/* It comes all the same, and nobody takes it for something else. */
static void
alarm_that_stays(void)
{
	pv_irq_state gate = pv_irq_save();
	bool unset;
	pv_status s;

	timers_fresh();
	s = timer_real(0, pv_time_ns() + 20 * MS, 0);
	(void)refuse(CANCEL_ALARM, "CancelAlarm");
	unset = pv_timer_cancel(&timers[0]);
	pv_irq_restore(gate);
	pv_delay_ns(50 * MS);
	CHECK_OK(s);
	CHECK(unset);
	CHECK_EQ(fired, 0);
	CHECK_OK(timer_real(0, pv_time_ns() + MS, 0));
	CHECK(suite_wait(&fired, 1));
	suite_settle();
	CHECK_EQ(fired, 1);
}

static const struct suite_case cases[] = {
	{ "control_register_0", control_register_0, "isa.cr0_write pv_refusal_get", CASE_ONCE, NULL },
	{ "control_register_4", control_register_4, "isa.cr4_write pv_refusal_get", CASE_ONCE, NULL },
	{ "debug_registers", debug_registers, "isa.dr_write pv_refusal_get", CASE_ONCE, NULL },
	{ "alarm_that_stays", alarm_that_stays, "time.alarm pv_timer_cancel", CASE_ONCE, NULL },
};
SUITE_WHERE(suite_refused_rom, "refused", cases, on_rom);
