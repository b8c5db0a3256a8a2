/*
 * The pair of 8259s against a model of the chips: initialisation in the right order,
 * masks, ends, spurious interrupts, trigger registers.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native_lines.h"

static struct chip {
	unsigned next_icw;		/* 0: set up */
	uint8_t vector, cascade, mode, mask, service, request;
	bool read_service;
} chip[2];
static uint8_t elcr_bits[2];
static bool absent, no_elcr;
static char ends[64];			/* "m4 " for an end of input 4 at the master */
struct pv_ops pv_ops;

static void
command(struct chip *c, uint8_t value)
{
	if ((value & 0x10) != 0) {
		ck_assert_uint_eq(value, 0x11);
		c->next_icw = 2;
		c->mask = c->service = 0;
		c->read_service = false;
	} else if ((value & 0x08) != 0) {
		c->read_service = (value & 3) == 3;
	} else {
		ck_assert_uint_eq(value & 0xf8, 0x60);
		c->service &= (uint8_t)~(1u << (value & 7));
		snprintf(ends + strlen(ends), sizeof(ends) - strlen(ends), "%c%u ",
		    c == chip ? 'm' : 's', value & 7);
	}
}

static void
data(struct chip *c, uint8_t value)
{
	switch (c->next_icw) {
	case 2:
		c->vector = value;
		c->next_icw = 3;
		break;
	case 3:
		c->cascade = value;
		c->next_icw = 4;
		break;
	case 4:
		c->mode = value;
		c->next_icw = 0;
		break;
	default:
		c->mask = value;
	}
}

static void
fake_outb(uint16_t port, uint8_t value)
{
	if (absent || port == 0x80)
		return;
	if (port == 0x4d0 || port == 0x4d1)
		elcr_bits[port - 0x4d0] = value;
	else if (port == 0x20 || port == 0xa0)
		command(&chip[port == 0xa0], value);
	else if (port == 0x21 || port == 0xa1)
		data(&chip[port == 0xa1], value);
	else
		ck_abort_msg("port 0x%x", port);
}

static uint8_t
fake_inb(uint16_t port)
{
	if (absent || (no_elcr && port >= 0x4d0))
		return 0xff;
	if (port == 0x4d0 || port == 0x4d1)
		return elcr_bits[port - 0x4d0];
	if (port == 0x21 || port == 0xa1)
		return chip[port == 0xa1].mask;
	ck_assert(port == 0x20 || port == 0xa0);
	return chip[port == 0xa0].read_service ? chip[port == 0xa0].service : chip[port == 0xa0].request;
}

#define pv_native_outb	fake_outb
#define pv_native_outb_pause	fake_outb
#define pv_native_inb	fake_inb
#include "../../backends/native/x86/pic.c"

START_TEST(vectors_are_moved_and_all_is_masked)
{
	chip[0].service = 0xff;
	ck_assert(pv_native_pic_init());
	ck_assert_uint_eq(chip[0].next_icw, 0);
	ck_assert_uint_eq(chip[1].next_icw, 0);
	ck_assert_uint_eq(chip[0].vector, 0x20);
	ck_assert_uint_eq(chip[1].vector, 0x28);
	ck_assert_uint_eq(chip[0].cascade, 4);
	ck_assert_uint_eq(chip[1].cascade, 2);
	ck_assert_uint_eq(chip[0].mode, 1);
	ck_assert_uint_eq(chip[0].mask, 0xfb);		/* the slave gets through */
	ck_assert_uint_eq(chip[1].mask, 0xff);
}
END_TEST

START_TEST(machine_without_is_recognised)
{
	absent = true;
	ck_assert(!pv_native_pic_init());
}
END_TEST

START_TEST(each_input_has_its_mask_bit)
{
	ck_assert(pv_native_pic_init());
	for (unsigned irq = 0; irq < 16; irq++) {
		if (irq == 2)
			continue;
		pv_native_pic_mask(irq, false);
		ck_assert_uint_eq(chip[0].mask, irq < 8 ? 0xfb & ~(1u << irq) : 0xfb);
		ck_assert_uint_eq(chip[1].mask, irq < 8 ? 0xff : 0xff & ~(1u << (irq - 8)));
		pv_native_pic_mask(irq, true);
	}
	ck_assert_uint_eq(chip[0].mask, 0xfb);
	ck_assert_uint_eq(chip[1].mask, 0xff);
}
END_TEST

