/*
 * Bad ROMs, each found and named: the scanner of the VMI backend.
 * Source: backends/vmi/probe.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "cases.h"
#include "vmi_rom_build.h"
#include "../../backends/vmi/probe.h"

#define AREA	(VMI_AREA_END - VMI_AREA_START)
#define AT	0x4800u			/* of the ROM in the area */
#define LEAST	0xf5000000u

static uint8_t *area, *rom;
static struct pv_vmi_rom found;

static void
start(void)
{
	/* Exactly as large as the area: the sanitizer sees what leaves it. */
	area = calloc(1, AREA);
	rom = area + AT;
	rom_build(rom);
	memset(&found, 0xee, sizeof(found));
}

static enum pv_vmi_fault
scan(void)
{
	return pv_vmi_scan(area, AREA, LEAST, &found);
}

START_TEST(good)
{
	ck_assert_int_eq(scan(), PV_VMI_GOOD);
	ck_assert_uint_eq(found.at, AT);
	ck_assert_uint_eq(found.size, ROM_BYTES);
	ck_assert_uint_eq(found.top, 0);
}
END_TEST

START_TEST(none)
{
	memset(rom, 0, ROM_BYTES);
	ck_assert_int_eq(scan(), PV_VMI_NONE);
	/* At no multiple of 2 KiB nobody looks. */
	rom_build(area + AT + 512);
	ck_assert_int_eq(scan(), PV_VMI_NONE);
	ck_assert_int_eq(pv_vmi_scan(area, 0, LEAST, &found), PV_VMI_NONE);
	/* All is right but one of the signatures. */
	for (unsigned i = 0; i < 2; i++) {
		rom_build(rom);
		rom[i == 0 ? VMI_AT_SIGNATURE : VMI_AT_VMI] ^= 1;
		rom_balance(rom, ROM_BYTES);
		ck_assert_int_eq(scan(), PV_VMI_NONE);
	}
}
END_TEST

START_TEST(other_option_roms_are_passed_over)
{
	rom_put(area, 0, VMI_OPTION_ROM, 2);
	area[2] = 4;
	rom_put(area + 2048, 0, VMI_OPTION_ROM, 2);
	ck_assert_int_eq(scan(), PV_VMI_GOOD);
	ck_assert_uint_eq(found.at, AT);
}
END_TEST

START_TEST(a_good_one_behind_a_bad_one)
{
	rom_build(area);
	area[VMI_AT_MAJOR] = 13;
	rom_balance(area, ROM_BYTES);
	ck_assert_int_eq(scan(), PV_VMI_GOOD);
	ck_assert_uint_eq(found.at, AT);
	/* Both bad: the first is named. */
	rom[0x200]++;
	ck_assert_int_eq(scan(), PV_VMI_VERSION);
	ck_assert_uint_eq(found.at, 0);
}
END_TEST

