/*
 * The public functions of <pv/io.h> over hooks and op table: what they refuse, what
 * they take from the kernel and give back.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "radix_test.h"

static struct {
	unsigned calls;
	struct pv_pci_address where;
	unsigned reg, width;
	uint32_t value;
	uint16_t port;
	uint32_t count;
	bool allow;
	uint64_t shift;			/* bus address - physical address */
} seen;

static pv_status
pci_read(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t *value)
{
	seen.calls++;
	seen.where = where;
	seen.reg = reg;
	seen.width = width;
	*value = 0x12345678;
	return PV_OK;
}

static pv_status
pci_write(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t value)
{
	seen.value = value;
	return pci_read(where, reg, width, &value);
}

static void
in_string(uint16_t port, void *to, size_t count, unsigned width)
{
	seen.calls++;
	seen.port = port;
	seen.count = (uint32_t)count;
	seen.width = width;
	memset(to, 0xab, count * width);
}

static void
out_string(uint16_t port, const void *from, size_t count, unsigned width)
{
	(void)from;
	seen.calls++;
	seen.port = port;
	seen.count = (uint32_t)count;
	seen.width = width;
}

static void
port_delay(void)
{
	seen.calls++;
}

static pv_status
port_permit(uint16_t first, uint32_t count, bool allow)
{
	seen.calls++;
	seen.port = first;
	seen.count = count;
	seen.allow = allow;
	return PV_OK;
}

static pv_status
bus_address(pv_paddr pa, uint64_t size, pv_maddr *out)
{
	(void)size;
	seen.calls++;
	out->v = pa.v + seen.shift;
	return PV_OK;
}

static void
io_begin(void)
{
	machine_start();
	memset(&seen, 0, sizeof(seen));
	pv_ops.io = (struct pv_io_ops){
		.in_string = in_string, .out_string = out_string, .port_delay = port_delay,
		.port_permit = port_permit, .pci_read = pci_read, .pci_write = pci_write,
		.bus_address = bus_address,
	};
}

static void
io_setup(void)
{
	machine_reset();
	io_begin();
}

START_TEST(map_registers)
{
	volatile void *p, *q;
	struct walk w;

	ck_assert_int_eq(pv_io_map(pv_pa(0xfee00ff0), 0x20, PV_MAP_UC, &p), PV_OK);
	ck_assert_uint_eq((uintptr_t)p & 0xfff, 0xff0);
	w = space_walk(kernel, (uintptr_t)p);
	ck_assert(w.present && w.write && !w.exec && !w.user && w.global);
	ck_assert_uint_eq(w.pa, 0xfee00ff0);
	expect_walk(kernel, (uintptr_t)p + 0x1f, 0xfee0100f);
	expect_none(kernel, (uintptr_t)p + 0x1010);
	ck_assert_uint_eq(machine.va_bytes, 2 * PAGE);
	ck_assert_int_eq(pv_io_map(pv_pa(0x3000), 1, PV_MAP_WC, &q), PV_OK);
	ck_assert(q != p);
	pv_io_unmap(q, 1);
	pv_io_unmap(p, 0x20);
	expect_none(kernel, (uintptr_t)p);
	expect_none(kernel, (uintptr_t)p + 0x1f);
	ck_assert_uint_eq(machine.va_bytes, 0);
	ck_assert_uint_ge(machine.flush_range, 2);
}
END_TEST

START_TEST(map_registers_in_foreign_tables)
{
	volatile void *p;

	machine_reset();
	machine.own_tables = true;
	io_begin();
	ck_assert_int_eq(pv_io_map(pv_pa(0xfed00008), 4, PV_MAP_UC, &p), PV_OK);
	ck_assert_uint_eq(machine.va_maps, 1);
	ck_assert_uint_eq(machine.va_map_pa, 0xfed00000);
	ck_assert_uint_eq(machine.va_map_flags, PV_MAP_UC | PV_MAP_GLOBAL | PV_PROT_READ | PV_PROT_WRITE);
	ck_assert_uint_eq(machine.sets, 0);
	pv_io_unmap(p, 4);
	ck_assert_uint_eq(machine.va_unmaps, 1);
	machine.fail_va_map = true;
	ck_assert_int_eq(pv_io_map(pv_pa(0xfed00008), 4, PV_MAP_UC, &p), PV_E_REFUSED);
	ck_assert_uint_eq(machine.va_bytes, 0);
}
END_TEST

