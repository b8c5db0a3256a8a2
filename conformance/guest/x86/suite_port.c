/*
 * I/O ports of a PC against devices that every PC has: the two PCI configuration
 * ports, the host bridge behind them, an empty CD drive; then PCI configuration by
 * its own functions.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include <pv/x86/desc.h>
#include "../capture.h"
#include "../suites.h"

#define PCI_ADDRESS	0xcf8
#define PCI_DATA	0xcfc
#define PCI_ENABLE	0x80000000u
#define REG_ID		0x00u
#define REG_COMMAND	0x04u
#define REG_LINE	0x3cu		/* interrupt line: a byte for the kernel to keep what it likes */
#define NO_INTX		0x0400u		/* of the command register: the host bridge does not care */

#define PORT_CASE(name)								\
static void name##_inside(void);							\
static void									\
name(void)									\
{										\
	if (!pv_has(PV_CAP_PORTS))						\
		SKIP("no ports");						\
	name##_inside();							\
}										\
static void									\
name##_inside(void)

/* Point the data port at a register of the host bridge, 0:0.0. Gate closed. */
static void
bridge(unsigned reg)
{
	pv_out32(PCI_ADDRESS, PCI_ENABLE | reg);
}

PORT_CASE(address_port_keeps)
{
	static const uint32_t values[] = { 0x80000000, 0x00fffffc, 0x80555554, 0x00aaaaa8 };
	pv_irq_state gate = pv_irq_save();
	uint32_t seen[4];

	for (unsigned i = 0; i < 4; i++) {
		pv_out32(PCI_ADDRESS, values[i]);
		seen[i] = pv_in32(PCI_ADDRESS);
	}
	pv_irq_restore(gate);
	for (unsigned i = 0; i < 4; i++)
		CHECK_EQ(seen[i], values[i]);
}

/* The identity of the bridge, which is Intel's on both boards, in all widths. */
PORT_CASE(widths_agree)
{
	pv_irq_state gate = pv_irq_save();
	uint32_t all, words, bytes = 0;

	bridge(REG_ID);
	all = pv_in32(PCI_DATA);
	words = pv_in16(PCI_DATA) | (uint32_t)pv_in16(PCI_DATA + 2) << 16;
	for (uint16_t i = 0; i < 4; i++)
		bytes |= (uint32_t)pv_in8((uint16_t)(PCI_DATA + i)) << (8 * i);
	pv_irq_restore(gate);
	CHECK_EQ(all & 0xffff, 0x8086);
	CHECK_EQ(words, all);
	CHECK_EQ(bytes, all);
}

PORT_CASE(byte_is_written)
{
	pv_irq_state gate = pv_irq_save();
	uint8_t was, a, b;
	uint32_t before, after;

	bridge(REG_LINE);
	was = pv_in8(PCI_DATA);
	before = pv_in32(PCI_DATA);
	pv_out8(PCI_DATA, 0xa5);
	a = pv_in8(PCI_DATA);
	pv_out8(PCI_DATA, 0x5a);
	b = pv_in8(PCI_DATA);
	after = pv_in32(PCI_DATA);
	pv_out8(PCI_DATA, was);
	pv_irq_restore(gate);
	CHECK_EQ(a, 0xa5);
	CHECK_EQ(b, 0x5a);
	CHECK_EQ(after & ~0xffu, before & ~0xffu);
}

PORT_CASE(word_is_written)
{
	pv_irq_state gate = pv_irq_save();
	uint16_t was, seen, again;

	bridge(REG_COMMAND);
	was = pv_in16(PCI_DATA);
	pv_out16(PCI_DATA, was ^ NO_INTX);
	seen = pv_in16(PCI_DATA);
	pv_out16(PCI_DATA, was);
	again = pv_in16(PCI_DATA);
	pv_irq_restore(gate);
	CHECK_EQ(seen, was ^ NO_INTX);
	CHECK_EQ(again, was);
}

