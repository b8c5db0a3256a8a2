/*
 * The device tree of a sun4u machine, as QEMU's OpenBIOS has it and bent: addresses,
 * spaces, interrupts, memory. Source: backends/native/sparc64/oftree.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <check.h>

#include "../fuzz/boot_check.h"
#include "../fuzz/of_tree.h"
#include "../../backends/common/boot/build.h"
#include "run.h"

/* The nodes of the corpus, conformance/fuzz/make_of.py. */
#define BRIDGE	3u
#define EBUS	5u
#define EEPROM	6u
#define SU	7u
#define IDE	8u
#define CPU	9u

static uint8_t bytes[4096];
static size_t size;

static void
begin(void)
{
	FILE *f = fopen(OF_CORPUS "/qemu.bin", "rb");

	ck_assert_ptr_nonnull(f);
	size = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	of_read(bytes + 1, size - 1);
	ck_assert_uint_eq(of.nodes, CPU);
}

/* Cell n of a property, to be bent. */
static uint8_t *
cell(uint32_t node, const char *name, unsigned n)
{
	for (unsigned i = 0; i < of.properties; i++)
		if (of.property[i].node == node && strcmp(of_names[of.property[i].name], name) == 0)
			return bytes + (of.property[i].bytes - bytes) + 4 * n;
	ck_abort_msg("no %s in node %u", name, (unsigned)node);
	return NULL;
}

static void
put(uint32_t node, const char *name, unsigned n, uint32_t v)
{
	uint8_t *p = cell(node, name, n);

	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
}

START_TEST(nodes)
{
	ck_assert_uint_eq(pv_native_of_bridge(), BRIDGE);
	ck_assert_uint_eq(pv_native_of_cpu(), CPU);
	ck_assert_uint_eq(pv_native_of_search(1, "mk48t59"), EEPROM);
	ck_assert_uint_eq(pv_native_of_search(1, "su"), SU);
	ck_assert_uint_eq(pv_native_of_search(1, "nobody"), PV_OF_NONE);
	ck_assert(pv_native_of_compatible(1, "sun4u") && !pv_native_of_compatible(1, "sun4"));
}
END_TEST

START_TEST(lists)
{
	static const char list[] = "sun4\0sun4us\0xsun4u\0sun4u";

	ck_assert(pv_native_of_lists(list, sizeof(list), "sun4u"));
	ck_assert(pv_native_of_lists(list, sizeof(list) - 1, "sun4u"));	/* without its end */
	ck_assert(!pv_native_of_lists(list, sizeof(list) - 2, "sun4u"));	/* cut off */
	ck_assert(pv_native_of_lists(list, sizeof(list), "sun4"));
	ck_assert(!pv_native_of_lists(list, 3, "sun4"));
	ck_assert(!pv_native_of_lists(list, 0, "sun4"));
	ck_assert(!pv_native_of_lists("\0\0", 2, "sun4"));
}
END_TEST

START_TEST(addresses)
{
	uint64_t bytes_of;
	pv_paddr pa;

	ck_assert_int_eq(pv_native_of_reg(SU, &pa, &bytes_of), PV_OK);
	ck_assert_uint_eq(pa.v, 0x1fe020003f8);
	ck_assert_uint_eq(bytes_of, 8);
	ck_assert_int_eq(pv_native_of_reg(EEPROM, &pa, &bytes_of), PV_OK);
	ck_assert_uint_eq(pa.v, 0x1fe02002000);
	ck_assert_uint_eq(bytes_of, 0x2000);
	ck_assert_int_eq(pv_native_of_reg(BRIDGE, &pa, &bytes_of), PV_OK);
	ck_assert_uint_eq(pa.v, 0x1fe00000000);
	ck_assert_int_eq(pv_native_of_reg(CPU, &pa, &bytes_of), PV_E_NOENT);
}
END_TEST

