/*
 * The console of a PC on a framebuffer: where letters go, what is refused, and
 * handlers that print in the middle of anybody's line. Sources:
 * backends/native/x86/console.c and fb.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "../../backends/native/x86/native.h"
#include "run.h"

#define WIDTH		88u		/* 11 letters */
#define HEIGHT		50u		/* 3 lines, and a bit */
#define FAR_UP		0xfd00000000ull	/* beyond the reach of the entry code's map */

static uint8_t *picture;
static size_t picture_size;
static struct pv_boot left;
struct pv_direct_map pv_direct_map;
struct pv_boot pv_boot_data;

static void
fake_outb(uint16_t port, uint8_t v)
{
	(void)port;
	(void)v;
}

static uint8_t
fake_inb(uint16_t port)
{
	(void)port;
	return 0xff;
}

enum pv_stage
pv_stage_now(void)
{
	return PV_STAGE_MMU;
}

pv_status
pv_io_map(pv_paddr base, size_t size, unsigned flags, volatile void **out)
{
	ck_assert_uint_eq(base.v, FAR_UP);
	ck_assert_uint_eq(flags, PV_MAP_WC);
	picture_size = size;
	picture = malloc(size);
	memset(picture, 0x55, size);
	*out = picture;
	return PV_OK;
}

pv_status
pv_boot_option(const struct pv_boot *b, const char *name, char *buf, size_t size)
{
	(void)b;
	(void)name;
	(void)buf;
	(void)size;
	return PV_E_NOENT;
}

bool
pv_text_equal(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

int
pv_snprintf(char *buf, size_t size, const char *format, ...)
{
	(void)format;
	return size > 0 ? (buf[0] = '\0') : 0;
}

#define pv_native_outb	fake_outb
#define pv_native_inb	fake_inb
#define pv_native_start_outb	fake_outb
#define pv_native_start_inb	fake_inb
#include "../../backends/native/x86/fb.c"
#include "../../backends/native/x86/console.c"

static bool
begin(unsigned bits)
{
	left.fb = (struct pv_framebuffer){
		.kind = PV_FB_RGB, .base = { FAR_UP }, .width = WIDTH, .height = HEIGHT, .bits = (uint8_t)bits,
		.pitch = WIDTH * (bits / 8) + 8, .red_pos = 16, .green_pos = 8,
	};
	pv_native_console_setup(&left);
	return screen != NULL;
}

static void
print(const char *text)
{
	write(text, strlen(text));
}

/* Dots in the cell of a letter. */
static unsigned
dots(unsigned r, unsigned c)
{
	unsigned n = 0, bytes = left.fb.bits / 8;

	for (unsigned y = r * 16; y < r * 16 + 16; y++)
		for (unsigned x = c * 8; x < c * 8 + 8; x++)
			n += memcmp(picture + y * left.fb.pitch + x * bytes, "\0\0\0", 3) != 0;
	return n;
}

/* Nothing but the picture was written to. */
static void
margin_is_whole(void)
{
	unsigned bytes = left.fb.bits / 8;

	for (unsigned y = 0; y < HEIGHT; y++)
		for (unsigned i = WIDTH * bytes; i < left.fb.pitch; i++)
			ck_assert_uint_eq(picture[y * left.fb.pitch + i], 0x55);
}

START_TEST(letters_have_places)
{
	ck_assert(begin(_i == 0 ? 24 : 32));
	print("A b\nI\b\b\rJ|\x01\x7f\xff");
	ck_assert_uint_eq(picture_size, (size_t)left.fb.pitch * HEIGHT);
	ck_assert(dots(0, 0) > 10 && dots(0, 1) == 0 && dots(0, 2) > 10 && dots(0, 3) == 0);
	ck_assert(dots(1, 0) > 8 && dots(1, 1) > 8 && dots(1, 2) == 0);
	ck_assert(row == 1 && column == 2);
	margin_is_whole();
}
END_TEST

START_TEST(lines_wrap_and_the_screen_begins_anew)
{
	ck_assert(begin(32));
	print("01234567890");
	ck_assert(row == 1 && column == 0);
	print("\n\nX");
	ck_assert(row == 0 && column == 1);
	ck_assert(dots(0, 0) > 0 && dots(0, 1) == 0 && dots(1, 0) == 0);
	margin_is_whole();
}
END_TEST

START_TEST(odd_pictures_are_refused)
{
	struct pv_framebuffer f;

	ck_assert(begin(32));
	f = left.fb;
	f.bits = 16;
	ck_assert(!pv_native_fb_setup(&f));
	f = left.fb;
	f.pitch = WIDTH * 4 - 4;
	ck_assert(!pv_native_fb_setup(&f));
	f = left.fb;
	f.pitch++;
	ck_assert(!pv_native_fb_setup(&f));
	f = left.fb;
	f.width = 7;
	ck_assert(!pv_native_fb_setup(&f));
	f = left.fb;
	f.height = 16385;
	ck_assert(!pv_native_fb_setup(&f));
	f = left.fb;
	f.blue_pos = 25;
	ck_assert(!pv_native_fb_setup(&f));
	f = left.fb;
	f.kind = PV_FB_TEXT;
	ck_assert(!pv_native_fb_setup(&f));
}
END_TEST

/* -- an interrupt at any instruction -- */

static volatile sig_atomic_t interrupts;

static void
on_interrupt(int nr)
{
	(void)nr;
	/* Up to the last place of a line and of the screen. */
	write("interrupt!\nx\n\b01234567890123456789\n", interrupts++ % 36);
	if (row >= screen->rows || column >= screen->columns)
		abort();
}

START_TEST(handlers_print)
{
	const struct itimerval often = { { 0, 50 }, { 0, 50 } }, never = { { 0, 0 }, { 0, 0 } };

	ck_assert(begin(_i == 0 ? 24 : 32));
	signal(SIGALRM, on_interrupt);
	setitimer(ITIMER_REAL, &often, NULL);
	for (unsigned i = 0; i < 1000000 && interrupts < 3000; i++)
		print("a line that wraps\r\b\n");
	setitimer(ITIMER_REAL, &never, NULL);
	ck_assert_int_gt(interrupts, 100);
	ck_assert(row < screen->rows && column < screen->columns);
	margin_is_whole();
}
END_TEST

static void
teardown(void)
{
	free(picture);
}

int
main(void)
{
	Suite *s = suite_create("native_screen");
	TCase *t = tcase_create("all");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_loop_test(t, letters_have_places, 0, 2);
	tcase_add_test(t, lines_wrap_and_the_screen_begins_anew);
	tcase_add_test(t, odd_pictures_are_refused);
	tcase_add_loop_test(t, handlers_print, 0, 2);
	suite_add_tcase(s, t);
	return run_all(srunner_create(s));
}
