/*
 * The rest of the library, as far as the code under test asks for it: windows on
 * frames, capabilities, log and panic.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stdarg.h>

#include "radix_parts.h"

/* -- windows: at most four, last opened first closed ------------------------------ */

static void *window[4];

void *
pv_window_open(pv_paddr frame)
{
	if ((frame.v & (PAGE - 1)) != 0 || !page[page_nr(frame.v)].used)
		model_broken("window on 0x%llx, which is nobody's page", (unsigned long long)frame.v);
	if (machine.windows_open == 4)
		model_broken("a fifth window");
	window[machine.windows_open++] = model_page(frame.v);
	if (machine.windows_open > machine.windows_most)
		machine.windows_most = machine.windows_open;
	return window[machine.windows_open - 1];
}

void
pv_window_close(void *p)
{
	if (machine.windows_open == 0 || window[machine.windows_open - 1] != p)
		model_broken("windows closed out of order");
	machine.windows_open--;
}

bool
pv_has(enum pv_cap cap)
{
	return machine.caps[cap];
}

void
pv_log(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(machine.last_log, sizeof(machine.last_log), format, ap);
	va_end(ap);
	machine.logs++;
}

void
pv_panic(const char *format, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	fprintf(stderr, "panic: %s\n", text);
	exit(77);
}

const char *
pv_status_text(pv_status s)
{
	return s == PV_OK ? "" : "a reason";
}