START_TEST(addresses_that_no_bus_has)
{
	uint64_t bytes_of;
	pv_paddr pa;

	put(SU, "reg", 1, 0x8000);
	ck_assert_int_eq(pv_native_of_reg(SU, &pa, &bytes_of), PV_E_FORMAT);
	/* Begins in a range and leaves it: what is in it. */
	put(SU, "reg", 1, 0x7ffc);
	ck_assert_int_eq(pv_native_of_reg(SU, &pa, &bytes_of), PV_OK);
	ck_assert_uint_eq(bytes_of, 4);
	put(EBUS, "#address-cells", 0, 4);
	ck_assert_int_eq(pv_native_of_reg(SU, &pa, &bytes_of), PV_E_FORMAT);
	put(EBUS, "#address-cells", 0, 0xffffffff);
	ck_assert_int_eq(pv_native_of_reg(SU, &pa, &bytes_of), PV_E_FORMAT);
	put(EBUS, "#address-cells", 0, 3);
	ck_assert_int_eq(pv_native_of_reg(SU, &pa, &bytes_of), PV_E_NOENT);
}
END_TEST

START_TEST(spaces)
{
	uint64_t bytes_of;
	pv_paddr pa;

	ck_assert_int_eq(pv_native_of_pci_space(0, &pa, &bytes_of), PV_OK);
	ck_assert_uint_eq(pa.v, 0x1fe01000000);
	ck_assert_uint_eq(bytes_of, 0x1000000);
	ck_assert_int_eq(pv_native_of_pci_space(1, &pa, &bytes_of), PV_OK);
	ck_assert_uint_eq(pa.v, 0x1fe02000000);
	ck_assert_int_eq(pv_native_of_pci_space(3, &pa, &bytes_of), PV_E_FORMAT);
	put(BRIDGE, "#size-cells", 0, 3);
	ck_assert_int_eq(pv_native_of_pci_space(1, &pa, &bytes_of), PV_E_FORMAT);
	memcpy(cell(BRIDGE, "device_type", 0), "isa", 4);
	ck_assert_uint_eq(pv_native_of_bridge(), PV_OF_NONE);
	ck_assert_int_eq(pv_native_of_pci_space(1, &pa, &bytes_of), PV_E_NOENT);
}
END_TEST

START_TEST(interrupts)
{
	uint32_t number;

	ck_assert_int_eq(pv_native_of_interrupt(SU, &number), PV_OK);
	ck_assert_uint_eq(number, 0x7eb);
	ck_assert_int_eq(pv_native_of_interrupt(IDE, &number), PV_OK);
	ck_assert_uint_eq(number, 0x7e0);
	ck_assert_int_eq(pv_native_of_interrupt(EEPROM, &number), PV_E_NOENT);
	/* What the map does not have. */
	put(SU, "interrupts", 0, 2);
	ck_assert_int_eq(pv_native_of_interrupt(SU, &number), PV_E_FORMAT);
	put(SU, "interrupts", 0, 5);		/* its mask leaves 1 */
	ck_assert_int_eq(pv_native_of_interrupt(SU, &number), PV_OK);
	/* A controller that is no bridge; a number that cannot be. */
	put(EBUS, "interrupt-map", 3, CPU);
	ck_assert_int_eq(pv_native_of_interrupt(SU, &number), PV_E_FORMAT);
	put(EBUS, "interrupt-map", 3, BRIDGE);
	put(EBUS, "interrupt-map", 4, 0x800);
	ck_assert_int_eq(pv_native_of_interrupt(SU, &number), PV_E_FORMAT);
}
END_TEST

/* -- memory ------------------------------------------------------------------------------ */

#define MIB	0x100000ull

static struct pv_boot boot;

/* A property of the last node: base and size, base and size. */
static uint8_t *
add_pairs(uint8_t *to, uint8_t name, const uint64_t *pairs, unsigned nr)
{
	*to++ = (uint8_t)(0x80 + name);
	*to++ = (uint8_t)(nr * 16);
	for (unsigned i = 0; i < nr * 16; i++)
		*to++ = (uint8_t)(pairs[i / 8] >> (56 - 8 * (i % 8)));
	return to;
}

