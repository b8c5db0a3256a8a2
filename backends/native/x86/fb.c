/*
 * Text on a linear framebuffer: what a PC started by UEFI has instead of VGA text.
 * Letters are 5 by 7 dots, twice as high, in cells of 8 by 16 pixels of 24 or 32
 * bits. Where the entry code's map reaches it (x86_64) it works from the start;
 * elsewhere (i386: it lies high) from stage MMU on, through a mapping.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "console.h"
#include "font.h"
#include "../../common/x86/layout.h"

#define CELL_W		8u
#define CELL_H		16u

static volatile uint8_t *pixels;
static struct pv_framebuffer fb;
static uint32_t ink;

/* A rectangle of the picture. dots: rows of bits, two lines each, the first column in bit 0; NULL: all empty. */
static void
paint(unsigned x0, unsigned y0, unsigned width, unsigned height, const unsigned char *dots)
{
	unsigned bytes = fb.bits / 8u;

	for (unsigned y = 0; y < height; y++) {
		volatile uint8_t *p = pixels + (uintptr_t)(y0 + y) * fb.pitch + x0 * bytes;

		for (unsigned x = 0; x < width; x++, p += bytes) {
			uint32_t colour = dots != NULL && x < 5 && y < 14 && (dots[x] >> y / 2 & 1) != 0 ? ink : 0;

			if (bytes == 4) {
				*(volatile uint32_t *)p = colour;
				continue;
			}
			for (unsigned i = 0; i < 3; i++, colour >>= 8)
				p[i] = (uint8_t)colour;
		}
	}
}

/* Reading video memory is slow: start at the top again instead of scrolling. */
static unsigned
scroll(void)
{
	paint(0, 0, fb.width, fb.height, NULL);
	return 0;
}

static bool
draw(unsigned row, unsigned column, unsigned char c)
{
	if (c < 0x20 || c > 0x7e)
		return false;
	paint(column * CELL_W, row * CELL_H, CELL_W, CELL_H, font[c - 0x20]);
	return true;
}

struct pv_native_screen pv_native_fb_screen = { .draw = draw, .scroll = scroll };

bool
pv_native_fb_reach(void)
{
	static bool tried;
	size_t size = (size_t)fb.pitch * fb.height;
	volatile void *p;

	if (pixels != NULL || tried)
		return pixels != NULL;
	if (fb.base.v < PV_BOOT_REACH && size <= PV_BOOT_REACH - fb.base.v) {
		p = (volatile void *)(uintptr_t)(PV_DIRECT_BASE + fb.base.v);
	} else {
		if (pv_stage_now() < PV_STAGE_MMU)
			return false;
		/* What is printed about the mapping itself does not appear here. */
		tried = true;
		if (pv_io_map(fb.base, size, PV_MAP_WC, &p) != PV_OK)
			return false;
	}
	pixels = p;
	(void)scroll();
	return true;
}

bool
pv_native_fb_setup(const struct pv_framebuffer *f)
{
	unsigned last = f->bits - 8u;	/* where a colour may begin */

	if (f->kind != PV_FB_RGB || (f->bits != 32 && f->bits != 24) || f->width < CELL_W || f->width > 16384 ||
	    f->height < CELL_H || f->height > 16384 || f->pitch < f->width * (f->bits / 8u) ||
	    (f->pitch & (f->bits == 32 ? 3 : 0)) != 0 || f->red_pos > last || f->green_pos > last ||
	    f->blue_pos > last)
		return false;
	fb = *f;
	pv_native_fb_screen.columns = f->width / CELL_W;
	pv_native_fb_screen.rows = f->height / CELL_H;
	ink = 0xc0u << f->red_pos | 0xc0u << f->green_pos | 0xc0u << f->blue_pos;
	(void)pv_native_fb_reach();
	return true;
}

const char *
pv_native_fb_name(void)
{
	static char text[40];

	if (pixels == NULL)
		return "";
	(void)pv_snprintf(text, sizeof(text), ", framebuffer %ux%u", (unsigned)fb.width, (unsigned)fb.height);
	return text;
}
