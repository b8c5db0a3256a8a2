/*
 * The ACPI reader: root pointer, root tables, interrupt table; good and broken.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "acpi_build.h"
#include "run.h"

/* -- the root ---------------------------------------------------------------- */

START_TEST(root_revision_2_by_xsdt)
{
	madt();
	put(RSDP + 16, 0xdead0, 4);	/* must not matter */
	set_sum(RSDP, 20, RSDP + 8);
	set_sum(RSDP, 36, RSDP + 32);
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert_uint_eq(acpi.revision, 2);
	ck_assert(acpi.has_madt);
	ck_assert_uint_eq(acpi.oddities, 0);
}
END_TEST

START_TEST(root_revision_0_by_rsdt)
{
	madt();
	put(XSDT, 0, 4);		/* nobody may look there */
	put(RSDP + 20, 0xffffffffu, 4);
	root_pointer(0);
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert(acpi.has_madt);
	ck_assert_uint_eq(acpi.oddities, 0);
}
END_TEST

START_TEST(root_nothing_there)
{
	memset(memory + RSDP, 0, 36);
	ck_assert_int_eq(parse(), PV_E_FORMAT);
	ck_assert_int_eq(pv_acpi_read(&acpi, pv_pa(0)), PV_E_FORMAT);
	ck_assert_int_eq(pv_acpi_read(&acpi, pv_pa(MEMORY - 4)), PV_E_FORMAT);
	ck_assert_int_eq(pv_acpi_read(&acpi, pv_pa(UINT64_MAX - 4)), PV_E_FORMAT);
	ck_assert(!acpi.has_madt && !acpi.has_fadt && !acpi.has_s5);
}
END_TEST

START_TEST(root_pointer_wrong_sum)
{
	memory[RSDP + 8] ^= 1;
	ck_assert_int_eq(parse(), PV_E_FORMAT);
}
END_TEST

START_TEST(root_extended_sum_wrong_falls_back_to_rsdt)
{
	madt();
	memory[RSDP + 33] ^= 1;
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert(acpi.has_madt);
	ck_assert_uint_eq(acpi.oddities, 1);
}
END_TEST

START_TEST(root_pointer_absurd_length)
{
	static const uint32_t lengths[] = { 0, 20, 35, 257, 0x7fffffff, 0xffffffff };

	madt();
	put(RSDP + 20, lengths[_i], 4);
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert(acpi.has_madt);
	ck_assert_uint_eq(acpi.oddities, 1);
}
END_TEST

START_TEST(root_xsdt_broken_falls_back_to_rsdt)
{
	madt();
	memory[XSDT + 9] ^= 1;
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert(acpi.has_madt);
	ck_assert_uint_eq(acpi.oddities, 1);
}
END_TEST

START_TEST(root_both_tables_broken)
{
	madt();
	memory[XSDT + 9] ^= 1;
	memory[RSDT + 9] ^= 1;
	ck_assert_int_eq(parse(), PV_E_FORMAT);
	ck_assert(!acpi.has_madt);
}
END_TEST

START_TEST(root_truncated_table)
{
	put(XSDT + 4, 35, 4);
	put(RSDT + 4, 35, 4);
	set_sum(XSDT, 35, XSDT + 9);
	set_sum(RSDT, 35, RSDT + 9);
	ck_assert_int_eq(parse(), PV_E_FORMAT);
}
END_TEST

START_TEST(root_table_beyond_memory)
{
	put(XSDT + 4, 0x7fffffff, 4);
	put(RSDT + 4, MEMORY, 4);
	ck_assert_int_eq(parse(), PV_E_FORMAT);
	ck_assert_uint_eq(acpi.oddities, 2);
}
END_TEST

