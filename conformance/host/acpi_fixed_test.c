/*
 * The ACPI reader: fixed table, sleep type, HPET, MCFG; good and broken.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "acpi_build.h"
#include "run.h"

/* -- fixed table, sleep type ------------------------------------------------------ */

START_TEST(fadt_first_version)
{
	fadt(116);
	put(FADT + 140, 0xffffffff, 4);		/* behind the end: must not be seen */
	APPEND(DSDT, 0x08, '_', 'S', '5', '_', 0x12, 0x06, 0x04, 0x00, 0x01, 0x00, 0x00);
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert(acpi.has_fadt);
	ck_assert_uint_eq(acpi.sci_irq, 9);
	ck_assert_uint_eq(acpi.smi_port, 0xb2);
	ck_assert_uint_eq(acpi.acpi_enable, 0xf1);
	ck_assert_uint_eq(acpi.reg[PV_ACPI_PM1A].space, 1);
	ck_assert_uint_eq(acpi.reg[PV_ACPI_PM1A].address, 0x604);
	ck_assert_uint_eq(acpi.reg[PV_ACPI_PM1B].address, 0);
	ck_assert_uint_eq(acpi.century_register, 0x32);
	ck_assert(!acpi.reset_supported);
	ck_assert(acpi.has_s5);
	ck_assert_uint_eq(acpi.s5[0], 0);
	ck_assert_uint_eq(acpi.s5[1], 1);
	ck_assert_uint_eq(acpi.oddities, 0);
}
END_TEST

START_TEST(fadt_extended_fields)
{
	put(FADT + 112, 1u << 10, 4);
	put(FADT + 116, 0x0801, 4);
	put(FADT + 120, 0xcf9, 8);
	memory[FADT + 128] = 0x0f;
	put(FADT + 140, SSDT, 8);		/* X_DSDT beats DSDT */
	put(FADT + 172, 0x1000, 4);		/* memory space */
	put(FADT + 176, 0xfed10004u, 8);
	put(FADT + 184, 0x1001, 4);
	put(FADT + 188, 0x704, 8);
	put(FADT + 244, 0x0801, 4);
	put(FADT + 248, 0x900, 8);
	fadt(268);
	head(SSDT, "DSDT", 36);
	APPEND(SSDT, 0x08, '\\', '_', 'S', '5', '_', 0x12, 0x06, 0x02, 0x0a, 0x05, 0x0a, 0x07);
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert(acpi.reset_supported);
	ck_assert_uint_eq(acpi.reg[PV_ACPI_RESET].address, 0xcf9);
	ck_assert_uint_eq(acpi.reset_value, 0x0f);
	ck_assert_uint_eq(acpi.reg[PV_ACPI_PM1A].space, 0);
	ck_assert_uint_eq(acpi.reg[PV_ACPI_PM1A].address, 0xfed10004u);
	ck_assert_uint_eq(acpi.reg[PV_ACPI_PM1B].address, 0x704);
	ck_assert_uint_eq(acpi.reg[PV_ACPI_SLEEP].address, 0x900);
	ck_assert(acpi.has_s5);
	ck_assert_uint_eq(acpi.s5[0], 5);
	ck_assert_uint_eq(acpi.s5[1], 7);
	ck_assert_uint_eq(acpi.oddities, 0);
}
END_TEST

START_TEST(fadt_too_short)
{
	fadt(115);
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert(!acpi.has_fadt);
	ck_assert_uint_eq(acpi.oddities, 1);
}
END_TEST

START_TEST(fadt_values_that_cannot_be)
{
	fadt(268);
	put(FADT + 48, 0x10000, 4);		/* SMI port */
	put(FADT + 64, 0x12345, 4);		/* PM1a port */
	memory[FADT + 108] = 0x80;		/* century */
	put(FADT + 112, 1u << 10, 4);
	put(FADT + 116, 0x0802, 4);		/* reset register in PCI configuration space */
	put(FADT + 120, 0x1234, 8);
	put(FADT + 172, 0x1001, 4);
	put(FADT + 176, 0x10000, 8);		/* X_PM1a beyond the ports */
	set_sum(FADT, 268, FADT + 9);
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert(acpi.has_fadt);
	ck_assert_uint_eq(acpi.smi_port, 0);
	ck_assert_uint_eq(acpi.reg[PV_ACPI_PM1A].address, 0);
	ck_assert_uint_eq(acpi.century_register, 0);
	ck_assert(!acpi.reset_supported);
	ck_assert_uint_eq(acpi.oddities, 2);
}
END_TEST

START_TEST(dsdt_wide_address_broken)
{
	put(FADT + 140, 0xfffffffffffffff0ull, 8);
	fadt(268);
	APPEND(DSDT, 0x08, '_', 'S', '5', '_', 0x12, 0x06, 0x04, 0x00, 0x01, 0x00, 0x00);
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert(acpi.has_s5);
	ck_assert_uint_eq(acpi.oddities, 1);
}
END_TEST

