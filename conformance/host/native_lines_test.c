/*
 * How bare metal x86 chooses among its interrupt controllers, gives out inputs and
 * sends to itself. The chips' own drivers are stood in for.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native_lines.h"

static struct {
	bool lapic, ioapic, pic, wire, spurious;
	unsigned lapic_ends, pic_ends, pic_last_end, delivered, spurious_count, soft, cross, alarms;
	uint32_t last_input, gsi, vector, flags, apic_id, sent_to, sent;
	bool masked[256];
} hw;
static pv_native_vector_fn vectors[256];
static const struct pv_line_ops *ops;
static unsigned timers_ran;

static void
alarm_set(uint64_t when)
{
	ck_assert_uint_eq(when, 1);
	ck_assert(pv_native_lines.soft_sent);
	hw.alarms++;
}

struct pv_ops pv_ops = { .time = { .alarm = alarm_set } };

bool
pv_native_lapic_enable(void)
{
	return hw.lapic;
}

void
pv_native_lapic_end(void)
{
	ck_assert(hw.lapic);
	hw.lapic_ends++;
}

void
pv_native_lapic_wire(bool on)
{
	hw.wire = on;
}

static unsigned requested;	/* vector in the local APIC, 1: input 0 of the 8259 */

uint32_t
pv_native_lapic_read(unsigned reg)
{
	ck_assert(hw.ioapic);
	ck_assert(reg >= PV_LAPIC_IRR && reg < PV_LAPIC_IRR + 8 * 16);
	return requested / 32 == (reg - PV_LAPIC_IRR) / 16 ? 1u << requested % 32 : 0;
}

bool
pv_native_pic_requested(unsigned irq)
{
	ck_assert_uint_eq(irq, 0);
	return requested == 1;
}

pv_status
pv_native_lapic_send(uint32_t cpu, unsigned nr)
{
	hw.sent_to = cpu;
	hw.sent = nr;
	return PV_OK;
}

pv_status
pv_native_lapic_address(uint32_t cpu, uint32_t *id)
{
	*id = cpu == 3 ? 300 : 10 + cpu;
	return cpu < 4 ? PV_OK : PV_E_RANGE;
}

bool
pv_native_ioapic_init(const struct pv_acpi *a)
{
	ck_assert_ptr_eq(a, &firmware);
	return hw.ioapic;
}

bool
pv_native_ioapic_has(uint32_t gsi)
{
	return gsi < 1000;
}

uint32_t
pv_native_ioapic_isa(uint32_t n)
{
	return n + 100;
}

uint32_t
pv_native_ioapic_wired(uint32_t gsi)
{
	return gsi < 16 ? 0 : PV_LINE_LEVEL | PV_LINE_LOW;
}

void
pv_native_ioapic_set(uint32_t gsi, unsigned nr, uint32_t flags, uint32_t apic_id)
{
	hw.gsi = gsi;
	hw.vector = nr;
	hw.flags = flags;
	hw.apic_id = apic_id;
}

void
pv_native_ioapic_route(uint32_t gsi, uint32_t apic_id)
{
	hw.gsi = gsi;
	hw.apic_id = apic_id;
}

void
pv_native_ioapic_mask(uint32_t gsi, bool masked)
{
	hw.masked[gsi % 256] = masked;
}

bool
pv_native_pic_init(void)
{
	return hw.pic;
}

uint32_t
pv_native_pic_wired(unsigned irq)
{
	return irq == 11 ? PV_LINE_LEVEL | PV_LINE_LOW : 0;
}

pv_status
pv_native_pic_set(unsigned irq, uint32_t flags)
{
	return irq == 1 && (flags & PV_LINE_LEVEL) != 0 ? PV_E_ABSENT : PV_OK;
}

void
pv_native_pic_mask(unsigned irq, bool masked)
{
	hw.masked[irq] = masked;
}

void
pv_native_pic_end(unsigned irq)
{
	hw.pic_ends++;
	hw.pic_last_end = irq;
}

bool
pv_native_pic_spurious(unsigned irq)
{
	return irq == 7 && hw.spurious;
}

void
pv_native_vector_set(unsigned nr, pv_native_vector_fn fn)
{
	vectors[nr] = fn;
}

void
pv_lines_deliver(uint32_t input)
{
	hw.delivered++;
	hw.last_input = input;
	ops->end(input);
}

void
pv_lines_deliver_cross(uint32_t n)
{
	hw.cross |= 1u << n;
}

void
pv_lines_deliver_soft(void)
{
	hw.soft++;
}

void
pv_timers_run(void)
{
	timers_ran++;
}

void
pv_lines_spurious(void)
{
	hw.spurious_count++;
}

#include "../../backends/native/x86/lines.c"