START_TEST(end_names_the_input_and_the_slaves_at_both)
{
	ck_assert(pv_native_pic_init());
	pv_native_pic_end(0);
	pv_native_pic_end(7);
	pv_native_pic_end(8);
	pv_native_pic_end(15);
	ck_assert_str_eq(ends, "m0 m7 s0 m2 s7 m2 ");
}
END_TEST

START_TEST(spurious_ones_have_no_service_bit)
{
	ck_assert(pv_native_pic_init());
	ck_assert(!pv_native_pic_spurious(4));
	ck_assert(pv_native_pic_spurious(7));
	ck_assert_str_eq(ends, "");
	ck_assert(pv_native_pic_spurious(15));
	ck_assert_str_eq(ends, "m2 ");			/* for the master it was real */
	chip[0].service = 0x80;
	chip[1].service = 0x80;
	ck_assert(!pv_native_pic_spurious(7));
	ck_assert(!pv_native_pic_spurious(15));
	ck_assert_str_eq(ends, "m2 ");
}
END_TEST

/* Also of a masked input, and after the other register was asked for. */
START_TEST(request_is_seen)
{
	ck_assert(pv_native_pic_init());
	ck_assert(!pv_native_pic_requested(0));
	chip[0].service = 0xff;
	(void)pv_native_pic_spurious(7);
	ck_assert(!pv_native_pic_requested(0));
	chip[0].request = 1;
	ck_assert(pv_native_pic_requested(0));
	ck_assert(!pv_native_pic_requested(1));
	ck_assert_str_eq(ends, "");
}
END_TEST

START_TEST(trigger_is_read_and_set)
{
	elcr_bits[1] = 0x0c;
	ck_assert(pv_native_pic_init());
	ck_assert_uint_eq(pv_native_pic_wired(10), PV_LINE_LEVEL | PV_LINE_LOW);
	ck_assert_uint_eq(pv_native_pic_wired(9), PV_LINE_EDGE);
	ck_assert_int_eq(pv_native_pic_set(5, PV_LINE_LEVEL), PV_OK);
	ck_assert_uint_eq(elcr_bits[0], 0x20);
	ck_assert_int_eq(pv_native_pic_set(11, PV_LINE_EDGE), PV_OK);
	ck_assert_uint_eq(elcr_bits[1], 0x04);
	ck_assert_int_eq(pv_native_pic_set(5, PV_LINE_EDGE), PV_OK);
	ck_assert_uint_eq(elcr_bits[0], 0);
}
END_TEST

START_TEST(chipset_inputs_are_edges_for_ever)
{
	static const unsigned fixed[] = { 0, 1, 2, 8, 13 };

	ck_assert(pv_native_pic_init());
	for (unsigned i = 0; i < 5; i++) {
		ck_assert_int_eq(pv_native_pic_set(fixed[i], PV_LINE_LEVEL), PV_E_ABSENT);
		ck_assert_int_eq(pv_native_pic_set(fixed[i], PV_LINE_EDGE), PV_OK);
	}
	ck_assert_uint_eq(elcr_bits[0] | elcr_bits[1], 0);
}
END_TEST

START_TEST(without_trigger_registers_there_are_edges_only)
{
	no_elcr = true;
	ck_assert(pv_native_pic_init());
	ck_assert_uint_eq(pv_native_pic_wired(10), PV_LINE_EDGE);
	ck_assert_int_eq(pv_native_pic_set(10, PV_LINE_LEVEL), PV_E_ABSENT);
	ck_assert_int_eq(pv_native_pic_set(10, PV_LINE_EDGE), PV_OK);
	ck_assert_uint_eq(elcr_bits[1], 0);
}
END_TEST

int
main(void)
{
	const TTest *const *const cases[] = {
		&vectors_are_moved_and_all_is_masked, &machine_without_is_recognised,
		&each_input_has_its_mask_bit, &end_names_the_input_and_the_slaves_at_both,
		&spurious_ones_have_no_service_bit, &request_is_seen, &trigger_is_read_and_set,
		&chipset_inputs_are_edges_for_ever, &without_trigger_registers_there_are_edges_only,
	};

	return run_cases("the 8259s", power_on, cases, sizeof(cases) / sizeof(cases[0]));
}