START_TEST(root_entries_that_lead_nowhere)
{
	APPEND(XSDT, 0, 0, 0, 0, 0, 0, 0, 0);
	APPEND(XSDT, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
	APPEND(XSDT, 0xfe, 0xff, 0x11, 0, 0, 0, 0, 0);
	APPEND(XSDT, 0, 0x10, 1, 0, 0, 0, 0, 0);	/* itself */
	madt();
	APPEND(XSDT, 1, 2, 3);				/* not a whole entry */
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert(acpi.has_madt);
	ck_assert_uint_eq(acpi.oddities, 3);
}
END_TEST

START_TEST(root_too_many_entries)
{
	for (unsigned i = 0; i < 300; i++)
		list(SSDT);
	head(SSDT, "XXXX", 36);
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert_uint_eq(acpi.oddities, 1);
}
END_TEST

START_TEST(table_listed_twice_counts_once)
{
	madt();
	APPEND(MADT, 0, 8, 0, 7, 1, 0, 0, 0);
	list(MADT);
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert_uint_eq(acpi.nr_cpus, 1);
	ck_assert_uint_eq(acpi.oddities, 1);
}
END_TEST

START_TEST(table_partly_unreadable)
{
	madt();
	for (unsigned i = 0; i < 60; i++)
		APPEND(MADT, 0, 8, 0, (uint8_t)i, 1, 0, 0, 0);
	hole = MADT + 400;
	hole_end = MADT + 401;
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert(!acpi.has_madt);
	ck_assert_uint_eq(acpi.oddities, 1);
}
END_TEST

/* -- finding ------------------------------------------------------------------- */

START_TEST(find_in_bios)
{
	pv_paddr found = pv_pa(0);

	memcpy(memory + 0xe0000, "RSD PTR ", 8);	/* a decoy: wrong sum */
	memory[0xe0008] = 1;
	ck_assert_int_eq(pv_acpi_find_rsdp(&found), PV_OK);
	ck_assert_uint_eq(found.v, RSDP);
}
END_TEST

START_TEST(find_in_extended_data)
{
	pv_paddr found = pv_pa(0);

	put(0x40e, 0x9fc0, 2);
	memcpy(memory + 0x9fff0 - 0x10, memory + RSDP, 36);
	ck_assert_int_eq(pv_acpi_find_rsdp(&found), PV_OK);
	ck_assert_uint_eq(found.v, 0x9ffe0);
}
END_TEST

START_TEST(find_nothing)
{
	pv_paddr found = pv_pa(1);

	memset(memory + RSDP, 0, 36);
	put(0x40e, 0xffff, 2);
	ck_assert_int_eq(pv_acpi_find_rsdp(&found), PV_E_NOENT);
	ck_assert_uint_eq(found.v, 1);
}
END_TEST

START_TEST(find_around_a_hole)
{
	pv_paddr found = pv_pa(0);

	hole = 0xe0000;
	hole_end = 0xe8000;
	ck_assert_int_eq(pv_acpi_find_rsdp(&found), PV_OK);
	hole_end = 0x100000;
	ck_assert_int_eq(pv_acpi_find_rsdp(&found), PV_E_NOENT);
}
END_TEST

/* -- interrupts ----------------------------------------------------------------- */

START_TEST(madt_all_kinds)
{
	madt();
	APPEND(MADT, 0, 8, 0, 0, 1, 0, 0, 0);			/* CPU 0 */
	APPEND(MADT, 0, 8, 1, 2, 0, 0, 0, 0);			/* an empty socket */
	APPEND(MADT, 0, 8, 2, 4, 1, 0, 0, 0);			/* CPU 4 */
	APPEND(MADT, 9, 16, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0);	/* CPU 256 */
	APPEND(MADT, 9, 16, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0);	/* CPU 4 again */
	APPEND(MADT, 1, 12, 5, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0);
	APPEND(MADT, 1, 12, 6, 0, 0, 0x10, 0xc0, 0xfe, 24, 0, 0, 0);
	APPEND(MADT, 2, 10, 0, 0, 2, 0, 0, 0, 0, 0);
	APPEND(MADT, 2, 10, 0, 9, 20, 0, 0, 0, 0x0f, 0);
	APPEND(MADT, 3, 8, 0, 0, 23, 0, 0, 0);
	APPEND(MADT, 4, 6, 0xff, 0, 0, 1);
	APPEND(MADT, 5, 12, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0);
	APPEND(MADT, 0x80, 5, 1, 2, 3);				/* a type of the vendor's */
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert_uint_eq(acpi.oddities, 0);
	ck_assert(acpi.has_8259);
	ck_assert_uint_eq(acpi.nr_cpus, 3);
	ck_assert_uint_eq(acpi.cpu_apic_id[1], 4);
	ck_assert_uint_eq(acpi.cpu_apic_id[2], 256);
	ck_assert_uint_eq(acpi.nr_ioapics, 2);
	ck_assert_uint_eq(acpi.ioapic[1].id, 6);
	ck_assert_uint_eq(acpi.ioapic[1].base.v, 0xfec01000u);
	ck_assert_uint_eq(acpi.ioapic[1].gsi_base, 24);
	ck_assert_uint_eq(acpi.nr_overrides, 2);
	ck_assert_uint_eq(acpi.override[0].gsi, 2);
	ck_assert_uint_eq(acpi.override[1].isa, 9);
	ck_assert_uint_eq(acpi.override[1].gsi, 20);
	ck_assert_uint_eq(acpi.override[1].polarity, 3);
	ck_assert_uint_eq(acpi.override[1].trigger, 3);
	ck_assert_uint_eq(acpi.nmi_lint, 1);
	ck_assert_uint_eq(acpi.lapic_base.v, 0x100000000ull);
}
END_TEST

START_TEST(madt_defaults)
{
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert(!acpi.has_madt);
	ck_assert_uint_eq(acpi.lapic_base.v, 0xfee00000u);
	ck_assert_uint_eq(acpi.nmi_lint, 0xff);
}
END_TEST

START_TEST(madt_entry_of_length_zero_or_one)
{
	madt();
	APPEND(MADT, 0, 8, 0, 0, 1, 0, 0, 0);
	APPEND(MADT, 0, (uint8_t)_i, 0, 1, 1, 0, 0, 0);
	APPEND(MADT, 0, 8, 0, 2, 1, 0, 0, 0);
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert_uint_eq(acpi.nr_cpus, 1);
	ck_assert_uint_eq(acpi.oddities, 1);
}
END_TEST

START_TEST(madt_last_entry_cut_off)
{
	madt();
	APPEND(MADT, 0, 8, 0, 0, 1, 0, 0, 0);
	if (_i == 1)
		APPEND(MADT, 0);
	else if (_i == 2)
		APPEND(MADT, 0, 8, 0, 1, 1);
	else
		APPEND(MADT, 1, 0xff, 1, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0);
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert_uint_eq(acpi.nr_cpus, 1);
	ck_assert_uint_eq(acpi.nr_ioapics, 0);
	ck_assert_uint_eq(acpi.oddities, 1);
}
END_TEST

START_TEST(madt_entries_shorter_than_their_type)
{
	static const uint8_t least[] = { 8, 12, 10, 8, 6, 12, 0, 0, 0, 16, 12 };

	madt();
	for (uint8_t type = 0; type < sizeof(least); type++) {
		uint8_t entry[16] = { type, (uint8_t)(least[type] - 1), 0xff, 1, 1, 1 };

		if (least[type] != 0)
			append(MADT, entry, least[type] - 1u);
	}
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert_uint_eq(acpi.oddities, 8);
	ck_assert_uint_eq(acpi.nr_cpus + acpi.nr_ioapics + acpi.nr_overrides, 0);
	ck_assert_uint_eq(acpi.nmi_lint, 0xff);
}
END_TEST

START_TEST(madt_longer_entries_are_fine)
{
	madt();
	APPEND(MADT, 0, 20, 0, 3, 1, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9);
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert_uint_eq(acpi.nr_cpus, 1);
	ck_assert_uint_eq(acpi.oddities, 0);
}
END_TEST

START_TEST(madt_more_than_there_is_room_for)
{
	madt();
	for (unsigned i = 0; i < PV_ACPI_CPUS + 6; i++)
		APPEND(MADT, 0, 8, 0, (uint8_t)i, 1, 0, 0, 0);
	for (unsigned i = 0; i < PV_ACPI_IOAPICS + 1; i++)
		APPEND(MADT, 1, 12, 5, 0, 0, (uint8_t)(i << 4), 0xc0, 0xfe, (uint8_t)i, 0, 0, 0);
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert_uint_eq(acpi.nr_cpus, PV_ACPI_CPUS);
	ck_assert_uint_eq(acpi.nr_ioapics, PV_ACPI_IOAPICS);
	ck_assert_uint_eq(acpi.oddities, 7);
}
END_TEST

START_TEST(madt_values_that_cannot_be)
{
	madt();
	APPEND(MADT, 0, 8, 0, 0xff, 1, 0, 0, 0);		/* broadcast: an empty socket */
	APPEND(MADT, 1, 12, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0);	/* I/O APIC at 0 */
	APPEND(MADT, 1, 12, 5, 0, 1, 0, 0xc0, 0xfe, 0, 0, 0, 0);	/* not aligned */
	APPEND(MADT, 2, 10, 1, 0, 2, 0, 0, 0, 0, 0);		/* bus 1 */
	APPEND(MADT, 2, 10, 0, 16, 2, 0, 0, 0, 0, 0);		/* ISA interrupt 16 */
	APPEND(MADT, 2, 10, 0, 3, 2, 0, 0, 0, 2, 0);		/* polarity 2 */
	APPEND(MADT, 2, 10, 0, 3, 2, 0, 0, 0, 8, 0);		/* trigger 2 */
	APPEND(MADT, 4, 6, 0xff, 0, 0, 2);			/* LINT 2 */
	APPEND(MADT, 5, 12, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0);	/* not a page */
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert_uint_eq(acpi.oddities, 8);
	ck_assert_uint_eq(acpi.nr_cpus + acpi.nr_ioapics + acpi.nr_overrides, 0);
	ck_assert_uint_eq(acpi.lapic_base.v, 0xfee00000u);
}
END_TEST

START_TEST(madt_the_same_twice)
{
	madt();
	APPEND(MADT, 1, 12, 5, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0);
	APPEND(MADT, 1, 12, 6, 0, 0, 0, 0xc0, 0xfe, 24, 0, 0, 0);
	APPEND(MADT, 1, 12, 7, 0, 0, 0x10, 0xc0, 0xfe, 0, 0, 0, 0);
	APPEND(MADT, 2, 10, 0, 0, 2, 0, 0, 0, 0, 0);
	APPEND(MADT, 2, 10, 0, 0, 3, 0, 0, 0, 0, 0);
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert_uint_eq(acpi.nr_ioapics, 1);
	ck_assert_uint_eq(acpi.nr_overrides, 1);
	ck_assert_uint_eq(acpi.override[0].gsi, 2);
	ck_assert_uint_eq(acpi.oddities, 3);
}
END_TEST

START_TEST(madt_nmi_of_single_cpus)
{
	madt();
	APPEND(MADT, 4, 6, 0, 0, 0, 0);
	APPEND(MADT, 10, 12, 0, 0, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0);
	APPEND(MADT, 4, 6, 2, 0, 0, 0);
	ck_assert_int_eq(parse(), PV_OK);
	ck_assert_uint_eq(acpi.nmi_lint, 1);
	ck_assert_uint_eq(acpi.oddities, 0);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("acpi");
	TCase *t = tcase_create("root");

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, root_revision_2_by_xsdt);
	tcase_add_test(t, root_revision_0_by_rsdt);
	tcase_add_test(t, root_nothing_there);
	tcase_add_test(t, root_pointer_wrong_sum);
	tcase_add_test(t, root_extended_sum_wrong_falls_back_to_rsdt);
	tcase_add_loop_test(t, root_pointer_absurd_length, 0, 6);
	tcase_add_test(t, root_xsdt_broken_falls_back_to_rsdt);
	tcase_add_test(t, root_both_tables_broken);
	tcase_add_test(t, root_truncated_table);
	tcase_add_test(t, root_table_beyond_memory);
	tcase_add_test(t, root_entries_that_lead_nowhere);
	tcase_add_test(t, root_too_many_entries);
	tcase_add_test(t, table_listed_twice_counts_once);
	tcase_add_test(t, table_partly_unreadable);
	tcase_add_test(t, find_in_bios);
	tcase_add_test(t, find_in_extended_data);
	tcase_add_test(t, find_nothing);
	tcase_add_test(t, find_around_a_hole);
	t = tcase_create("madt");
	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, madt_all_kinds);
	tcase_add_test(t, madt_defaults);
	tcase_add_loop_test(t, madt_entry_of_length_zero_or_one, 0, 2);
	tcase_add_loop_test(t, madt_last_entry_cut_off, 0, 3);
	tcase_add_test(t, madt_entries_shorter_than_their_type);
	tcase_add_test(t, madt_longer_entries_are_fine);
	tcase_add_test(t, madt_more_than_there_is_room_for);
	tcase_add_test(t, madt_values_that_cannot_be);
	tcase_add_test(t, madt_the_same_twice);
	tcase_add_test(t, madt_nmi_of_single_cpus);
	return s;
}

int
main(void)
{
	return run_all(srunner_create(suite()));
}