static void
start(void)
{
	static struct pv_line_ops all;

	power_on();
	pv_ops.time.alarm = alarm_set;
	all = pv_native_input_ops;
	all.init = pv_native_line_ops.init;
	all.name = pv_native_line_ops.name;
	ops = &all;
	has_firmware = firmware.has_madt = firmware.has_8259 = true;
	hw.lapic = hw.ioapic = hw.pic = hw.wire = true;
}

static void
take(unsigned nr)
{
	struct pv_frame frame = { .vector = nr };

	test_gate = 0;
	vectors[nr](&frame);
	test_gate = 1;
}

static pv_status
bind(uint32_t source, uint32_t flags, uint32_t *input)
{
	pv_status s = ops->find(source, input, &flags);

	return s == PV_OK ? ops->setup(*input, flags, 0) : s;
}

START_TEST(inputs_and_vectors_are_one_to_one)
{
	bool used[256] = { false };

	for (uint32_t i = 0; i < PV_NATIVE_INPUTS; i++) {
		unsigned v = pv_native_input_vector(i);

		ck_assert_uint_ge(v, 0x20);
		ck_assert_uint_lt(v, PV_VECTOR_TIMER);
		ck_assert_uint_ne(v, PV_VECTOR_SYSCALL);
		ck_assert(!used[v]);
		used[v] = true;
		ck_assert_uint_eq(pv_native_vector_input(v), i);
	}
	ck_assert_uint_eq(PV_NATIVE_INPUTS, 206);
}
END_TEST

START_TEST(ioapic_is_preferred_and_cuts_the_wire)
{
	ck_assert_str_eq(ops->name(), "none");
	ck_assert_int_eq(ops->send(0, 0), PV_E_STAGE);
	ck_assert_int_eq(ops->init(), PV_OK);
	ck_assert_str_eq(ops->name(), "lapic+ioapic");
	ck_assert(!hw.wire);
	ck_assert_uint_eq(ops->isa(4), 104);
	ck_assert_ptr_null(vectors[PV_VECTOR_SYSCALL]);
	ck_assert_ptr_null(vectors[PV_VECTOR_TIMER]);
	ck_assert_ptr_nonnull(vectors[0x20]);
	ck_assert_ptr_nonnull(vectors[0xee]);
}
END_TEST

START_TEST(fall_back_to_the_8259)
{
	hw.ioapic = false;
	ck_assert_int_eq(ops->init(), PV_OK);
	ck_assert_str_eq(ops->name(), "8259");
	ck_assert(hw.wire);
	hw.ioapic = true;
	hw.lapic = false;
	ck_assert_int_eq(ops->init(), PV_OK);
	ck_assert_str_eq(ops->name(), "8259");
	hw.lapic = true;
	has_firmware = false;
	ck_assert_int_eq(ops->init(), PV_OK);
	ck_assert_str_eq(ops->name(), "8259");
	ck_assert_uint_eq(ops->isa(4), 4);
	ck_assert_uint_eq(ops->isa(2), ~0u);
}
END_TEST

START_TEST(nothing_at_all_is_told)
{
	hw.lapic = hw.pic = false;
	ck_assert_int_eq(ops->init(), PV_E_ABSENT);
	hw.pic = true;
	firmware.has_8259 = false;		/* and what is not there is not asked */
	ck_assert_int_eq(ops->init(), PV_E_ABSENT);
	ck_assert_uint_eq(logged_lines, 2);
}
END_TEST

START_TEST(interrupts_get_their_numbers_as_vectors)
{
	uint32_t a, b, flags = PV_LINE_AS_WIRED | PV_LINE_SHARED;

	ops->init();
	ck_assert_int_eq(bind(4, 0, &a), PV_OK);
	ck_assert_uint_eq(a, 4);
	ck_assert_uint_eq(hw.vector, 0x24);
	ck_assert_uint_eq(hw.apic_id, 10);
	ck_assert_int_eq(ops->find(20, &b, &flags), PV_OK);
	ck_assert_uint_eq(flags & ~PV_LINE_AS_WIRED, PV_LINE_LEVEL | PV_LINE_LOW | PV_LINE_SHARED);
	/* The same one again is the same input. */
	ck_assert_int_eq(bind(900, 0, &a), PV_OK);
	flags = 0;
	ck_assert_int_eq(ops->find(900, &b, &flags), PV_OK);
	ck_assert_uint_eq(a, b);
	ck_assert_int_eq(ops->find(1000, &b, &flags), PV_E_NOENT);
	take(pv_native_input_vector(a));
	ck_assert_uint_eq(hw.last_input, a);
	ck_assert_uint_eq(hw.lapic_ends, 1);
}
END_TEST

