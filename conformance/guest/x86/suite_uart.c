/*
 * What the console does to its devices on a PC: the 16550 talks to itself in
 * loopback mode (National's data sheet, 8.6.7), and the text screen's memory can be
 * read.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../capture.h"
#include "../suites.h"

#define COM1		0x3f8
#define MCR		(COM1 + 4)
#define LSR		(COM1 + 5)
#define LSR_ALL_SENT	0x40u
#define MCR_LOOP	0x10u

#define SCREEN		0xb8000u
#define SCREEN_CELLS	(80u * 25u)

static bool
has(const char *device)
{
	return suite_text_has(pv_console_name(), device);
}

static uint8_t mcr;

static void
loop_begin(void)
{
	while ((pv_in8(LSR) & LSR_ALL_SENT) == 0)
		continue;
	for (unsigned i = 0; i < 1000 && pv_console_get() != -1; i++)
		continue;
	mcr = pv_in8(MCR);
	pv_out8(MCR, mcr | MCR_LOOP);
}

/* What came back, at most size - 1 bytes. */
static void
loop_end(char *back, unsigned size)
{
	unsigned n = 0;
	int c;

	while (n + 1 < size && (c = pv_console_get()) != -1)
		back[n++] = (char)c;
	back[n] = '\0';
	pv_out8(MCR, mcr);
}

static void
bytes_go_out_as_written(void)
{
	char back[16];

	if (!has("serial"))
		SKIP("no serial line of its own");
	loop_begin();
	pv_console_write("Hello, ~{}", 10);
	loop_end(back, sizeof(back));
	CHECK(suite_text_is(back, "Hello, ~{}"));
}

static void
newline_goes_out_as_two(void)
{
	char back[16];

	if (!has("serial"))
		SKIP("no serial line of its own");
	loop_begin();
	pv_console_write("a\nb\r\n", 5);
	loop_end(back, sizeof(back));
	CHECK(suite_text_is(back, "a\r\nb\r\r\n"));
}

static void
all_bytes_come_in(void)
{
	if (!has("serial"))
		SKIP("no serial line of its own");
	loop_begin();
	for (unsigned i = 0; i < 256; i++) {
		int got;

		pv_out8(COM1, (uint8_t)i);
		got = pv_console_get();
		if (got != (int)i) {
			pv_out8(MCR, mcr);
			CHECK_EQ(got, i);
		}
	}
	pv_out8(MCR, mcr);
	CHECK_EQ(pv_console_get(), -1);
}

/* Find a text in the cells, character and attribute each. */
static bool
on_screen(const volatile uint16_t *cells, const char *text)
{
	for (unsigned at = 0; at < SCREEN_CELLS; at++) {
		unsigned n = 0;

		while (text[n] != '\0' && at + n < SCREEN_CELLS && (cells[at + n] & 0xff) == (uint8_t)text[n])
			n++;
		if (text[n] == '\0')
			return true;
	}
	return false;
}

static void
screen_shows_text(void)
{
	volatile void *cells;
	bool shown;
	char mark[24];

	if (!has("vga"))
		SKIP("no text screen of its own");
	(void)pv_snprintf(mark, sizeof(mark), "screen ~%x", (unsigned)pv_time_ns());
	CHECK_OK(pv_io_map(pv_pa(SCREEN), SCREEN_CELLS * 2, PV_MAP_UC, &cells));
	pv_printf("# %s\n", mark);
	shown = on_screen(cells, mark);
	pv_io_unmap(cells, SCREEN_CELLS * 2);
	CHECK(shown);
}

static const struct suite_case cases[] = {
	{ "bytes_go_out_as_written", bytes_go_out_as_written, "console.write", CASE_ONCE },
	{ "newline_goes_out_as_two", newline_goes_out_as_two, "console.write", CASE_ONCE },
	{ "all_bytes_come_in", all_bytes_come_in, "console.get", CASE_ONCE },
	{ "screen_shows_text", screen_shows_text, "console.write", CASE_ONCE },
};
SUITE(suite_uart, "uart", cases);
