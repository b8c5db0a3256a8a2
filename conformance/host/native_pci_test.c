/*
 * PCI configuration of a PC: ports or memory, and who may map that and when. Source:
 * backends/native/x86/pci.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../backends/native/x86/native.h"
#include "../../backends/common/acpi/acpi.h"
#include "run.h"

static struct {
	struct pv_acpi acpi;
	bool has_acpi, no_room;
	unsigned maps, nested, ports, depth;
	uint32_t address;
	uint8_t config[0x100000];
} pc;

static struct pv_cpu *
fake_cpu(void)
{
	static struct pv_cpu cpu;

	cpu.depth = pc.depth;
	return &cpu;
}

#define pv_cpu		fake_cpu
#undef pv_irq_save
#undef pv_irq_restore
#define pv_irq_save()		0
#define pv_irq_restore(gate)	((void)(gate))
#include "../../backends/native/x86/pci.c"

const struct pv_acpi *
pv_native_acpi(void)
{
	return pc.has_acpi ? &pc.acpi : NULL;
}

static const struct pv_pci_address bridge = { .bus = 2, .device = 3, .function = 1 };

pv_status
pv_io_map(pv_paddr base, size_t size, unsigned flags, volatile void **out)
{
	uint32_t v;

	ck_assert_uint_eq(base.v, 0xb0000000u + 0x100000u * (pc.maps == 0 ? 2 : 3));
	ck_assert_uint_eq(size, 0x100000);
	ck_assert_uint_eq(flags, PV_MAP_UC);
	pc.maps++;
	/* An interrupt, or another CPU, in the middle. */
	if (pc.nested-- == 1)
		ck_assert_int_eq(pv_native_pci_read(bridge, 8, 4, &v), PV_OK);
	if (pc.no_room)
		return PV_E_NOMEM;
	*out = pc.config;
	return PV_OK;
}

void
pv_native_port(uint16_t port, unsigned width, uint32_t *value, bool write)
{
	if (port == 0xcf8) {
		ck_assert(write && width == 4);
		pc.address = *value;
		return;
	}
	ck_assert_uint_eq(port & ~3u, 0xcfc);
	pc.ports++;
	if (!write)
		*value = 0x12345678u >> 8 * (port & 3) & 0xffffffffu >> (32 - 8 * width);
}

void
pv_native_mmio(volatile void *p, unsigned width, uint32_t *value, bool write)
{
	ck_assert_uint_eq((uintptr_t)p - (uintptr_t)pc.config, 3 << 15 | 1 << 12 | 8);
	ck_assert_uint_eq(width, 4);
	if (write)
		memcpy((uint8_t *)(uintptr_t)p, value, 4);
	else
		memcpy(value, (uint8_t *)(uintptr_t)p, 4);
}

static uint32_t
get(void)
{
	uint32_t v = 0;

	ck_assert_int_eq(pv_native_pci_read(bridge, 8, 4, &v), PV_OK);
	return v;
}

static void
power_on(void)
{
	memset(&pc, 0, sizeof(pc));
	pc.acpi.has_mcfg = pc.has_acpi = true;
	pc.acpi.mcfg_base = pv_pa(0xb0000000u);
	pc.acpi.mcfg_last_bus = 0x3f;
	memcpy(pc.config + (3 << 15 | 1 << 12 | 8), "\xef\xbe\xad\xde", 4);
}

START_TEST(ports_without_acpi)
{
	pc.has_acpi = false;
	ck_assert_uint_eq(get(), 0x12345678);
	ck_assert_uint_eq(pc.address, 0x80000000u | 2 << 16 | 3 << 11 | 1 << 8 | 8);
	ck_assert_uint_eq(pc.maps, 0);
}
END_TEST

START_TEST(memory_is_mapped_once)
{
	ck_assert_uint_eq(get(), 0xdeadbeef);
	ck_assert_int_eq(pv_native_pci_write(bridge, 8, 4, 7), PV_OK);
	ck_assert_uint_eq(get(), 7);
	ck_assert_uint_eq(pc.maps, 1);
	ck_assert_uint_eq(pc.ports, 0);
}
END_TEST

START_TEST(no_room_means_ports)
{
	pc.no_room = true;
	ck_assert_uint_eq(get(), 0x12345678);
	ck_assert_uint_eq(pc.ports, 1);
}
END_TEST

/* A handler may have come in the middle of the kernel's own mapping. */
START_TEST(handlers_do_not_map)
{
	pc.depth = 1;
	ck_assert_uint_eq(get(), 0x12345678);
	ck_assert_uint_eq(pc.maps, 0);
	pc.depth = 0;
	ck_assert_uint_eq(get(), 0xdeadbeef);
	pc.depth = 1;
	ck_assert_uint_eq(get(), 0xdeadbeef);
}
END_TEST

START_TEST(one_maps_at_a_time)
{
	pc.nested = 1;
	ck_assert_uint_eq(get(), 0xdeadbeef);
	ck_assert_uint_eq(pc.maps, 1);
	ck_assert_uint_eq(pc.ports, 1);
}
END_TEST

START_TEST(other_segments_are_empty)
{
	struct pv_pci_address where = bridge;
	uint32_t v = 0;

	where.segment = 1;
	ck_assert_int_eq(pv_native_pci_read(where, 8, 2, &v), PV_OK);
	ck_assert_uint_eq(v, 0xffff);
	ck_assert_int_eq(pv_native_pci_write(where, 8, 2, v), PV_E_RANGE);
	where.segment = 0;
	where.bus = 0x40;
	ck_assert_int_eq(pv_native_pci_read(where, 9, 1, &v), PV_OK);
	ck_assert_uint_eq(v, 0x56);
	ck_assert_uint_eq(pc.maps, 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("native_pci");
	TCase *t = tcase_create("all");

	tcase_add_checked_fixture(t, power_on, NULL);
	tcase_add_test(t, ports_without_acpi);
	tcase_add_test(t, memory_is_mapped_once);
	tcase_add_test(t, no_room_means_ports);
	tcase_add_test(t, handlers_do_not_map);
	tcase_add_test(t, one_maps_at_a_time);
	tcase_add_test(t, other_segments_are_empty);
	suite_add_tcase(s, t);
	return run_all(srunner_create(s));
}
