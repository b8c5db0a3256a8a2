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
#include PV_BACKEND_ISA(layout.h)

#define CELL_W		8u
#define CELL_H		16u

static volatile uint8_t *pixels;
static struct pv_framebuffer fb;
static unsigned row, column, rows, columns;
static uint32_t ink;

static void
put_pixel(unsigned x, unsigned y, uint32_t colour)
{
	volatile uint8_t *p = pixels + (uintptr_t)y * fb.pitch + x * (fb.bits / 8u);

	if (fb.bits == 32) {
		*(volatile uint32_t *)p = colour;
		return;
	}
	for (unsigned i = 0; i < 3; i++)
		p[i] = (uint8_t)(colour >> (8 * i));
}

static bool
usable(const struct pv_framebuffer *f)
{
	return f->kind == PV_FB_RGB && (f->bits == 32 || f->bits == 24) && f->width >= CELL_W && f->width <= 16384 &&
	    f->height >= CELL_H && f->height <= 16384 && f->pitch >= f->width * (f->bits / 8u) &&
	    (f->bits == 24 || (f->pitch & 3) == 0) && f->red_pos <= f->bits - 8u && f->green_pos <= f->bits - 8u &&
	    f->blue_pos <= f->bits - 8u;
}

static void
clear_lines(unsigned from, unsigned to)
{
	for (unsigned y = from; y < to; y++)
		for (unsigned x = 0; x < fb.width; x++)
			put_pixel(x, y, 0);
}

void
pv_native_fb_setup(const struct pv_framebuffer *f)
{
	uint64_t end = f->base.v + (uint64_t)f->pitch * f->height;

	if (!usable(f))
		return;
	fb = *f;
	columns = fb.width / CELL_W;
	rows = fb.height / CELL_H;
	ink = 0xc0u << fb.red_pos | 0xc0u << fb.green_pos | 0xc0u << fb.blue_pos;
	if (f->base.v >= PV_BOOT_REACH || end > PV_BOOT_REACH)
		return;
	pixels = (volatile uint8_t *)(uintptr_t)(PV_DIRECT_BASE + f->base.v);
	clear_lines(0, fb.height);
}

/* Out of reach until now: map it, once. */
static bool
reach(void)
{
	static bool tried;
	volatile void *p;

	if (fb.kind == PV_FB_NONE || tried || pv_stage_now() < PV_STAGE_MMU)
		return false;
	tried = true;
	if (pv_io_map(fb.base, (size_t)fb.pitch * fb.height, PV_MAP_WC, &p) != PV_OK)
		return false;
	pixels = p;
	clear_lines(0, fb.height);
	return true;
}

static void
draw(unsigned char c)
{
	const unsigned char *dots = font[c - 0x20];
	unsigned x0 = column * CELL_W, y0 = row * CELL_H;

	for (unsigned y = 0; y < CELL_H; y++)
		for (unsigned x = 0; x < CELL_W; x++)
			put_pixel(x0 + x, y0 + y, x < 5 && y < 14 && (dots[x] >> (y / 2) & 1) != 0 ? ink : 0);
}

/*
 * A handler may print in the middle of anybody's line: row and column are within the picture at
 * any time, not only between characters.
 */
static void
newline(void)
{
	unsigned next = row + 1;

	column = 0;
	if (next >= rows) {
		/* Reading video memory is slow: start at the top again instead of scrolling. */
		clear_lines(0, fb.height);
		next = 0;
	}
	row = next;
}

void
pv_native_fb_put(char c)
{
	unsigned at = column;

	if (pixels == NULL && !reach())
		return;
	if (c == '\n') {
		newline();
	} else if (c == '\r') {
		column = 0;
	} else if (c == '\b') {
		column = at > 0 ? at - 1 : 0;
	} else if ((unsigned char)c >= 0x20 && (unsigned char)c <= 0x7e) {
		draw((unsigned char)c);
		if (at + 1 >= columns)
			newline();
		else
			column = at + 1;
	}
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