START_TEST(map_refused)
{
	volatile void *p = NULL;

	ck_assert_int_eq(pv_io_map(pv_pa(0x1000), 0, PV_MAP_UC, &p), PV_E_INVAL);
	ck_assert_int_eq(pv_io_map(pv_pa(0x1000), 4, PV_MAP_UC, NULL), PV_E_INVAL);
	ck_assert_int_eq(pv_io_map(pv_pa(0x1000), 4, PV_PROT_EXEC, &p), PV_E_INVAL);
	ck_assert_int_eq(pv_io_map(pv_pa(0x1000), 4, PV_PROT_USER | PV_MAP_UC, &p), PV_E_INVAL);
	ck_assert_int_eq(pv_io_map(pv_pa(~0ull - 10), 100, PV_MAP_UC, &p), PV_E_INVAL);
	ck_assert_int_eq(pv_io_map(pv_pa(0x1000), ~(size_t)0, PV_MAP_UC, &p), PV_E_INVAL);
	ck_assert_int_eq(pv_io_map(pv_pa(0), 65 * LARGE, PV_MAP_UC, &p), PV_E_NOMEM);
	ck_assert_int_eq(pv_io_map(pv_pa(1ull << 40), 4, PV_MAP_UC, &p), PV_E_RANGE);
	machine.fail_page_all = 1;
	ck_assert_int_eq(pv_io_map(pv_pa(0x1000), 4, PV_MAP_UC, &p), PV_E_NOMEM);
	ck_assert_uint_eq(machine.va_bytes, 0);
	ck_assert_ptr_null((const void *)(uintptr_t)p);
}
END_TEST

START_TEST(map_before_there_are_hooks)
{
	volatile void *p = NULL;

	memset((void *)(uintptr_t)pv_hooks_get(), 0, sizeof(struct pv_hooks));
	ck_assert_int_eq(pv_io_map(pv_pa(0x1000), 4, PV_MAP_UC, &p), PV_E_STAGE);
	ck_assert_ptr_null((const void *)(uintptr_t)p);
}
END_TEST

START_TEST(pci_arguments)
{
	static const struct {
		uint8_t device, function;
		unsigned reg, width;
		pv_status s;
	} t[] = {
		{ 0, 0, 0, 4, PV_OK }, { 31, 7, 252, 4, PV_OK }, { 31, 7, 255, 1, PV_OK },
		{ 0, 0, 254, 2, PV_OK },
		{ 32, 0, 0, 4, PV_E_INVAL }, { 0, 8, 0, 4, PV_E_INVAL }, { 0, 0, 256, 1, PV_E_INVAL },
		{ 0, 0, 2, 4, PV_E_INVAL }, { 0, 0, 1, 2, PV_E_INVAL }, { 0, 0, 0, 3, PV_E_INVAL },
		{ 0, 0, 0, 0, PV_E_INVAL }, { 0, 0, 0, 8, PV_E_INVAL },
	};

	for (unsigned i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct pv_pci_address a = { 1, 2, t[i].device, t[i].function };
		uint32_t value = 0;

		seen.calls = 0;
		ck_assert_int_eq(pv_pci_read(a, t[i].reg, t[i].width, &value), t[i].s);
		ck_assert_int_eq(pv_pci_write(a, t[i].reg, t[i].width, 99), t[i].s);
		ck_assert_uint_eq(seen.calls, t[i].s == PV_OK ? 2 : 0);
		if (t[i].s != PV_OK)
			continue;
		ck_assert_uint_eq(value, 0x12345678);
		ck_assert_uint_eq(seen.value, 99);
		ck_assert_uint_eq(seen.reg, t[i].reg);
		ck_assert_uint_eq(seen.width, t[i].width);
		ck_assert_uint_eq(seen.where.segment, 1);
		ck_assert_uint_eq(seen.where.bus, 2);
	}
	ck_assert_int_eq(pv_pci_read((struct pv_pci_address){ 0 }, 0, 4, NULL), PV_E_INVAL);
}
END_TEST

