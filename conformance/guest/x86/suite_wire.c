/*
 * Interrupt lines with a PCI device at the other end: level-triggered, shared,
 * stormy; and by message.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include "../capture.h"
#include "../line_world.h"
#include "../suites.h"
#include "device.h"

#define STORM	1000u		/* <pv/irq.h>: unclaimed so often in a row */

static unsigned quiet_at;	/* the call of the line that quiets the device */

static enum pv_line_result
quiet(struct pv_line *line)
{
	if (line->count >= quiet_at)
		device_quiet();
	return PV_LINE_MINE;
}

/*
 * A level that went away while its line was masked comes once more: a layer below that passes a
 * device's level on, as Xen does to a PVH first domain, keeps it until its interrupt was ended.
 */
static unsigned
kept(void)
{
	return pv_has(PV_CAP_PARAVIRT) && suite_text_has(pv_line_controller(), "ioapic");
}

static void
take_what_was_kept(void)
{
	quiet_at = 1;
	if (kept() == 0 || line_source(0, device_source(), PV_LINE_AS_WIRED | PV_LINE_SHARED) != PV_OK)
		return;
	line_action = quiet;
	suite_settle();
	lines_fresh();
}

/* A device, quiet, nothing bound. False: the case has said that there is none. */
static bool
begin(void)
{
	lines_fresh();
	if (!pv_has(PV_CAP_PORTS) || !device_find()) {
		suite_skip("no PCI device that interrupts on command: add -device edu");
		return false;
	}
	device_by_line();
	device_quiet();
	take_what_was_kept();
	line_action = quiet;
	quiet_at = 1;
	return true;
}

static void
end(void)
{
	device_quiet();
	device_by_line();
	lines_fresh();
}

/* Its line, as the firmware wired it: level-triggered, to be shared with other slots. */
static pv_status
bind(unsigned n)
{
	return line_source(n, device_source(), PV_LINE_AS_WIRED | PV_LINE_SHARED);
}

/* -- by line --------------------------------------------------------------------------- */

static void
level_is_served(void)
{
	if (!begin())
		return;
	CHECK_OK(bind(0));
	for (unsigned i = 1; i <= 5; i++) {
		device_raise();
		CHECK(suite_wait(&calls, i));
		suite_settle();
		CHECK_EQ(calls, i);
		CHECK(!line_notes[i - 1].open);
		CHECK(!line_notes[i - 1].nested);
		CHECK_EQ(line_notes[i - 1].level, 8);
	}
	end();
}

/* It interrupts until the device is quiet, after the handler returned, never inside it. */
static void
level_comes_until_quiet(void)
{
	if (!begin())
		return;
	CHECK_OK(bind(0));
	quiet_at = 4;
	device_raise();
	CHECK(suite_wait(&calls, 4));
	suite_settle();
	CHECK_EQ(calls, 4);
	for (unsigned i = 0; i < 4; i++)
		CHECK(!line_notes[i].nested);
	end();
}

static void
gate_holds_a_level(void)
{
	unsigned closed;

	if (!begin())
		return;
	CHECK_OK(bind(0));
	pv_irq_disable();
	device_raise();
	pv_delay_ns(PV_NS_PER_MS);
	closed = calls;
	pv_irq_enable();
	CHECK_EQ(closed, 0);
	CHECK(suite_wait(&calls, 1));
	end();
}

static void
masked_level_waits(void)
{
	if (!begin())
		return;
	CHECK_OK(bind(0));
	pv_line_mask(&lines[0]);
	pv_line_mask(&lines[0]);
	device_raise();
	suite_settle();
	CHECK_EQ(calls, 0);
	pv_line_unmask(&lines[0]);
	suite_settle();
	CHECK_EQ(calls, 0);
	pv_line_unmask(&lines[0]);
	CHECK(suite_wait(&calls, 1));
	suite_settle();
	CHECK_EQ(calls, 1);
	/* One that went away meanwhile is not delivered. */
	pv_line_mask(&lines[0]);
	device_raise();
	suite_settle();
	device_quiet();
	pv_line_unmask(&lines[0]);
	suite_settle();
	CHECK(calls <= 1 + kept());
	end();
}

static volatile unsigned interrupts;

static void
count_interrupt(void *context)
{
	(void)context;
	interrupts++;
}

/*
 * Interrupts of any kind that this CPU takes in 35 ms, handled or not, or once a device was raised. Of a level that
 * is not served QEMU brings ten thousand at once, and the next after 10 ms, or when the host lets it: those at once
 * count. A narrow clock is looked after twice.
 */
static unsigned
interrupts_with(void (*raise)(void))
{
	static struct pv_hooks before, counting;

	before = counting = *pv_hooks_get();
	counting.after_interrupt = count_interrupt;
	interrupts = 0;
	if (pv_hooks_set(&counting) != PV_OK)
		return ~0u;
	if (raise != NULL)
		raise();
	pv_delay_ns(35 * PV_NS_PER_MS);
	return pv_hooks_set(&before) == PV_OK ? interrupts : ~0u;
}

