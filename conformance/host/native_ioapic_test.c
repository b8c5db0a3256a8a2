/*
 * IOAPICs made up in memory: numbering, redirection entries, chips and tables that
 * are not what they say.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native_lines.h"

static struct chip {
	uint64_t base;
	uint32_t version, select;
	uint32_t entry[2 * 256];
	unsigned writes, reads;
	bool unmappable;
} chip[4];
static unsigned unmapped;
struct pv_ops pv_ops;

pv_status
pv_io_map(pv_paddr base, size_t size, unsigned flags, volatile void **out)
{
	ck_assert_uint_ge(size, 0x20);
	ck_assert_uint_eq(flags, PV_MAP_UC);
	for (unsigned i = 0; i < 4; i++) {
		if (chip[i].base == base.v && !chip[i].unmappable) {
			*out = (volatile void *)(uintptr_t)((i + 1) * 0x1000);
			return PV_OK;
		}
	}
	return PV_E_RANGE;
}

void
pv_io_unmap(volatile void *p, size_t size)
{
	(void)p;
	(void)size;
	unmapped++;
}

static uint32_t
fake_read32(const volatile void *p)
{
	struct chip *c = &chip[(uintptr_t)p / 0x1000 - 1];

	ck_assert_uint_eq((uintptr_t)p % 0x1000, 0x10);
	c->reads++;
	if (c->select == 1)
		return c->version;
	ck_assert_uint_ge(c->select, 0x10);
	return c->entry[c->select - 0x10];
}

static void
fake_write32(volatile void *p, uint32_t value)
{
	struct chip *c = &chip[(uintptr_t)p / 0x1000 - 1];

	if ((uintptr_t)p % 0x1000 == 0) {
		c->select = value;
		return;
	}
	ck_assert_uint_ge(c->select, 0x10);
	ck_assert_uint_lt(c->select, 0x100);
	c->entry[c->select - 0x10] = value;
	c->writes++;
}

#define pv_mmio_read32		fake_read32
#define pv_mmio_write32		fake_write32
#include "../../backends/native/x86/ioapic.c"

static void
add_chip(unsigned i, uint64_t base, unsigned pins, uint32_t first)
{
	chip[i].base = base;
	chip[i].version = (pins - 1) << 16 | 0x11;
	firmware.ioapic[firmware.nr_ioapics].id = i;
	firmware.ioapic[firmware.nr_ioapics].base = pv_pa(base);
	firmware.ioapic[firmware.nr_ioapics].gsi_base = first;
	firmware.nr_ioapics++;
}

static void
add_override(uint8_t from, uint32_t gsi, uint8_t polarity, uint8_t trigger)
{
	firmware.override[firmware.nr_overrides++] =
	    (struct pv_acpi_override){ from, gsi, polarity, trigger };
}

static void
start(void)
{
	power_on();
	memset(chip, 0, sizeof(chip));
	add_chip(0, 0xfec00000u, 24, 0);
}

START_TEST(everything_is_masked_at_first_but_the_firmwares_own)
{
	for (unsigned i = 0; i < 50; i++)
		chip[0].entry[i] = 0x800f;		/* level, some vector, open */
	chip[0].entry[2 * 9] = 0x200;			/* SMI */
	ck_assert(pv_native_ioapic_init(&firmware));
	for (unsigned pin = 0; pin < 24; pin++) {
		ck_assert_uint_eq(chip[0].entry[2 * pin], pin == 9 ? 0x200 : 0x10000);
		ck_assert_uint_eq(chip[0].entry[2 * pin + 1], pin == 9 ? 0x800f : 0);
	}
	ck_assert_uint_eq(chip[0].entry[48], 0x800f);
}
END_TEST

START_TEST(several_chips_have_a_range_each)
{
	add_chip(1, 0xfec01000u, 16, 24);
	add_chip(2, 0xfec02000u, 120, 64);
	add_chip(3, 0xfec03000u, 24, 40);		/* between the others */
	ck_assert(pv_native_ioapic_init(&firmware));
	ck_assert(pv_native_ioapic_has(0) && pv_native_ioapic_has(39));
	ck_assert(pv_native_ioapic_has(40) && pv_native_ioapic_has(63));
	ck_assert_uint_eq(logged_lines, 0);
	ck_assert(pv_native_ioapic_has(64) && pv_native_ioapic_has(183));
	ck_assert(!pv_native_ioapic_has(184) && !pv_native_ioapic_has(~0u));
	pv_native_ioapic_set(25, 0x55, 0, 3);
	ck_assert_uint_eq(chip[1].entry[2], 0x10055);
	ck_assert_uint_eq(chip[1].entry[3], 3u << 24);
}
END_TEST

START_TEST(chips_that_lie_are_not_used)
{
	add_chip(1, 0xfec01000u, 16, 23);		/* overlaps the first */
	add_chip(2, 0xfec02000u, 24, 64);
	chip[2].version = ~0u;				/* nobody answers */
	add_chip(3, 0xfec03000u, 24, 0xfffffff0u);	/* beyond the last number */
	ck_assert(pv_native_ioapic_init(&firmware));
	ck_assert_uint_eq(logged_lines, 3);
	ck_assert_uint_eq(unmapped, 3);
	ck_assert(pv_native_ioapic_has(23));
	ck_assert(!pv_native_ioapic_has(24) && !pv_native_ioapic_has(64));
	ck_assert(!pv_native_ioapic_has(0xfffffff0u));
	ck_assert_uint_eq(chip[1].writes + chip[2].writes + chip[3].writes, 0);
}
END_TEST

