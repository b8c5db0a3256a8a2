/*
 * The early console: needs no memory, no interrupts, no clock, no hooks.
 *
 * It works from the first C instruction of our entry code, and for a kernel
 * with its own entry from pv_attach() on. The backend picks what the machine has:
 * 16550 serial port, VGA text, framebuffer text, a hypercall, the firmware's own
 * output; on bare metal every device found gets the output, and
 * `pv.console=serial|vga|fb|none` on the command line chooses one. Output is
 * polled with a bound on every wait: a device that stops answering is dropped.
 *
 * Context: any time, any CPU, also with interrupts off and in handlers; the name
 * from stage EARLY on. Output of two CPUs may interleave by line.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_CONSOLE_H
#define PV_CONSOLE_H

#include <pv/status.h>

PV_BEGIN_DECLS

/* Part of the op table: what a backend gives. */
struct pv_console_ops {
	/* Write bytes; '\n' becomes CR LF where the device wants that. Cannot fail. */
	void (*write)(const char *text, size_t size);

	/* Next byte typed (0..255), or -1 when there is none. Does not wait. */
	int (*get)(void);

	/* What it is, for people: "serial 0x3f8 115200, vga text". */
	const char *(*name)(void);
};

void pv_console_write(const char *text, size_t size);
void pv_console_puts(const char *text);
int pv_console_get(void);
const char *pv_console_name(void);

/*
 * Formatted output. Understands %c %s %p, %d %i %u %x %X %o with the lengths
 * hh h l ll z, flags 0 - + # and width/precision, and %%. No floating point.
 * Returns the number of characters that the full text has.
 */
int pv_printf(const char *format, ...) PV_PRINTF(1, 2);
int pv_vprintf(const char *format, va_list ap) PV_PRINTF(1, 0);
int pv_snprintf(char *buf, size_t size, const char *format, ...) PV_PRINTF(3, 4);
int pv_vsnprintf(char *buf, size_t size, const char *format, va_list ap) PV_PRINTF(3, 0);

PV_END_DECLS
#endif