START_TEST(vectors_run_out_and_come_back)
{
	uint32_t input, flags = 0;

	ops->init();
	for (uint32_t i = 0; i < PV_NATIVE_INPUTS; i++)
		ck_assert_int_eq(bind(i % 2 != 0 ? PV_LINE_MSI : 400 + i, 0, &input), PV_OK);
	ck_assert_int_eq(ops->find(4, &input, &flags), PV_E_FULL);
	ck_assert_int_eq(ops->find(PV_LINE_MSI, &input, &flags), PV_E_FULL);
	ops->remove(77);
	ck_assert_int_eq(bind(4, 0, &input), PV_OK);
	ck_assert_uint_eq(input, 77);
	ck_assert_uint_eq(hw.vector, 0x6d);
}
END_TEST

START_TEST(messages_come_from_the_top)
{
	uint32_t a, b, data;
	uint64_t where;

	ops->init();
	ck_assert_int_eq(bind(PV_LINE_MSI, PV_LINE_AS_WIRED, &a), PV_OK);
	ck_assert_int_eq(bind(PV_LINE_MSI, 0, &b), PV_OK);
	ck_assert_uint_eq(a, 205);
	ck_assert_uint_eq(b, 204);
	ck_assert_int_eq(ops->msi(a, &where, &data), PV_OK);
	ck_assert_uint_eq(where, 0xfee0a000u);
	ck_assert_uint_eq(data, 0xee);
	ck_assert_int_eq(ops->route(a, 2), PV_OK);
	ck_assert_int_eq(ops->msi(a, &where, &data), PV_OK);
	ck_assert_uint_eq(where, 0xfee0c000u);
	ck_assert_int_eq(ops->route(a, 3), PV_E_RANGE);	/* an address has room for 8 bits */
	ck_assert_int_eq(ops->route(a, 9), PV_E_RANGE);
	ck_assert_int_eq(bind(PV_LINE_MSI, PV_LINE_LEVEL, &b), PV_E_ABSENT);
	ck_assert_int_eq(bind(4, 0, &b), PV_OK);
	ck_assert_int_eq(ops->msi(b, &where, &data), PV_E_INVAL);
}
END_TEST

START_TEST(inputs_of_the_8259)
{
	uint32_t input, flags = PV_LINE_AS_WIRED;

	has_firmware = false;
	ops->init();
	ck_assert_int_eq(bind(2, 0, &input), PV_E_NOENT);
	ck_assert_int_eq(bind(16, 0, &input), PV_E_NOENT);
	ck_assert_int_eq(ops->find(11, &input, &flags), PV_OK);
	ck_assert_uint_eq(flags & PV_LINE_LEVEL, PV_LINE_LEVEL);
	ck_assert_int_eq(bind(1, PV_LINE_LEVEL, &input), PV_E_ABSENT);
	ck_assert_int_eq(bind(1, 0, &input), PV_OK);
	ck_assert_int_eq(ops->route(1, 1), PV_E_RANGE);
	ck_assert_int_eq(ops->route(1, 0), PV_OK);
	ops->unmask(1);
	hw.masked[1] = false;
	ops->mask(1);
	ck_assert(hw.masked[1]);
	take(0x21);
	ck_assert_uint_eq(hw.delivered, 1);
	ck_assert_uint_eq(hw.pic_last_end, 1);
	hw.spurious = true;
	take(0x27);
	ck_assert_uint_eq(hw.delivered, 1);
	ck_assert_uint_eq(hw.pic_ends, 1);
	ck_assert_uint_eq(hw.spurious_count, 1);
	/* Messages need the local APIC, not the IOAPIC. */
	ck_assert_int_eq(bind(PV_LINE_MSI, 0, &input), PV_OK);
	take(pv_native_input_vector(input));
	ck_assert_uint_eq(hw.lapic_ends, 1);
}
END_TEST

START_TEST(masks_go_to_the_right_chip)
{
	uint32_t input;

	ops->init();
	bind(20, 0, &input);
	ck_assert_int_eq(ops->route(input, 2), PV_OK);
	ck_assert_uint_eq(hw.gsi, 20);
	ck_assert_uint_eq(hw.apic_id, 12);
	ops->unmask(input);
	hw.masked[20] = false;
	ops->mask(input);
	ck_assert(hw.masked[20]);
	hw.masked[20] = false;
	ops->remove(input);
	ck_assert(hw.masked[20]);
}
END_TEST