START_TEST(more_pins_than_there_are_registers)
{
	add_chip(1, 0xfec01000u, 121, 64);
	ck_assert(pv_native_ioapic_init(&firmware));
	ck_assert_uint_eq(logged_lines, 1);
	ck_assert(!pv_native_ioapic_has(64));
}
END_TEST

START_TEST(none_that_can_be_used)
{
	chip[0].unmappable = true;
	ck_assert(!pv_native_ioapic_init(&firmware));
	ck_assert_ptr_nonnull(strstr(logged, "fec00000"));
	chip[0].unmappable = false;
	firmware.nr_ioapics = 0;
	ck_assert(!pv_native_ioapic_init(&firmware));
}
END_TEST

START_TEST(entry_has_vector_trigger_polarity_and_is_masked)
{
	ck_assert(pv_native_ioapic_init(&firmware));
	pv_native_ioapic_set(4, 0x24, PV_LINE_EDGE, 0);
	ck_assert_uint_eq(chip[0].entry[8], 0x10024);
	pv_native_ioapic_set(5, 0x25, PV_LINE_LEVEL | PV_LINE_LOW | PV_LINE_SHARED, 0xfe);
	ck_assert_uint_eq(chip[0].entry[10], 0x1a025);
	ck_assert_uint_eq(chip[0].entry[11], 0xfe000000u);
	pv_native_ioapic_set(6, 0x26, PV_LINE_LEVEL, 0);
	ck_assert_uint_eq(chip[0].entry[12], 0x18026);
	pv_native_ioapic_set(7, 0x27, PV_LINE_LOW, 0);
	ck_assert_uint_eq(chip[0].entry[14], 0x12027);
}
END_TEST

START_TEST(mask_changes_one_bit_and_waits_for_it)
{
	unsigned reads;

	ck_assert(pv_native_ioapic_init(&firmware));
	pv_native_ioapic_set(5, 0x25, PV_LINE_LEVEL | PV_LINE_LOW, 2);
	pv_native_ioapic_mask(5, false);
	ck_assert_uint_eq(chip[0].entry[10], 0xa025);
	chip[0].entry[10] |= 0x4000;		/* remote IRR, read-only, set while in service */
	reads = chip[0].reads;
	pv_native_ioapic_mask(5, true);
	ck_assert_uint_ne(chip[0].entry[10] & 0x10000, 0);
	ck_assert_uint_eq(chip[0].entry[10] & 0xbfff, 0xa025);
	ck_assert_uint_eq(chip[0].reads, reads + 2);
	ck_assert_uint_eq(chip[0].entry[11], 2u << 24);
}
END_TEST

START_TEST(route_leaves_the_low_word_alone)
{
	unsigned writes;

	ck_assert(pv_native_ioapic_init(&firmware));
	pv_native_ioapic_set(4, 0x24, 0, 0);
	pv_native_ioapic_mask(4, false);
	writes = chip[0].writes;
	pv_native_ioapic_route(4, 3);
	ck_assert_uint_eq(chip[0].writes, writes + 1);
	ck_assert_uint_eq(chip[0].entry[8], 0x24);
	ck_assert_uint_eq(chip[0].entry[9], 3u << 24);
}
END_TEST

START_TEST(overrides_say_where_and_how)
{
	add_override(0, 2, 0, 0);
	add_override(9, 9, 1, 3);
	add_override(5, 20, 3, 3);
	add_override(7, 7, 3, 1);
	add_override(6, 21, 1, 1);
	ck_assert(pv_native_ioapic_init(&firmware));
	ck_assert_uint_eq(pv_native_ioapic_isa(0), 2);
	ck_assert_uint_eq(pv_native_ioapic_isa(5), 20);
	ck_assert_uint_eq(pv_native_ioapic_isa(4), 4);
	ck_assert_uint_eq(pv_native_ioapic_wired(2), PV_LINE_EDGE);
	ck_assert_uint_eq(pv_native_ioapic_wired(4), PV_LINE_EDGE);
	ck_assert_uint_eq(pv_native_ioapic_wired(9), PV_LINE_LEVEL);
	ck_assert_uint_eq(pv_native_ioapic_wired(20), PV_LINE_LEVEL | PV_LINE_LOW);
	ck_assert_uint_eq(pv_native_ioapic_wired(7), PV_LINE_LOW);
	ck_assert_uint_eq(pv_native_ioapic_wired(21), PV_LINE_EDGE);
	ck_assert_uint_eq(pv_native_ioapic_wired(16), PV_LINE_LEVEL | PV_LINE_LOW);
}
END_TEST

int
main(void)
{
	const TTest *const *const cases[] = {
		&everything_is_masked_at_first_but_the_firmwares_own, &several_chips_have_a_range_each,
		&chips_that_lie_are_not_used, &more_pins_than_there_are_registers,
		&none_that_can_be_used, &entry_has_vector_trigger_polarity_and_is_masked,
		&mask_changes_one_bit_and_waits_for_it, &route_leaves_the_low_word_alone,
		&overrides_say_where_and_how,
	};

	return run_cases("IOAPICs", start, cases, sizeof(cases) / sizeof(cases[0]));
}