START_TEST(dsdt_wrong_sum)
{
	fadt(116);
	APPEND(DSDT, 0x08, '_', 'S', '5', '_', 0x12, 0x06, 0x04, 0x00, 0x01, 0x00, 0x00);
	memory[DSDT + 9] ^= 0x55;
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert(acpi.has_fadt && !acpi.has_s5);
	ck_assert_uint_eq(acpi.oddities, 1);
}
END_TEST

/* Inside one test, or Check would count hundreds: padding moves the name over the reader's pieces. */
START_TEST(s5_anywhere_in_a_long_table)
{
	/* A length of two bytes, 0x4d 0x00: 13. */
	static const uint8_t s5[] = {
		0x08, '_', 'S', '5', '_', 0x12, 0x4d, 0x00, 0x04, 0x0c, 7, 0, 0, 0, 0x0b, 6, 0, 0, 0
	};

	fadt(116);
	for (uint32_t padding = 0; padding < 700; padding++) {
		memset(memory + DSDT + 36, 0x5b, padding);
		put(DSDT + 4, 36 + padding, 4);
		append(DSDT, s5, sizeof(s5));
		ck_assert_int_eq(parse(), PV_OK);
		ck_assert_msg(acpi.has_s5, "padding %u", padding);
		ck_assert_uint_eq(acpi.s5[0], 7);
		ck_assert_uint_eq(acpi.s5[1], 6);
	}
}
END_TEST

#define NAME_S5	0x08, '_', 'S', '5', '_'
#define PACKAGE	0x12

/* Bodies of a DSDT, and what is to be found in them. */
static const struct {
	bool found;
	uint8_t oddities, a, b, size;
	uint8_t body[24];
} bodies[] = {
	/* one element */
	{ true, 0, 1, 0, 9, { NAME_S5, PACKAGE, 0x03, 0x01, 0x01 } },
	/* both types in one */
	{ true, 0, 5, 5, 11, { NAME_S5, PACKAGE, 0x05, 0x01, 0x0b, 5, 5 } },
	{ true, 0, 3, 0, 12, { NAME_S5, PACKAGE, 0x06, 0x04, 0x0a, 3, 0x00, 0x00 } },
	/* no name op */
	{ false, 0, 0, 0, 11, { '_', 'S', '5', '_', 0x12, 0x06, 0x04, 0x00, 0x00, 0x00, 0x00 } },
	{ false, 0, 0, 0, 12, { 0x08, '_', 'S', '4', '_', 0x12, 0x06, 0x04, 0x00, 0x00, 0x00, 0x00 } },
	/* no package */
	{ false, 0, 0, 0, 12, { NAME_S5, 0x0a, 0x06, 0x04, 0x00, 0x00, 0x00, 0x00 } },
	/* beyond the table */
	{ false, 1, 0, 0, 12, { NAME_S5, PACKAGE, 0x07, 0x04, 0x00, 0x00, 0x00, 0x00 } },
	/* no elements */
	{ false, 1, 0, 0, 12, { NAME_S5, PACKAGE, 0x06, 0x00, 0x00, 0x00, 0x00, 0x00 } },
	/* package too short */
	{ false, 1, 0, 0, 12, { NAME_S5, PACKAGE, 0x02, 0x04, 0x00, 0x00, 0x00, 0x00 } },
	/* type 8 */
	{ false, 1, 0, 0, 12, { NAME_S5, PACKAGE, 0x06, 0x04, 0x0a, 8, 0x00, 0x00 } },
	/* a reference */
	{ false, 1, 0, 0, 12, { NAME_S5, PACKAGE, 0x06, 0x04, 'A', 'B', 'C', 'D' } },
	/* second cut off */
	{ false, 1, 0, 0, 12, { NAME_S5, PACKAGE, 0x04, 0x02, 0x00, 0x0a, 0x05, 0x00 } },
	{ false, 1, 0, 0, 6, { NAME_S5, PACKAGE } },
	{ false, 0, 0, 0, 5, { NAME_S5 } },
	{ false, 1, 0, 0, 9, { NAME_S5, PACKAGE, 0xff, 0xff, 0xff } },
	{ true, 1, 0, 0, 24, { NAME_S5, PACKAGE, 0x06, 0x04, 'A', 'B', 'C', 'D',
	    NAME_S5, PACKAGE, 0x06, 0x04, 0x00, 0x00, 0x00, 0x00 } },
};

START_TEST(s5_packages)
{
	fadt(116);
	append(DSDT, bodies[_i].body, bodies[_i].size);
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert_int_eq(acpi.has_s5, bodies[_i].found);
	if (acpi.has_s5) {
		ck_assert_uint_eq(acpi.s5[0], bodies[_i].a);
		ck_assert_uint_eq(acpi.s5[1], bodies[_i].b);
	}
	ck_assert_uint_eq(acpi.oddities, bodies[_i].oddities);
}
END_TEST

