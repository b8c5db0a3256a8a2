/*
 * Wrong ops of console, devices, traps and power.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "mutants.h"

typedef void (*write_fn)(const char *text, size_t size);
typedef pv_status (*pci_read_fn)(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t *value);
typedef pv_status (*pci_write_fn)(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t value);
typedef pv_status (*permit_fn)(uint16_t first, uint32_t count, bool allow);

/* -- console; the lines of the run must still be readable -- */

static void
write_loses_a_character(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (text[i] != '~')
			RIGHT(write_fn)(text + i, 1);
}

static void
write_doubles_newlines(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		RIGHT(write_fn)(text + i, 1);
		if (text[i] == '\n')
			RIGHT(write_fn)(text + i, 1);
	}
}

static int
get_waits_for_nothing(void)
{
	return 0;
}

static int
get_seven_bits(void)
{
	int c = RIGHT(int (*)(void))();

	return c < 0 ? c : c & 0x7f;
}

static int
get_every_second(void)
{
	(void)RIGHT(int (*)(void))();
	return RIGHT(int (*)(void))();
}

static const char *
name_empty(void)
{
	return "";
}

/* -- traps -- */

static pv_status
says_ok(void)
{
	return PV_OK;
}

static pv_status
says_absent(void)
{
	return PV_E_ABSENT;
}

/* -- devices -- */

static void
in_one_less(uint16_t port, void *to, size_t count, unsigned width)
{
	RIGHT(void (*)(uint16_t, void *, size_t, unsigned))(port, to, count > 0 ? count - 1 : 0, width);
}

static void
in_one_more(uint16_t port, void *to, size_t count, unsigned width)
{
	RIGHT(void (*)(uint16_t, void *, size_t, unsigned))(port, to, count + 1, width);
}

static void
out_one_less(uint16_t port, const void *from, size_t count, unsigned width)
{
	RIGHT(void (*)(uint16_t, const void *, size_t, unsigned))(port, from, count > 0 ? count - 1 : 0, width);
}

static void
out_one_more(uint16_t port, const void *from, size_t count, unsigned width)
{
	RIGHT(void (*)(uint16_t, const void *, size_t, unsigned))(port, from, count + 1, width);
}

static void
no_delay(void)
{
}

static pv_status
permit_nothing(uint16_t first, uint32_t count, bool allow)
{
	(void)first;
	(void)count;
	(void)allow;
	return PV_OK;
}

static pv_status
permit_one_more(uint16_t first, uint32_t count, bool allow)
{
	return RIGHT(permit_fn)(first, first + count <= 0xffff ? count + 1 : count, allow);
}

static pv_status
permit_never_forbids(uint16_t first, uint32_t count, bool allow)
{
	return allow ? RIGHT(permit_fn)(first, count, allow) : PV_OK;
}

static pv_status
pci_function_ignored(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t *value)
{
	where.function = 0;
	return RIGHT(pci_read_fn)(where, reg, width, value);
}

static pv_status
pci_always_wide(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t *value)
{
	(void)width;
	return RIGHT(pci_read_fn)(where, reg & ~3u, 4, value);
}

static pv_status
pci_absent_is_zero(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t *value)
{
	pv_status s = RIGHT(pci_read_fn)(where, reg, width, value);

	*value = *value == 0xffffffffu ? 0 : *value;
	return s;
}

static pv_status
pci_write_nothing(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t value)
{
	(void)where;
	(void)reg;
	(void)width;
	(void)value;
	return PV_OK;
}

static pv_status
pci_write_a_byte(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t value)
{
	(void)width;
	return RIGHT(pci_write_fn)(where, reg, 1, value);
}

static pv_status
bus_page_off(pv_paddr pa, uint64_t size, pv_maddr *out)
{
	(void)size;
	out->v = pa.v + PV_PAGE_SIZE;
	return PV_OK;
}

static pv_status
bus_page_only(pv_paddr pa, uint64_t size, pv_maddr *out)
{
	(void)size;
	out->v = pv_page_down(pa.v);
	return PV_OK;
}

/* -- the machine -- */

static void
nothing(void)
{
}

const struct mutant mutants_devices[] = {
	MUTANT("console.write", "loses a character", write_loses_a_character),
	MUTANT("console.write", "doubles newlines", write_doubles_newlines),
	MUTANT_FATAL("console.get", "gives zero when there is nothing", get_waits_for_nothing),
	MUTANT("console.get", "drops the eighth bit", get_seven_bits),
	MUTANT("console.get", "loses every second byte", get_every_second),
	MUTANT("console.name", "is empty", name_empty),
	MUTANT_FATAL("trap.init", "does nothing", says_ok),
	MUTANT("trap.nmi_enable", "is absent", says_absent),
	MUTANT("io.in_string", "reads one less", in_one_less),
	MUTANT("io.in_string", "reads one more", in_one_more),
	MUTANT("io.out_string", "writes one less", out_one_less),
	MUTANT("io.out_string", "writes one more", out_one_more),
	MUTANT("io.port_delay", "does nothing", no_delay),
	MUTANT("io.port_permit", "does nothing", permit_nothing),
	MUTANT("io.port_permit", "takes one more", permit_one_more),
	MUTANT("io.port_permit", "never forbids", permit_never_forbids),
	MUTANT("io.pci_read", "ignores the function", pci_function_ignored),
	MUTANT("io.pci_read", "reads four bytes", pci_always_wide),
	MUTANT("io.pci_read", "gives zero for nobody", pci_absent_is_zero),
	MUTANT("io.pci_write", "does nothing", pci_write_nothing),
	MUTANT("io.pci_write", "writes a byte", pci_write_a_byte),
	MUTANT("io.bus_address", "is a page off", bus_page_off),
	MUTANT("io.bus_address", "loses the offset", bus_page_only),
	MUTANT("cpu.halt", "returns", nothing),
	MUTANT("power.off", "does nothing", says_ok),
	MUTANT("power.reboot", "does nothing", says_ok),
	MUTANT("power.crash", "does nothing", says_ok),
	{ 0 }
};