START_TEST(sending_with_a_local_apic)
{
	ops->init();
	ck_assert_int_eq(ops->send(2, 5), PV_OK);
	ck_assert_uint_eq(hw.sent, PV_VECTOR_CROSS + 2);
	ck_assert_uint_eq(hw.sent_to, 5);
	ck_assert_int_eq(ops->send(PV_LINE_SOFT, 0), PV_OK);
	ck_assert_uint_eq(hw.sent, PV_VECTOR_SOFT);
	take(PV_VECTOR_CROSS + 2);
	take(PV_VECTOR_SOFT);
	ck_assert_uint_eq(hw.cross, 4);
	ck_assert_uint_eq(hw.soft, 1);
	ck_assert_uint_eq(hw.lapic_ends, 2);
}
END_TEST

START_TEST(sending_without_waits_for_the_next_interrupt_and_hurries_it)
{
	hw.lapic = false;
	ops->init();
	ck_assert_int_eq(ops->send(1, 1), PV_E_RANGE);
	test_gate = 0;
	ck_assert_int_eq(ops->send(1, 0), PV_OK);
	ck_assert_int_eq(ops->send(PV_LINE_SOFT, 0), PV_OK);
	ck_assert_uint_eq(hw.alarms, 2);
	ck_assert_uint_eq(hw.soft, 0);
	ck_assert_uint_eq(test_gate, 0);
	take(0x20);
	ck_assert(!pv_native_lines.soft_sent);
	ck_assert_uint_eq(hw.soft, 1);
	ck_assert_uint_eq(hw.cross, 2);
	take(0x20);
	ck_assert_uint_eq(hw.soft, 1);
	ck_assert_uint_eq(hw.delivered, 2);
}
END_TEST

START_TEST(pit_as_the_timer_through_the_8259)
{
	uint32_t input;

	hw.lapic = false;
	ops->init();
	hw.masked[0] = true;
	ck_assert_int_eq(pv_native_lines_pit(), PV_OK);
	ck_assert(!hw.masked[0]);
	ck_assert_int_eq(bind(0, 0, &input), PV_E_BUSY);
	requested = PV_VECTOR_TIMER;
	ck_assert(!pv_native_lines_pit_waits());
	requested = 1;
	ck_assert(pv_native_lines_pit_waits());
	take(0x20);
	ck_assert_uint_eq(timers_ran, 1);
	ck_assert_uint_eq(hw.pic_ends, 1);
	ck_assert_uint_eq(hw.delivered, 0);
	test_gate = 0;
	ck_assert_int_eq(ops->send(PV_LINE_SOFT, 0), PV_OK);
	take(0x20);
	ck_assert_uint_eq(timers_ran, 2);
	ck_assert_uint_eq(hw.soft, 1);
	ck_assert(!pv_native_lines.soft_sent);
}
END_TEST

START_TEST(pit_as_the_timer_through_an_ioapic)
{
	uint32_t input;

	ops->init();
	hw.masked[100] = true;
	ck_assert_int_eq(pv_native_lines_pit(), PV_OK);
	ck_assert_uint_eq(hw.gsi, 100);
	ck_assert_uint_eq(hw.vector, PV_VECTOR_TIMER);
	requested = PV_VECTOR_TIMER - 1;
	ck_assert(!pv_native_lines_pit_waits());
	requested = PV_VECTOR_TIMER;
	ck_assert(pv_native_lines_pit_waits());
	ck_assert_uint_eq(hw.apic_id, 10);
	ck_assert(!hw.masked[100]);
	ck_assert_int_eq(bind(100, 0, &input), PV_E_BUSY);
	ck_assert_int_eq(bind(0, 0, &input), PV_OK);
}
END_TEST

START_TEST(inputs_that_nobody_asked_for)
{
	struct pv_frame frame = { .vector = 0x27 };

	hw.ioapic = false;
	ops->init();
	unexpected(&frame);
	ck_assert_uint_eq(hw.pic_last_end, 7);
	hw.spurious = true;
	unexpected(&frame);
	ck_assert_uint_eq(hw.pic_ends, 1);
	frame.vector = 0x90;
	unexpected(&frame);
	ck_assert_uint_eq(hw.lapic_ends, 1);
	ck_assert_uint_eq(hw.spurious_count, 3);
}
END_TEST

int
main(void)
{
	const TTest *const *const cases[] = {
		&inputs_and_vectors_are_one_to_one, &ioapic_is_preferred_and_cuts_the_wire,
		&fall_back_to_the_8259, &nothing_at_all_is_told,
		&interrupts_get_their_numbers_as_vectors, &vectors_run_out_and_come_back,
		&messages_come_from_the_top, &inputs_of_the_8259, &masks_go_to_the_right_chip,
		&sending_with_a_local_apic,
		&sending_without_waits_for_the_next_interrupt_and_hurries_it,
		&pit_as_the_timer_through_the_8259, &pit_as_the_timer_through_an_ioapic,
		&inputs_that_nobody_asked_for,
	};

	return run_cases("choosing the controller", start, cases, sizeof(cases) / sizeof(cases[0]));
}