START_TEST(s5_in_secondary_table)
{
	fadt(116);
	head(SSDT, "SSDT", 36);
	APPEND(SSDT, 0x08, '_', 'S', '5', '_', 0x12, 0x06, 0x04, 0x0a, 0x06, 0x01, 0x00);
	list(SSDT);
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert(acpi.has_s5);
	ck_assert_uint_eq(acpi.s5[0], 6);
}
END_TEST

/* -- the small ones ------------------------------------------------------------------ */

START_TEST(hpet_found)
{
	put(HPET + 40, 0x4000, 4);
	put(HPET + 44, 0xfed00000u, 8);
	head(HPET, "HPET", 56);
	list(HPET);
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert(acpi.has_hpet);
	ck_assert_uint_eq(acpi.hpet_base.v, 0xfed00000u);
}
END_TEST

START_TEST(hpet_refused)
{
	put(HPET + 40, _i == 0 ? 0x4001 : 0x4000, 4);		/* in port space */
	put(HPET + 44, _i == 1 ? 0 : _i == 2 ? 0xfed00001u : 0x1000, 8);
	head(HPET, "HPET", _i == 3 ? 55 : 56);
	list(HPET);
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert(!acpi.has_hpet);
	ck_assert_uint_eq(acpi.oddities, 1);
}
END_TEST

START_TEST(mcfg_first_good_window)
{
	head(MCFG, "MCFG", 44);
	APPEND(MCFG, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0);		/* base 0 */
	APPEND(MCFG, 0, 0, 0, 0xb0, 0, 0, 0, 0, 0, 0, 9, 8, 0, 0, 0, 0);	/* buses backwards */
	APPEND(MCFG, 0, 0, 0, 0xb0, 0, 0, 0, 0, 1, 0, 2, 255, 0, 0, 0, 0);
	APPEND(MCFG, 0, 0, 0, 0xc0, 0, 0, 0, 0);				/* half a window */
	list(MCFG);
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert(acpi.has_mcfg);
	ck_assert_uint_eq(acpi.mcfg_base.v, 0xb0000000u);
	ck_assert_uint_eq(acpi.mcfg_segment, 1);
	ck_assert_uint_eq(acpi.mcfg_first_bus, 2);
	ck_assert_uint_eq(acpi.mcfg_last_bus, 255);
	ck_assert_uint_eq(acpi.oddities, 2);
}
END_TEST

START_TEST(mcfg_empty)
{
	head(MCFG, "MCFG", 44);
	list(MCFG);
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert(!acpi.has_mcfg);
}
END_TEST

/* Whatever single byte is wrong, the reader ends and reads nothing that it should not. */
START_TEST(every_byte_changed)
{
	static const uint32_t tables[] = { RSDP, XSDT, RSDT, MADT, FADT, DSDT, HPET, MCFG };
	uint32_t table = tables[_i], length;

	madt();
	APPEND(MADT, 0, 8, 0, 0, 1, 0, 0, 0);
	APPEND(MADT, 1, 12, 5, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0);
	fadt(268);
	APPEND(DSDT, 0x08, '_', 'S', '5', '_', 0x12, 0x06, 0x04, 0x00, 0x01, 0x00, 0x00);
	put(HPET + 44, 0xfed00000u, 8);
	head(HPET, "HPET", 56);
	list(HPET);
	head(MCFG, "MCFG", 44);
	list(MCFG);
	length = table == RSDP ? 36 : length_of(table);
	for (uint32_t i = 0; i < length; i++) {
		for (unsigned value = 0; value < 256; value += 5) {
			uint8_t old = memory[table + i], old_sum = memory[table + 9];

			memory[table + i] = (uint8_t)value;
			(void)parse();
			if (table != RSDP && i > 9) {
				set_sum(table, length, table + 9);
				ck_assert_int_eq(parse(), PV_OK);
			}
			memory[table + i] = old;
			if (table != RSDP)
				memory[table + 9] = i == 9 ? old : old_sum;
		}
	}
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert_uint_eq(acpi.oddities, 0);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("acpi_fixed");
	TCase *t = tcase_create("tables");

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, NULL);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, fadt_first_version);
	tcase_add_test(t, fadt_extended_fields);
	tcase_add_test(t, fadt_too_short);
	tcase_add_test(t, fadt_values_that_cannot_be);
	tcase_add_test(t, dsdt_wide_address_broken);
	tcase_add_test(t, dsdt_wrong_sum);
	tcase_add_test(t, s5_anywhere_in_a_long_table);
	tcase_add_loop_test(t, s5_packages, 0, 16);
	tcase_add_test(t, s5_in_secondary_table);
	tcase_add_test(t, hpet_found);
	tcase_add_loop_test(t, hpet_refused, 0, 4);
	tcase_add_test(t, mcfg_first_good_window);
	tcase_add_test(t, mcfg_empty);
	tcase_add_loop_test(t, every_byte_changed, 0, 8);
	return s;
}

int
main(void)
{
	return run_all(srunner_create(suite()));
}