START_TEST(port_forms)
{
	uint8_t buffer[16] = { 0 };

	pv_in8_string(0x60, buffer, 3);
	ck_assert(seen.port == 0x60 && seen.count == 3 && seen.width == 1);
	ck_assert(buffer[2] == 0xab && buffer[3] == 0);
	pv_in16_string(0x61, buffer, 3);
	ck_assert(seen.port == 0x61 && seen.count == 3 && seen.width == 2);
	ck_assert(buffer[5] == 0xab && buffer[6] == 0);
	pv_in32_string(0x62, buffer, 3);
	ck_assert(seen.port == 0x62 && seen.count == 3 && seen.width == 4);
	ck_assert(buffer[11] == 0xab && buffer[12] == 0);
	pv_out8_string(0x63, buffer, 5);
	ck_assert(seen.port == 0x63 && seen.count == 5 && seen.width == 1);
	pv_out16_string(0x64, buffer, 5);
	ck_assert(seen.port == 0x64 && seen.count == 5 && seen.width == 2);
	pv_out32_string(0x65, buffer, 4);
	ck_assert(seen.port == 0x65 && seen.count == 4 && seen.width == 4);
	seen.calls = 0;
	pv_port_delay();
	ck_assert_uint_eq(seen.calls, 1);
}
END_TEST

START_TEST(port_permission)
{
	ck_assert_int_eq(pv_port_permit(0xffff, 1, true), PV_OK);
	ck_assert(seen.port == 0xffff && seen.count == 1 && seen.allow);
	ck_assert_int_eq(pv_port_permit(0, 0x10000, false), PV_OK);
	ck_assert(seen.count == 0x10000 && !seen.allow);
	seen.calls = 0;
	ck_assert_int_eq(pv_port_permit(0xffff, 2, true), PV_E_INVAL);
	ck_assert_int_eq(pv_port_permit(0, 0x10001, true), PV_E_INVAL);
	ck_assert_int_eq(pv_port_permit(5, 0, true), PV_E_INVAL);
	ck_assert_int_eq(pv_port_permit(5, 0xffffffffu, true), PV_E_INVAL);
	ck_assert_uint_eq(seen.calls, 0);
}
END_TEST

START_TEST(bus_memory)
{
	unsigned used = machine.pages_used;
	pv_paddr pa;
	pv_maddr bus;

	ck_assert_int_eq(pv_bus_alloc(1, 0x100000000ull, &pa, &bus), PV_OK);
	ck_assert_uint_eq(bus.v, pa.v);
	ck_assert_uint_eq(machine.pages_used, used + 1);
	pv_bus_free(pa, 1);
	ck_assert_uint_eq(machine.pages_used, used);
	/* The device sees it too high: given back. */
	seen.shift = 0x100000000ull - POOL_BASE;
	ck_assert_int_eq(pv_bus_alloc(1, 0x100000000ull, &pa, &bus), PV_E_NOMEM);
	ck_assert_uint_eq(machine.pages_used, used);
	machine.fail_page = 1;
	ck_assert_int_eq(pv_bus_alloc(1, 0x100000000ull, &pa, &bus), PV_E_NOMEM);
	ck_assert_int_eq(pv_bus_alloc(0, 0, &pa, &bus), PV_E_INVAL);
	ck_assert_int_eq(pv_bus_alloc(~(size_t)0, 0, &pa, &bus), PV_E_INVAL);
	ck_assert_int_eq(pv_bus_address(pv_pa(0x1000), 0, &bus), PV_E_INVAL);
	ck_assert_int_eq(pv_bus_address(pv_pa(~0ull - 5), 10, &bus), PV_E_INVAL);
	ck_assert_int_eq(pv_bus_address(pv_pa(0x1000), 10, NULL), PV_E_INVAL);
}
END_TEST

START_TEST(bus_memory_without_a_hook)
{
	pv_paddr pa;
	pv_maddr bus;

	machine_reset();
	machine.no_pages_alloc = true;
	io_begin();
	ck_assert_int_eq(pv_bus_alloc(1, 0, &pa, &bus), PV_E_NOMEM);
}
END_TEST

Suite *
io_front_suite(void)
{
	Suite *s = suite_create("io_front");
	TCase *t = tcase_create("devices");

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, io_setup, machine_stop);
	tcase_add_test(t, map_registers);
	tcase_add_test(t, map_registers_in_foreign_tables);
	tcase_add_test(t, map_before_there_are_hooks);
	tcase_add_test(t, map_refused);
	tcase_add_test(t, pci_arguments);
	tcase_add_test(t, port_forms);
	tcase_add_test(t, port_permission);
	tcase_add_test(t, bus_memory);
	tcase_add_test(t, bus_memory_without_a_hook);
	return s;
}