PORT_CASE(long_is_written)
{
	pv_irq_state gate = pv_irq_save();
	uint32_t was, seen;

	bridge(REG_LINE);
	was = pv_in32(PCI_DATA);
	pv_out32(PCI_DATA, was ^ 0xff);
	seen = pv_in32(PCI_DATA);
	pv_out32(PCI_DATA, was);
	bridge(REG_COMMAND);
	pv_out32(PCI_DATA, pv_in32(PCI_DATA));
	pv_irq_restore(gate);
	CHECK_EQ(seen, was ^ 0xff);
}

/* -- string forms: each item is an access of its own -- */

PORT_CASE(strings_are_read)
{
	uint8_t b[6] = { 0 };
	uint16_t w[6] = { 0 };
	uint32_t l[6] = { 0 }, id;
	pv_irq_state gate = pv_irq_save();

	bridge(REG_ID);
	id = pv_in32(PCI_DATA);
	pv_in8_string(PCI_DATA, &b[1], 4);
	pv_in16_string(PCI_DATA, &w[1], 4);
	pv_in32_string(PCI_DATA, &l[1], 4);
	pv_irq_restore(gate);
	for (unsigned i = 0; i < 6; i++) {
		bool inside = i >= 1 && i <= 4;

		CHECK_EQ(b[i], inside ? id & 0xff : 0);
		CHECK_EQ(w[i], inside ? id & 0xffff : 0);
		CHECK_EQ(l[i], inside ? id : 0);
	}
}

/* The last item written stays; what lies behind it does not come. */
PORT_CASE(strings_are_written)
{
	static const uint8_t b[] = { 0x11, 0x22, 0x33, 0x44, 0x55 };
	static const uint32_t l[] = { 0x80000004, 0x80000008, 0x8000003c, 0x80000000 };
	pv_irq_state gate = pv_irq_save();
	uint16_t w[4], word;
	uint32_t address;
	uint8_t was, byte;

	pv_out32_string(PCI_ADDRESS, l, 3);
	address = pv_in32(PCI_ADDRESS);
	was = pv_in8(PCI_DATA);
	pv_out8_string(PCI_DATA, b, 4);
	byte = pv_in8(PCI_DATA);
	pv_out8(PCI_DATA, was);
	bridge(REG_COMMAND);
	w[0] = w[1] = w[3] = pv_in16(PCI_DATA);
	w[2] = w[0] ^ NO_INTX;
	pv_out16_string(PCI_DATA, w, 3);
	word = pv_in16(PCI_DATA);
	pv_out16(PCI_DATA, w[0]);
	pv_irq_restore(gate);
	CHECK_EQ(address, 0x8000003c);
	CHECK_EQ(byte, 0x44);
	CHECK_EQ(word, w[2]);
}

PORT_CASE(empty_strings)
{
	pv_irq_state gate = pv_irq_save();
	uint32_t value = 0x12345678, address;

	bridge(REG_ID);
	pv_in32_string(PCI_DATA, &value, 0);
	pv_out32_string(PCI_ADDRESS, &value, 0);
	address = pv_in32(PCI_ADDRESS);
	pv_irq_restore(gate);
	CHECK_EQ(value, 0x12345678);
	CHECK_EQ(address, PCI_ENABLE);
}

/* The drive on the second channel (ATA/ATAPI-4, 9.7 and 12): a stream in both directions. */
#define ATA_DATA	0x170
#define ATA_COUNT_LOW	0x174
#define ATA_COUNT_HIGH	0x175
#define ATA_DRIVE	0x176
#define ATA_COMMAND	0x177
#define ATA_CONTROL	0x376
#define ATA_BUSY	0x80u
#define ATA_WANTS	0x08u

static bool
drive_wants_data(void)
{
	for (unsigned i = 0; i < 1000; i++) {
		uint8_t status = pv_in8(ATA_COMMAND);

		if ((status & ATA_BUSY) == 0)
			return status != 0 && status != 0xff && (status & ATA_WANTS) != 0;
		pv_delay_ns(PV_NS_PER_US * 10);
	}
	return false;
}

static bool
send_packet_command(void)
{
	pv_out8(ATA_CONTROL, 2);		/* no interrupts */
	pv_out8(ATA_DRIVE, 0xa0);
	pv_out8(ATA_COUNT_LOW, 36);
	pv_out8(ATA_COUNT_HIGH, 0);
	pv_out8(ATA_COMMAND, 0xa0);		/* PACKET */
	return drive_wants_data();
}