static enum pv_line_result
say_later(struct pv_line *line)
{
	(void)line;
	return PV_LINE_LATER;
}

/* Held back by the controller, not only by handlers that are not called. */
static void
masked_level_does_not_interrupt(void)
{
	unsigned masked, later;

	if (!begin())
		return;
	CHECK_OK(bind(0));
	line_action = say_later;
	pv_line_mask(&lines[0]);
	masked = interrupts_with(device_raise);
	pv_line_unmask(&lines[0]);
	CHECK(suite_wait(&calls, 1));
	later = interrupts_with(NULL);
	CHECK(masked < 3);
	CHECK(later < 3);
	end();
}

static void
level_waits_for_the_level(void)
{
	if (!begin())
		return;
	lines[0].level = 5;
	CHECK_OK(bind(0));
	(void)pv_irq_raise(5);
	device_raise();
	suite_settle();
	CHECK_EQ(calls, 0);
	pv_irq_lower(4);
	CHECK(suite_wait(&calls, 1));
	suite_settle();
	CHECK_EQ(calls, 1);
	CHECK_EQ(line_notes[0].level, 5);
	end();
}

/* The device goes on all the while; the line does not, until it is ended. */
static void
later_keeps_it_masked(void)
{
	unsigned once_more;

	if (!begin())
		return;
	CHECK_OK(bind(0));
	line_action = say_later;
	device_raise();
	CHECK(suite_wait(&calls, 1));
	suite_settle();
	CHECK_EQ(calls, 1);
	device_quiet();
	pv_line_end(&lines[0]);
	suite_settle();
	once_more = calls - 1;
	CHECK(once_more <= kept());
	if (once_more != 0)
		pv_line_end(&lines[0]);
	device_raise();
	CHECK(suite_wait(&calls, 2 + once_more));
	/* Ended too early: it comes once more. */
	pv_line_end(&lines[0]);
	CHECK(suite_wait(&calls, 3 + once_more));
	suite_settle();
	CHECK_EQ(calls, 3 + once_more);
	end();
}

static void
unbound_is_silent(void)
{
	uint64_t before;

	if (!begin())
		return;
	CHECK_OK(bind(0));
	CHECK_OK(pv_line_unbind(&lines[0]));
	before = pv_line_spurious();
	device_raise();
	suite_settle();
	CHECK_EQ(calls, 0);
	CHECK_EQ(pv_line_spurious(), before);
	/* Bound while it is raised: it comes at once. */
	CHECK_OK(bind(1));
	CHECK(suite_wait(&calls, 1));
	CHECK(line_notes[0].line == &lines[1]);
	end();
}

static void
routed_to_where_it_is(void)
{
	if (!begin())
		return;
	CHECK_OK(bind(0));
	CHECK_STATUS(pv_line_route(&lines[0], PV_MAX_CPUS - 1), PV_E_RANGE);
	CHECK_STATUS(pv_line_route(&lines[0], ~0u), PV_E_RANGE);
	CHECK_OK(pv_line_route(&lines[0], pv_cpu_nr()));
	device_raise();
	CHECK(suite_wait(&calls, 1));
	end();
}

/* -- shared ------------------------------------------------------------------------------ */

static enum pv_line_result
second_claims(struct pv_line *line)
{
	if (line != &lines[1])
		return PV_LINE_NOT_MINE;
	device_quiet();
	return PV_LINE_MINE;
}

static void
shared_asks_all(void)
{
	uint64_t before;

	if (!begin())
		return;
	for (unsigned i = 0; i < 3; i++)
		CHECK_OK(bind(i));
	line_action = second_claims;
	before = pv_line_spurious();
	device_raise();
	CHECK(suite_wait(&calls, 3));
	suite_settle();
	for (unsigned i = 0; i < 3; i++)
		CHECK_EQ(lines[i].count, 1);
	CHECK_EQ(pv_line_spurious(), before);
	/* Without the first, the others are asked as before. */
	CHECK_OK(pv_line_unbind(&lines[0]));
	device_raise();
	CHECK(suite_wait(&calls, 5));
	CHECK_EQ(lines[1].count, 2);
	CHECK_EQ(lines[2].count, 2);
	end();
}

static void
shared_masks_all(void)
{
	if (!begin())
		return;
	CHECK_OK(bind(0));
	CHECK_OK(bind(1));
	line_action = second_claims;
	pv_line_mask(&lines[0]);
	device_raise();
	suite_settle();
	CHECK_EQ(calls, 0);
	/* Its mask goes with the line. */
	CHECK_OK(pv_line_unbind(&lines[0]));
	CHECK(suite_wait(&calls, 1));
	CHECK(line_notes[0].line == &lines[1]);
	end();
}