/* Each of these changes one thing of a good ROM. */
static const struct {
	uint32_t at, value;
	unsigned bytes;
	enum pv_vmi_fault fault;
} changes[] = {
	{ VMI_AT_LENGTH, 0, 1, PV_VMI_LENGTH_ZERO },
	{ VMI_AT_LENGTH, 0xff, 1, PV_VMI_LENGTH_AREA },
	{ VMI_AT_MAJOR, 2, 1, PV_VMI_VERSION },
	{ VMI_AT_MAJOR, 13, 1, PV_VMI_VERSION },
	{ VMI_AT_PCI, 0, 2, PV_VMI_PCI_NONE },
	{ VMI_AT_PCI, ROM_BYTES - VMI_PCI_SIZE + 1, 2, PV_VMI_PCI_PLACE },
	{ VMI_AT_PCI, 0xffff, 2, PV_VMI_PCI_PLACE },
	{ ROM_PCI, 'p', 1, PV_VMI_PCI_SIGNATURE },
	{ ROM_PCI + 3, 'r', 1, PV_VMI_PCI_SIGNATURE },
	{ ROM_PCI + VMI_PCI_LENGTH, 1, 2, PV_VMI_PCI_LENGTH },
	{ VMI_AT_LICENCE, 0, 2, PV_VMI_LICENCE_NONE },
	{ VMI_AT_LICENCE, ROM_BYTES, 2, PV_VMI_LICENCE_TEXT },
	{ VMI_AT_LICENCE, 0xffff, 2, PV_VMI_LICENCE_TEXT },
	{ ROM_LICENCE, 0, 1, PV_VMI_LICENCE_TEXT },
	{ ROM_LICENCE + 1, 0x07, 1, PV_VMI_LICENCE_TEXT },
	{ VMI_AT_INIT + 1, 0x100000, 4, PV_VMI_ENTRY },
	{ VMI_AT_INIT + 1, 0xfffff000, 4, PV_VMI_ENTRY },
	{ VMI_AT_INIT + 1, ROM_BYTES - VMI_AT_INIT - 5, 4, PV_VMI_ENTRY },
	{ VMI_AT_INIT + 1, ROM_BYTES - VMI_AT_INIT - 6, 4, PV_VMI_GOOD },
	{ VMI_AT_RELOCATION, 0x8000eb, 3, PV_VMI_GOOD },
	{ VMI_AT_RELOCATION, 0x10000e9, 5, PV_VMI_ENTRY },
	{ VMI_AT_TOP, 0xfc000000, 4, PV_VMI_GOOD },
	{ VMI_AT_TOP, LEAST, 4, PV_VMI_GOOD },
	{ VMI_AT_TOP, LEAST - 1, 4, PV_VMI_TOP },
	{ VMI_AT_TOP, 0x1000, 4, PV_VMI_TOP },
	{ VMI_AT_MAJOR - 1, 9, 1, PV_VMI_GOOD },		/* minor */
	{ ROM_PCI + 4, 0x12345678, 4, PV_VMI_GOOD },	/* ids */
	{ ROM_LICENCE, 'g', 1, PV_VMI_GOOD },		/* what it says is not our business */
};

START_TEST(each_change)
{
	rom_put(rom, changes[_i].at, changes[_i].value, changes[_i].bytes);
	rom_balance(rom, ROM_BYTES);
	ck_assert_msg(scan() == changes[_i].fault, "change %d: %s", _i, pv_vmi_fault_text(scan()));
	ck_assert_uint_eq(found.at, AT);
	/* It is said in words, each in its own. */
	for (enum pv_vmi_fault f = PV_VMI_GOOD; f < PV_VMI_FAULTS; f++)
		ck_assert_int_eq(strcmp(pv_vmi_fault_text(f), pv_vmi_fault_text(changes[_i].fault)) == 0,
		    f == changes[_i].fault);
}
END_TEST

START_TEST(sum)
{
	rom[0x3ff]++;
	ck_assert_int_eq(scan(), PV_VMI_SUM);
	ck_assert_str_eq(pv_vmi_fault_text(PV_VMI_SUM), "its checksum is wrong");
}
END_TEST

START_TEST(at_the_very_end)
{
	memset(rom, 0, ROM_BYTES);
	rom_build(area + AREA - 2048);
	ck_assert_int_eq(scan(), PV_VMI_GOOD);
	area[AREA - 2048 + VMI_AT_LENGTH] = 5;
	ck_assert_int_eq(scan(), PV_VMI_LENGTH_AREA);
	/* An area that ends within its header. */
	ck_assert_int_eq(pv_vmi_scan(area, AREA - 2048 + VMI_HEADER - 1, LEAST, &found), PV_VMI_NONE);
}
END_TEST

int
main(void)
{
	const struct host_case cases[] = {
		{ good, 0 }, { none, 0 }, { other_option_roms_are_passed_over, 0 }, { a_good_one_behind_a_bad_one, 0 },
		{ each_change, sizeof(changes) / sizeof(changes[0]) }, { sum, 0 }, { at_the_very_end, 0 },
	};

	return RUN_CASES("vmi_probe", start, cases);
}