static const uint8_t inquiry[12] = { 0x12, 0, 0, 0, 36 };

PORT_CASE(packet_to_a_drive)
{
	uint8_t answer[2][40] = { { 0 }, { 0 } };
	bool there;

	if (!send_packet_command())
		SKIP("no drive on the second IDE channel");
	pv_out16_string(ATA_DATA, inquiry, 6);
	there = drive_wants_data();
	if (there)
		pv_in16_string(ATA_DATA, answer[0], 18);
	if (there && send_packet_command()) {
		pv_out32_string(ATA_DATA, inquiry, 3);
		if (drive_wants_data())
			pv_in32_string(ATA_DATA, answer[1], 9);
	}
	CHECK(there);
	CHECK_EQ(answer[0][0], 5);		/* a CD drive */
	CHECK(answer[0][8] > ' ' && answer[0][8] < 0x7f);
	CHECK_EQ(answer[0][36] | answer[1][36], 0);
	CHECK(memcmp(answer[0], answer[1], 36) == 0);
}

/* -- delay and permission -- */

#define ROUNDS	21u
#define CALLS	1000u	/* in a round: a layer below may take as long for the counter as for a hundred of them */

/* Inlined, with what it measures: under an emulator an indirect call can take as long as an access. */
static inline __attribute__((always_inline)) uint64_t
time_of(void (*fn)(void))
{
	pv_irq_state gate = pv_irq_save();
	uint64_t start = pv_counter(), took;

	for (unsigned i = 0; i < CALLS; i++)
		fn();
	took = pv_counter() - start;
	pv_irq_restore(gate);
	return took;
}

static inline __attribute__((always_inline)) void
one_access(void)
{
	(void)pv_in8(0x80);
}

/*
 * It is worth an access to a slow device, less a quarter for what the two loops differ in; a call that does
 * nothing costs an emulator up to half of one. In most rounds: a host may pause in one, and its counter stand
 * in another; and side by side: it may be slower for the whole of some rounds.
 */
PORT_CASE(delay_takes_time)
{
	unsigned counted = 0, worth = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		uint64_t access = time_of(one_access), delay = time_of(pv_port_delay);

		counted += access != 0;
		worth += access != 0 && delay > access - (access >> 2);
	}
	CHECK(counted > ROUNDS / 2);
	/* Where each access goes through a layer below it is slow enough by itself. */
	if (!pv_has(PV_CAP_PARAVIRT))
		CHECK(worth > ROUNDS / 2);
}

/* The bitmap that the loaded TSS points to (both widths: its offset is at byte 102). */
static const volatile uint8_t *
permission_bits(void)
{
	uintptr_t table, base;
	unsigned limit;
	const uint64_t *entry;
	const volatile uint8_t *tss;

	pv_gdt_read(&table, &limit);
	entry = (const uint64_t *)(table + (pv_tr_read() & ~7u));
	base = (uintptr_t)((entry[0] >> 16 & 0xffffff) | (entry[0] >> 32 & 0xff000000));
	if (sizeof(uintptr_t) == 8)
		base |= (uintptr_t)((entry[1] & 0xffffffff) << (sizeof(uintptr_t) * 4));
	tss = (const volatile uint8_t *)base;
	return tss + (tss[102] | tss[103] << 8);
}

/* Without a task state of the kernel's own; what it then does, user mode sees (ring3.permitted_port_opens). */
static bool
no_bitmap(void)
{
	return pv_has(PV_CAP_PARAVIRT) && pv_tr_read() == 0;
}

static bool
forbidden(unsigned port)
{
	return (permission_bits()[port >> 3] >> (port & 7) & 1) != 0;
}