/* Together at the lowest of their levels. */
static void
shared_waits_for_the_lowest(void)
{
	if (!begin())
		return;
	lines[0].level = 9;
	lines[1].level = 4;
	CHECK_OK(bind(0));
	CHECK_OK(bind(1));
	line_action = second_claims;
	(void)pv_irq_raise(5);
	device_raise();
	suite_settle();
	CHECK_EQ(calls, 0);
	pv_irq_lower(3);
	CHECK(suite_wait(&calls, 2));
	end();
}

static void
sharing_refuses(void)
{
	if (!begin())
		return;
	CHECK_OK(bind(0));
	CHECK_STATUS(line_source(1, device_source(), PV_LINE_AS_WIRED), PV_E_BUSY);
	CHECK_STATUS(line_source(1, device_source(), PV_LINE_SHARED | PV_LINE_EDGE), PV_E_BUSY);
	CHECK_OK(pv_line_unbind(&lines[0]));
	CHECK_OK(line_source(0, device_source(), PV_LINE_AS_WIRED));
	CHECK_STATUS(bind(1), PV_E_BUSY);
	lines[1].cpu = PV_MAX_CPUS;
	CHECK_OK(pv_line_unbind(&lines[0]));
	lines[1].source = device_source();
	lines[1].flags = PV_LINE_AS_WIRED;
	CHECK_STATUS(pv_line_bind(&lines[1]), PV_E_RANGE);
	lines[1].cpu = PV_MAX_CPUS - 1;
	CHECK_STATUS(pv_line_bind(&lines[1]), PV_E_RANGE);
	end();
}

/* -- storm --------------------------------------------------------------------------------- */

static enum pv_line_result
not_mine(struct pv_line *line)
{
	(void)line;
	return PV_LINE_NOT_MINE;
}

/* Nobody claims it and it does not stop: masked after a thousand, until somebody binds there. */
static void
storm_is_stopped(void)
{
	uint64_t before;

	if (!begin())
		return;
	CHECK_OK(bind(0));
	line_action = not_mine;
	before = pv_line_spurious();
	device_raise();
	/* In pieces: where a layer below has a part in each, a thousand take seconds. */
	for (unsigned n = STORM / 20; n <= STORM; n += STORM / 20)
		CHECK(suite_wait(&calls, n));
	suite_settle();
	CHECK_EQ(calls, STORM);
	CHECK_EQ(pv_line_spurious() - before, STORM);
	CHECK(interrupts_with(NULL) < 3);
	/* The rest of the machine goes on, and a driver that comes now gets it. */
	line_action = second_claims;
	CHECK_OK(bind(1));
	CHECK(suite_wait(&calls, STORM + 2));
	suite_settle();
	CHECK_EQ(lines[1].count, 1);
	end();
}

/* -- messages ---------------------------------------------------------------------------------- */

#define FEATURE_APIC	(1u << 9)

/* Bind two; false: the case has ended, because there are none: no local APIC, or not the kernel's. */
static bool
bind_messages(void)
{
	uint32_t cpuid[4];
	pv_status s;

	if (!begin())
		return false;
	pv_cpuid(1, 0, cpuid);
	s = line_source(0, PV_LINE_MSI, 0);
	if ((cpuid[3] & FEATURE_APIC) == 0 || (pv_has(PV_CAP_PARAVIRT) && s == PV_E_NOENT)) {
		if (s != PV_E_NOENT)
			suite_fail(__FILE__, __LINE__, "a message without local APIC: %s", pv_status_name(s));
		return false;
	}
	if (s == PV_OK)
		s = line_source(1, PV_LINE_MSI, 0);
	if (s != PV_OK)
		suite_fail(__FILE__, __LINE__, "bind gave %s", pv_status_name(s));
	return s == PV_OK;
}

/* The device writes the message of line n. */
static bool
write_message(unsigned n)
{
	uint64_t address = 0;
	uint32_t data = 0;

	if (pv_line_msi(&lines[n], &address, &data) != PV_OK || !device_message(address, data))
		return false;
	device_raise();
	return true;
}

static void
messages_arrive(void)
{
	if (!bind_messages())
		return;
	for (unsigned i = 0; i < 6; i++) {
		CHECK(write_message(i % 2));
		CHECK(suite_wait(&calls, i + 1));
		CHECK(line_notes[i].line == &lines[i % 2]);
		suite_settle();
		CHECK_EQ(calls, i + 1);
	}
	end();
}

static void
masked_message_is_remembered(void)
{
	if (!bind_messages())
		return;
	pv_line_mask(&lines[0]);
	for (unsigned i = 0; i < 3; i++) {
		CHECK(write_message(0));
		device_quiet();
	}
	suite_settle();
	CHECK_EQ(calls, 0);
	pv_line_unmask(&lines[0]);
	CHECK(suite_wait(&calls, 1));
	suite_settle();
	CHECK_EQ(calls, 1);
	end();
}

