/*
 * The parts of the PC console among themselves.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_NATIVE_CONSOLE_H
#define PV_NATIVE_CONSOLE_H

#include "native.h"

/* Where letters go: VGA text or a framebuffer. */
struct pv_native_screen {
	unsigned rows, columns;
	bool (*draw)(unsigned row, unsigned column, unsigned char c);	/* false: no letter, nothing drawn */
	unsigned (*scroll)(void);	/* make room for a line, give the row for it */
};

/* fb.c: text on a linear framebuffer. False: not one that it can draw on. */
extern struct pv_native_screen pv_native_fb_screen;
bool pv_native_fb_setup(const struct pv_framebuffer *fb);
bool pv_native_fb_reach(void);		/* can it be written to by now? */
const char *pv_native_fb_name(void);	/* ", framebuffer 800x600", or "" */

#endif