static void
permission_is_per_port(void)
{
	if (!pv_has(PV_CAP_PORTS)) {
		CHECK_STATUS(pv_port_permit(0x13, 0x10, true), PV_E_ABSENT);
		return;
	}
	if (no_bitmap())
		SKIP("the bitmap is the layer's below");
	CHECK(forbidden(0x12) && forbidden(0x13) && forbidden(0x22) && forbidden(0x23));
	CHECK_OK(pv_port_permit(0x13, 0x10, true));
	for (unsigned port = 0; port < 0x40; port++)
		CHECK_EQ(forbidden(port), port < 0x13 || port > 0x22);
	CHECK_OK(pv_port_permit(0x14, 2, false));
	for (unsigned port = 0; port < 0x40; port++)
		CHECK_EQ(forbidden(port), port < 0x13 || port > 0x22 || port == 0x14 || port == 0x15);
	CHECK_OK(pv_port_permit(0, 0x10000, false));
	for (unsigned port = 0; port < 0x10000; port++)
		CHECK(forbidden(port));
}

static void
permission_of_the_last_port(void)
{
	if (!pv_has(PV_CAP_PORTS)) {
		CHECK_STATUS(pv_port_permit(0xffff, 1, true), PV_E_ABSENT);
		return;
	}
	if (no_bitmap())
		SKIP("the bitmap is the layer's below");
	CHECK_OK(pv_port_permit(0xffff, 1, true));
	CHECK(!forbidden(0xffff));
	CHECK(forbidden(0xfffe));
	CHECK_OK(pv_port_permit(0xffff, 1, false));
	CHECK(forbidden(0xffff));
	/* The byte behind the bitmap is all ones: the CPU reads two bytes for each access. */
	CHECK_EQ(permission_bits()[0x2000], 0xff);
}

static void
permission_refuses(void)
{
	CHECK_STATUS(pv_port_permit(0x80, 0, true), PV_E_INVAL);
	CHECK_STATUS(pv_port_permit(1, 0x10000, true), PV_E_INVAL);
	CHECK_STATUS(pv_port_permit(0xffff, 2, true), PV_E_INVAL);
	CHECK_STATUS(pv_port_permit(0x80, ~0u, true), PV_E_INVAL);
}

/* -- PCI configuration by its own functions -- */

static const struct pv_pci_address host_bridge = { 0 };

PORT_CASE(pci_reads_in_all_widths)
{
	uint32_t all, part, words = 0, bytes = 0, ports;
	pv_irq_state gate = pv_irq_save();

	bridge(REG_ID);
	ports = pv_in32(PCI_DATA);
	pv_irq_restore(gate);
	CHECK_OK(pv_pci_read(host_bridge, REG_ID, 4, &all));
	for (unsigned i = 0; i < 4; i += 2) {
		CHECK_OK(pv_pci_read(host_bridge, REG_ID + i, 2, &part));
		words |= part << (8 * i);
	}
	for (unsigned i = 0; i < 4; i++) {
		CHECK_OK(pv_pci_read(host_bridge, REG_ID + i, 1, &part));
		bytes |= part << (8 * i);
	}
	CHECK_EQ(all, ports);
	CHECK_EQ(words, all);
	CHECK_EQ(bytes, all);
	CHECK_OK(pv_pci_read(host_bridge, 0x0b, 1, &part));
	CHECK_EQ(part, 6);				/* class: a bridge */
}

PORT_CASE(pci_writes_in_all_widths)
{
	uint32_t line, command, seen[4];

	CHECK_OK(pv_pci_read(host_bridge, REG_LINE, 4, &line));
	CHECK_OK(pv_pci_read(host_bridge, REG_COMMAND, 2, &command));
	CHECK_OK(pv_pci_write(host_bridge, REG_LINE, 1, 0x5a));
	CHECK_OK(pv_pci_read(host_bridge, REG_LINE, 4, &seen[0]));
	CHECK_OK(pv_pci_write(host_bridge, REG_LINE, 4, line ^ 0xff));
	CHECK_OK(pv_pci_read(host_bridge, REG_LINE, 4, &seen[1]));
	CHECK_OK(pv_pci_write(host_bridge, REG_LINE, 4, line));
	CHECK_OK(pv_pci_write(host_bridge, REG_COMMAND, 2, command ^ NO_INTX));
	CHECK_OK(pv_pci_read(host_bridge, REG_COMMAND, 2, &seen[2]));
	CHECK_OK(pv_pci_write(host_bridge, REG_COMMAND, 2, command));
	CHECK_OK(pv_pci_read(host_bridge, REG_LINE, 4, &seen[3]));
	CHECK_EQ(seen[0], (line & ~0xffu) | 0x5a);
	CHECK_EQ(seen[1], line ^ 0xff);
	CHECK_EQ(seen[2], command ^ NO_INTX);
	CHECK_EQ(seen[3], line);
}