/* The map of a machine whose memory node has these; no property where there are none. */
static void
map_of(const uint64_t *available, unsigned nr_available, const uint64_t *reg, unsigned nr_reg)
{
	struct pv_boot_reader reader = { .kernel_base = pv_pa(0x404000), .kernel_size = 0x40000 };
	uint8_t *p = bytes;
	pv_status s;

	*p++ = 0;		/* the root */
	*p++ = 1;
	if (nr_reg != 0)
		p = add_pairs(p, 6, reg, nr_reg);
	if (nr_available != 0)
		p = add_pairs(p, 12, available, nr_available);
	of_read(bytes, (size_t)(p - bytes));
	pv_boot_build_begin(&boot, PV_BOOT_OPENFIRMWARE, &reader);
	pv_native_of_memory();
	s = pv_boot_build_end(pv_build.status);
	ck_assert_ptr_null(boot_check(&boot, s));
}

/* 0: nobody has said anything of it. */
static unsigned
kind_at(uint64_t pa)
{
	for (uint32_t i = 0; i < boot.nr_ranges; i++)
		if (pa - boot.range[i].base.v < boot.range[i].size)
			return (unsigned)boot.range[i].kind;
	return 0;
}

/* RAM is what is available of what is there; the rest is the firmware's. */
START_TEST(memory)
{
	static const uint64_t available[] = { 8 * MIB, 8 * MIB, 32 * MIB, 16 * MIB }, reg[] = { 0, 64 * MIB };

	map_of(available, 2, reg, 1);
	ck_assert_uint_eq(pv_boot_ram_bytes(&boot), 24 * MIB);
	ck_assert_uint_eq(kind_at(8 * MIB), PV_MEM_RAM);
	ck_assert_uint_eq(kind_at(16 * MIB - 1), PV_MEM_RAM);
	ck_assert_uint_eq(kind_at(16 * MIB), PV_MEM_RESERVED);
	ck_assert_uint_eq(kind_at(48 * MIB), PV_MEM_RESERVED);
	ck_assert_uint_eq(kind_at(64 * MIB - 1), PV_MEM_RESERVED);
	ck_assert_uint_eq(kind_at(64 * MIB), 0);
	ck_assert_uint_eq(kind_at(0x404000), PV_MEM_RESERVED);	/* where the image is nothing is available */
	ck_assert_uint_eq(kind_at(MIB), PV_MEM_RESERVED);
}
END_TEST

START_TEST(memory_that_cannot_be)
{
	/* On top of each other, around the end, of no size; more than there is. */
	static const uint64_t available[] = {
		8 * MIB, 8 * MIB, 12 * MIB, 8 * MIB, ~0ull - MIB, 2 * MIB, 40 * MIB, 0, 60 * MIB, 8 * MIB,
	};
	static const uint64_t reg[] = { 0, 64 * MIB, ~0ull - MIB, 2 * MIB, 32 * MIB, 64 * MIB };
	uint32_t before;

	map_of(available, 1, reg, 1);
	before = boot.oddities;
	map_of(available, 5, reg, 3);
	ck_assert_uint_eq(boot.oddities, before + 3);
	ck_assert_uint_eq(pv_boot_ram_bytes(&boot), 20 * MIB);
	ck_assert_uint_eq(kind_at(19 * MIB), PV_MEM_RAM);
	ck_assert_uint_eq(kind_at(20 * MIB), PV_MEM_RESERVED);
	ck_assert_uint_eq(kind_at(95 * MIB), PV_MEM_RESERVED);
	ck_assert_uint_eq(kind_at(~0ull - MIB), 0);
	/* Nothing at all is said, or nothing is available. */
	map_of(NULL, 0, reg, 1);
	ck_assert_uint_eq(pv_boot_ram_bytes(&boot), 0);
	map_of(NULL, 0, NULL, 0);
	ck_assert_uint_eq(pv_boot_ram_bytes(&boot), 0);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("of");
	Suite *s = suite_create("native_of");

	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(tc, begin, NULL);
	tcase_add_test(tc, nodes);
	tcase_add_test(tc, lists);
	tcase_add_test(tc, addresses);
	tcase_add_test(tc, addresses_that_no_bus_has);
	tcase_add_test(tc, spaces);
	tcase_add_test(tc, interrupts);
	tcase_add_test(tc, memory);
	tcase_add_test(tc, memory_that_cannot_be);
	return run_all(srunner_create(s));
}
