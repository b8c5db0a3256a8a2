/*
 * The parts of the PC console among themselves.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_NATIVE_CONSOLE_H
#define PV_NATIVE_CONSOLE_H

#include "native.h"

/* fb.c: text on a linear framebuffer; does nothing until set up with one it can draw on. */
void pv_native_fb_setup(const struct pv_framebuffer *fb);
void pv_native_fb_put(char c);
const char *pv_native_fb_name(void);	/* ", framebuffer 800x600", or "" */

#endif