PORT_CASE(pci_where_nothing_is)
{
	static const struct pv_pci_address nobody[] = {
		{ .device = 20 }, { .device = 20, .function = 7 }, { .bus = 200 }, { .segment = 5 },
	};
	uint32_t v;

	for (unsigned i = 0; i < sizeof(nobody) / sizeof(nobody[0]); i++) {
		CHECK_OK(pv_pci_read(nobody[i], REG_ID, 4, &v));
		CHECK_EQ(v, 0xffffffff);
		CHECK_OK(pv_pci_read(nobody[i], REG_ID + 2, 2, &v));
		CHECK_EQ(v, 0xffff);
		CHECK_OK(pv_pci_read(nobody[i], REG_ID + 3, 1, &v));
		CHECK_EQ(v, 0xff);
	}
	CHECK_STATUS(pv_pci_write(nobody[3], REG_LINE, 1, 0), PV_E_RANGE);
}

/* Functions are told apart: no two places of bus 0 but real devices answer, and the bridge is one of them. */
PORT_CASE(pci_bus_is_walked)
{
	struct pv_pci_address where = { 0 };
	unsigned found = 0, like_the_bridge = 0;
	uint32_t bridge_id, id;

	CHECK_OK(pv_pci_read(host_bridge, REG_ID, 4, &bridge_id));
	for (where.device = 0; where.device < 32; where.device++) {
		for (where.function = 0; where.function < 8; where.function++) {
			CHECK_OK(pv_pci_read(where, REG_ID, 4, &id));
			found += id != 0xffffffff;
			like_the_bridge += id == bridge_id;
		}
	}
	CHECK_EQ(like_the_bridge, 1);
	CHECK(found >= 2 && found < 100);
}

static const struct suite_case cases[] = {
	{ "address_port_keeps", address_port_keeps, "isa.in32 isa.out32", 0 },
	{ "widths_agree", widths_agree, "isa.in8 isa.in16 isa.in32", 0 },
	{ "byte_is_written", byte_is_written, "isa.out8 isa.in8", 0 },
	{ "word_is_written", word_is_written, "isa.out16 isa.in16", 0 },
	{ "long_is_written", long_is_written, "isa.out32 isa.in32", 0 },
	{ "strings_are_read", strings_are_read,
	    "io.in_string pv_in8_string pv_in16_string pv_in32_string", 0 },
	{ "strings_are_written", strings_are_written,
	    "io.out_string pv_out8_string pv_out16_string pv_out32_string", 0 },
	{ "empty_strings", empty_strings, "io.in_string io.out_string", 0 },
	{ "packet_to_a_drive", packet_to_a_drive, "io.in_string io.out_string", CASE_ONCE },
	{ "delay_takes_time", delay_takes_time, "io.port_delay pv_port_delay", CASE_ONCE },
	{ "permission_is_per_port", permission_is_per_port, "io.port_permit pv_port_permit", CASE_ONCE },
	{ "permission_of_the_last_port", permission_of_the_last_port, "io.port_permit", CASE_ONCE },
	{ "permission_refuses", permission_refuses, "pv_port_permit", CASE_ONCE },
	{ "pci_reads_in_all_widths", pci_reads_in_all_widths, "io.pci_read pv_pci_read", 0 },
	{ "pci_writes_in_all_widths", pci_writes_in_all_widths, "io.pci_write io.pci_read pv_pci_write", 0 },
	{ "pci_where_nothing_is", pci_where_nothing_is, "io.pci_read io.pci_write", CASE_ONCE },
	{ "pci_bus_is_walked", pci_bus_is_walked, "io.pci_read", CASE_ONCE },
};
SUITE(suite_port, "port", cases);
