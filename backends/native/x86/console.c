/*
 * The early console on a PC: the 16550 at COM1, VGA text, and the framebuffer that
 * the loader left (fb.c). Every device that is there gets the output.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "console.h"
#include PV_BACKEND_ISA(layout.h)

#define COM1		0x3f8u
#define UART_DATA	0
#define UART_IER	1
#define UART_FCR	2
#define UART_LCR	3
#define UART_MCR	4
#define UART_LSR	5
#define UART_SCRATCH	7
#define LSR_READY	0x01u
#define LSR_THR_EMPTY	0x20u
#define UART_PATIENCE	200000u		/* polls; a character at 9600 baud is 1 ms */

#define VGA_BASE	0xb8000u
#define VGA_INDEX	0x3d4u
#define VGA_DATA	0x3d5u
#define VGA_CURSOR_LOW	0x0fu
#define VGA_COLUMNS	80u
#define VGA_ROWS	25u

static bool serial, vga, probed;
static unsigned vga_column, vga_row;

static bool
serial_probe(void)
{
	/* The scratch register keeps what it is given; an absent port reads all ones. */
	pv_native_outb(COM1 + UART_SCRATCH, 0x5a);
	if (pv_native_inb(COM1 + UART_SCRATCH) != 0x5a)
		return false;
	pv_native_outb(COM1 + UART_SCRATCH, 0xa5);
	if (pv_native_inb(COM1 + UART_SCRATCH) != 0xa5)
		return false;
	pv_native_outb(COM1 + UART_IER, 0);
	pv_native_outb(COM1 + UART_LCR, 0x83);		/* divisor access, 8n1 */
	pv_native_outb(COM1 + UART_DATA, 1);		/* 115200 */
	pv_native_outb(COM1 + UART_IER, 0);
	pv_native_outb(COM1 + UART_LCR, 0x03);
	pv_native_outb(COM1 + UART_FCR, 0x07);
	pv_native_outb(COM1 + UART_MCR, 0x0b);
	return true;
}

static void
serial_put(char c)
{
	for (unsigned i = 0; i < UART_PATIENCE; i++) {
		if ((pv_native_inb(COM1 + UART_LSR) & LSR_THR_EMPTY) != 0) {
			pv_native_outb(COM1 + UART_DATA, (uint8_t)c);
			return;
		}
	}
	serial = false;		/* it stopped answering: do without it */
}

static volatile uint16_t *
vga_cell(unsigned row, unsigned column)
{
	return (volatile uint16_t *)(uintptr_t)(PV_DIRECT_BASE + VGA_BASE) + row * VGA_COLUMNS + column;
}

static bool
vga_probe(void)
{
	volatile uint16_t *cell = vga_cell(0, 0);
	uint16_t old = *cell;
	uint8_t cursor;
	bool there;

	/* A register that keeps what it is given: where there is no VGA the text buffer may be plain memory. */
	pv_native_outb(VGA_INDEX, VGA_CURSOR_LOW);
	cursor = pv_native_inb(VGA_DATA);
	pv_native_outb(VGA_DATA, 0x55);
	there = pv_native_inb(VGA_DATA) == 0x55;
	pv_native_outb(VGA_DATA, cursor);
	if (!there)
		return false;
	/* In a graphics mode the text buffer is not there. */
	*cell = 0x0755;
	there = *cell == 0x0755;
	*cell = old;
	return there;
}

/* A handler may print in the middle: row and column are on the screen at any time. */
static void
vga_newline(void)
{
	unsigned next = vga_row + 1;

	vga_column = 0;
	if (next < VGA_ROWS) {
		vga_row = next;
		return;
	}
	for (unsigned r = 0; r + 1 < VGA_ROWS; r++)
		for (unsigned c = 0; c < VGA_COLUMNS; c++)
			*vga_cell(r, c) = *vga_cell(r + 1, c);
	for (unsigned c = 0; c < VGA_COLUMNS; c++)
		*vga_cell(VGA_ROWS - 1, c) = 0x0720;
}

static void
vga_put(char c)
{
	unsigned at = vga_column;

	if (c == '\n') {
		vga_newline();
	} else if (c == '\r') {
		vga_column = 0;
	} else if (c == '\b') {
		vga_column = at > 0 ? at - 1 : 0;
	} else {
		*vga_cell(vga_row, at) = (uint16_t)(0x0700 | (uint8_t)c);
		if (at + 1 >= VGA_COLUMNS)
			vga_newline();
		else
			vga_column = at + 1;
	}
}

/* pv.console=serial|vga|fb|none, or everything there is. */
static bool
wanted(const struct pv_boot *boot, const char *device)
{
	char choice[16];

	if (boot == NULL || boot->args == NULL || pv_boot_option(boot, "pv.console", choice, sizeof(choice)) != PV_OK)
		return true;
	return pv_text_equal(choice, device);
}

void
pv_native_console_setup(const struct pv_boot *boot)
{
	serial = serial_probe() && wanted(boot, "serial");
	/* A kernel with its own page tables has not said where the text buffer is. */
	vga = boot != NULL && boot->fb.kind != PV_FB_RGB && wanted(boot, "vga") && vga_probe();
	for (unsigned r = 0; vga && r < VGA_ROWS; r++)
		for (unsigned c = 0; c < VGA_COLUMNS; c++)
			*vga_cell(r, c) = 0x0720;
	if (boot != NULL && wanted(boot, "fb"))
		pv_native_fb_setup(&boot->fb);
	probed = true;
}

static void
write(const char *text, size_t size)
{
	/* Before setup only a start that fails prints: on all there is, if the entry code is ours. */
	if (!probed)
		pv_native_console_setup(pv_direct_map.base != 0 ? &pv_boot_data : NULL);
	for (size_t i = 0; i < size; i++) {
		if (serial && text[i] == '\n')
			serial_put('\r');
		if (serial)
			serial_put(text[i]);
		if (vga)
			vga_put(text[i]);
		pv_native_fb_put(text[i]);
	}
}

/* The PS/2 keyboard belongs to the kernel's driver; the serial port is enough for a start. */
static int
get(void)
{
	if (!serial || (pv_native_inb(COM1 + UART_LSR) & LSR_READY) == 0)
		return -1;
	return pv_native_inb(COM1 + UART_DATA);
}

static const char *
name(void)
{
	static char text[48];

	(void)pv_snprintf(text, sizeof(text), "%s%s%s%s", serial ? "serial 0x3f8 115200" : "",
	    serial && vga ? ", " : "", vga ? "vga text" : "", pv_native_fb_name());
	return text[0] != '\0' ? text : "none";
}

const struct pv_console_ops pv_native_console_ops = {
	.write = write,
	.get = get,
	.name = name,
};
