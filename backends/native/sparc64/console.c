/*
 * Early console of a sun4u machine: the 16550 that the firmware's output goes to,
 * driven at its physical address, which needs no mapping. If stdout is something
 * else (a screen), the firmware writes and reads for us.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"

#define RBR_THR		0
#define LSR		5
#define LSR_DATA	0x01u
#define LSR_EMPTY	0x20u
/* A character at 300 baud takes 33 ms; no access of this bus is faster than 100 ns. */
#define WAIT_MOST	1000000u

static enum { NOTHING, SERIAL, FIRMWARE } kind;
static uint64_t uart;
static char name[48] = "none";

/* ASI 0x15: physical, not cached, with side effects; the mapping is not asked. */
static uint8_t
in(unsigned reg)
{
	uint64_t v;

	__asm__ volatile("lduba [%1] 0x15, %0" : "=r" (v) : "r" (uart + reg) : "memory");
	return (uint8_t)v;
}

static void
out(unsigned reg, uint8_t v)
{
	__asm__ volatile("stba %0, [%1] 0x15" : : "r" (v), "r" (uart + reg) : "memory");
}

/* Does a node say that it is a 16550? Sun's names are "su" and "serial". */
static bool
is_16550(uint32_t node)
{
	char text[32];

	pv_native_of_get_text(node, "name", text, sizeof(text));
	if (pv_text_equal(text, "su") || pv_text_equal(text, "su_pnp"))
		return true;
	pv_native_of_get_text(node, "compatible", text, sizeof(text));
	return pv_text_equal(text, "su16550") || pv_text_equal(text, "ns16550");
}

void
pv_native_console_setup(void)
{
	uint32_t node = pv_native_of_stdout();
	pv_paddr pa;
	uint64_t size;

	if (node == PV_OF_NONE)
		return;
	if (is_16550(node) && pv_native_of_reg(node, &pa, &size) == PV_OK && size >= 8) {
		uart = pa.v;
		kind = SERIAL;
		(void)pv_snprintf(name, sizeof(name), "serial 0x%llx", (unsigned long long)uart);
		return;
	}
	kind = FIRMWARE;
	(void)pv_snprintf(name, sizeof(name), "openfirmware");
}

static void
put(char c)
{
	for (unsigned n = 0; n < WAIT_MOST; n++) {
		if ((in(LSR) & LSR_EMPTY) != 0) {
			out(RBR_THR, (uint8_t)c);
			return;
		}
	}
	/* It stopped answering: without it, perhaps the firmware can say so. */
	kind = FIRMWARE;
}

static void
write(const char *text, size_t size)
{
	for (size_t i = 0; i < size && kind == SERIAL; i++) {
		if (text[i] == '\n')
			put('\r');
		put(text[i]);
	}
	if (kind != FIRMWARE)
		return;
	for (size_t i = 0, start = 0; i < size; i++) {
		if (text[i] != '\n' && i + 1 < size)
			continue;
		pv_native_of_write(text + start, i - start + (text[i] != '\n'));
		if (text[i] == '\n')
			pv_native_of_write("\r\n", 2);
		start = i + 1;
	}
}

static int
get(void)
{
	if (kind == FIRMWARE)
		return pv_native_of_read();
	return kind == SERIAL && (in(LSR) & LSR_DATA) != 0 ? in(RBR_THR) : -1;
}

static const char *
console_name(void)
{
	return name;
}

const struct pv_console_ops pv_native_console_ops = {
	.write = write,
	.get = get,
	.name = console_name,
};
