/*
 * The early console on a PC: the 16550 at COM1, VGA text, and the framebuffer that
 * the loader left (fb.c). Every device that is there gets the output.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "console.h"
#include "../../common/x86/layout.h"

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

static bool serial, probed;

/* A handler may print in the middle of a line: row and column are on the screen at any time. */
static struct pv_native_screen *screen;
static unsigned row, column;

/* Is there a register? It keeps what it is given; an absent port reads all ones. */
static bool
keeps(uint16_t port, uint8_t value)
{
	pv_native_start_outb(port, value);
	return pv_native_start_inb(port) == value;
}

static bool
serial_probe(void)
{
	static const uint8_t settings[][2] = {
		{ UART_IER, 0 },
		{ UART_LCR, 0x83 },	/* divisor access, 8n1 */
		{ UART_DATA, 1 },	/* 115200 */
		{ UART_IER, 0 },
		{ UART_LCR, 0x03 },
		{ UART_FCR, 0xc7 },	/* FIFOs; whoever types may be 14 bytes ahead, as we poll */
		{ UART_MCR, 0x0b },
	};
	unsigned rounds = sizeof(settings) / sizeof(settings[0]);

	if (!keeps(COM1 + UART_SCRATCH, 0x5a) || !keeps(COM1 + UART_SCRATCH, 0xa5))
		return false;
	PV_NATIVE_LOOP(rounds);
	for (unsigned i = 0; rounds != 0; i++, rounds--)
		pv_native_start_outb((uint16_t)(COM1 + settings[i][0]), settings[i][1]);
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

/* -- VGA text ------------------------------------------------------------------ */

#define CELLS	((volatile uint16_t *)(uintptr_t)(PV_DIRECT_BASE + VGA_BASE))

static bool
vga_probe(void)
{
	volatile uint16_t *cell = CELLS;
	uint16_t old = *cell;
	uint8_t cursor;
	bool there;

	/* Where there is no VGA the text buffer may be plain memory; in a graphics mode it is not there. */
	pv_native_start_outb(VGA_INDEX, VGA_CURSOR_LOW);
	cursor = pv_native_start_inb(VGA_DATA);
	there = keeps(VGA_DATA, 0x55);
	pv_native_start_outb(VGA_DATA, cursor);
	if (there) {
		*cell = 0x0755;
		there = *cell == 0x0755;
		*cell = old;
	}
	return there;
}

static bool
vga_draw(unsigned r, unsigned c, unsigned char letter)
{
	CELLS[r * VGA_COLUMNS + c] = (uint16_t)(0x0700 | letter);
	return true;
}

static unsigned
vga_scroll(void)
{
	volatile uint16_t *cell = CELLS;

	for (unsigned i = 0; i < VGA_ROWS * VGA_COLUMNS; i++)
		cell[i] = i < (VGA_ROWS - 1) * VGA_COLUMNS ? cell[i + VGA_COLUMNS] : 0x0720;
	return VGA_ROWS - 1;
}

static struct pv_native_screen vga = {
	.rows = VGA_ROWS, .columns = VGA_COLUMNS, .draw = vga_draw, .scroll = vga_scroll
};

/* -- any screen ---------------------------------------------------------------- */

static void
screen_put(char c)
{
	unsigned at = column, next;

	if (c == '\r') {
		column = 0;
	} else if (c == '\b') {
		column = at > 0 ? at - 1 : 0;
	} else if (c == '\n' || (screen->draw(row, at, (unsigned char)c) && ++at >= screen->columns)) {
		next = row + 1;
		column = 0;
		row = next < screen->rows ? next : screen->scroll();
	} else {
		column = at;
	}
}

/* -- all devices --------------------------------------------------------------- */

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
	probed = true;
	serial = serial_probe() && wanted(boot, "serial");
	/* A kernel with its own page tables has not said where the text buffer is. */
	if (boot == NULL)
		return;
	if (wanted(boot, "fb") && pv_native_fb_setup(&boot->fb))
		screen = &pv_native_fb_screen;
	if (boot->fb.kind != PV_FB_RGB && wanted(boot, "vga") && vga_probe()) {
		screen = &vga;
		for (unsigned i = 0; i < VGA_ROWS; i++)
			(void)vga_scroll();
	}
}

static void
write(const char *text, size_t size)
{
	bool drawn;

	/* Before setup only a start that fails prints: on all there is, if the entry code is ours. */
	if (!probed)
		pv_native_console_setup(pv_direct_map.base != 0 ? &pv_boot_data : NULL);
	drawn = screen != NULL && (screen == &vga || pv_native_fb_reach());
	for (; size != 0; size--, text++) {
		if (serial && *text == '\n')
			serial_put('\r');
		if (serial)
			serial_put(*text);
		if (drawn)
			screen_put(*text);
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
	    serial && screen == &vga ? ", " : "", screen == &vga ? "vga text" : "", pv_native_fb_name());
	return text[0] != '\0' ? text : "none";
}

const struct pv_console_ops pv_native_console_ops = {
	.write = write,
	.get = get,
	.name = name,
};