static void
routed_message_arrives(void)
{
	if (!bind_messages())
		return;
	CHECK_STATUS(pv_line_route(&lines[0], PV_MAX_CPUS - 1), PV_E_RANGE);
	CHECK_OK(pv_line_route(&lines[0], pv_cpu_nr()));
	CHECK(write_message(0));
	CHECK(suite_wait(&calls, 1));
	end();
}

static void
messages_refuse(void)
{
	uint64_t address;
	uint32_t data, input, flags = PV_LINE_AS_WIRED;

	if (!bind_messages())
		return;
	CHECK_STATUS(line_source(2, PV_LINE_MSI, PV_LINE_LEVEL), PV_E_ABSENT);
	CHECK_STATUS(line_source(2, PV_LINE_MSI, PV_LINE_SHARED), PV_E_ABSENT);
	CHECK_OK(bind(2));
	CHECK_STATUS(pv_line_msi(&lines[2], &address, &data), PV_E_INVAL);
	CHECK_OK(pv_ops.line.find(lines[2].source, &input, &flags));
	CHECK_STATUS(pv_ops.line.msi(input, &address, &data), PV_E_INVAL);
	CHECK_OK(pv_line_unbind(&lines[0]));
	CHECK_STATUS(pv_line_msi(&lines[0], &address, &data), PV_E_INVAL);
	end();
}

/* All that there are, then none is left; and what is given back can be had again. */
static void
messages_run_out(void)
{
	static struct pv_line many[256];
	unsigned n, rounds;
	pv_status s = PV_OK;

	if (!bind_messages())
		return;
	for (rounds = 0; rounds < 2 && s == PV_OK; rounds++) {
		for (n = 0; n < 256 && s == PV_OK; n++) {
			many[n] = lines[0];
			many[n].bound = 0;
			s = pv_line_bind(&many[n]);
		}
		for (unsigned i = 0; i < 256; i++)
			(void)pv_line_unbind(&many[i]);
		CHECK_STATUS(s, PV_E_FULL);
		CHECK(n > 100);
		s = PV_OK;
	}
	/* The two that were there before are as they were. */
	CHECK(write_message(1));
	CHECK(suite_wait(&calls, 1));
	CHECK(line_notes[0].line == &lines[1]);
	end();
}

#define WIRE	"line.find line.setup line.unmask line.end line.init"

static const struct suite_case cases[] = {
	{ "level_is_served", level_is_served, WIRE, 0 },
	{ "level_comes_until_quiet", level_comes_until_quiet, WIRE, 0 },
	{ "gate_holds_a_level", gate_holds_a_level, WIRE, 0 },
	{ "masked_level_waits", masked_level_waits, "pv_line_mask pv_line_unmask line.mask line.unmask", 0 },
	{ "masked_level_does_not_interrupt", masked_level_does_not_interrupt, "pv_line_mask pv_line_end line.mask", 0 },
	{ "level_waits_for_the_level", level_waits_for_the_level,
	    "pv_irq_raise pv_irq_lower line.mask line.unmask", 0 },
	{ "later_keeps_it_masked", later_keeps_it_masked, "pv_line_end line.mask line.unmask", 0 },
	{ "unbound_is_silent", unbound_is_silent, "pv_line_unbind line.mask line.remove", 0 },
	{ "routed_to_where_it_is", routed_to_where_it_is, "pv_line_route line.route", 0 },
	{ "shared_asks_all", shared_asks_all, WIRE, 0 },
	{ "shared_masks_all", shared_masks_all, "pv_line_mask pv_line_unbind line.mask line.unmask", 0 },
	{ "shared_waits_for_the_lowest", shared_waits_for_the_lowest, "pv_irq_raise pv_irq_lower", 0 },
	{ "sharing_refuses", sharing_refuses, "pv_line_bind line.setup", 0 },
	{ "storm_is_stopped", storm_is_stopped, "pv_line_bind pv_line_spurious line.mask line.end", 0 },
	{ "messages_arrive", messages_arrive, "pv_line_msi line.msi line.find line.setup line.end", 0 },
	{ "masked_message_is_remembered", masked_message_is_remembered,
	    "pv_line_mask pv_line_unmask line.mask line.msi", 0 },
	{ "routed_message_arrives", routed_message_arrives, "pv_line_route line.route line.msi", 0 },
	{ "messages_refuse", messages_refuse, "pv_line_msi line.msi line.find", 0 },
	{ "messages_run_out", messages_run_out, "pv_line_bind pv_line_unbind line.find line.remove", 0 },
};
SUITE(suite_wire, "wire", cases);
