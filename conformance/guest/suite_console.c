/*
 * The early console: its name, what is typed on it, what is written to it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "capture.h"
#include "suites.h"

#define TYPED_WAIT_MS	5000u

static void
has_a_name(void)
{
	const char *name = pv_console_name();

	CHECK(name != NULL && name[0] != '\0');
	CHECK(!suite_text_is(name, "none"));
	for (const char *p = name; *p != '\0'; p++)
		CHECK(*p >= ' ' && *p <= '~');
}

/* Whatever was typed before; a console that never has enough shows in what follows. */
static void
drain(void)
{
	for (unsigned i = 0; i < 1000 && pv_console_get() != -1; i++)
		continue;
}

static void
silent_gives_nothing(void)
{
	drain();
	CHECK_EQ(pv_console_get(), -1);
	CHECK_EQ(pv_console_get(), -1);
}

static int
wait_for_byte(void)
{
	int c;

	for (unsigned ms = 0; ms < TYPED_WAIT_MS; ms++) {
		c = pv_console_get();
		if (c != -1)
			return c;
		pv_delay_ns(PV_NS_PER_MS);
	}
	return -1;
}

static void
typed_text_comes(void)
{
	static const char wanted[] = "The quick brown fox, 0123456789 ~!";

	drain();
	if (!suite_ask("type The quick brown fox, 0123456789 ~!"))
		SKIP("nobody is there to type");
	for (unsigned i = 0; wanted[i] != '\0'; i++)
		CHECK_EQ(wait_for_byte(), wanted[i]);
	CHECK_EQ(wait_for_byte(), '\n');
	CHECK_EQ(pv_console_get(), -1);
}

static void
puts_and_write(void)
{
	const char *said;

	suite_capture_begin();
	pv_console_puts("put\n");
	pv_console_write("written and not", 7);
	pv_console_write("", 0);
	said = suite_capture_end();
	CHECK(suite_text_is(said, "put\nwritten"));
}

static const struct suite_case cases[] = {
	{ "has_a_name", has_a_name, "console.name pv_console_name", CASE_ONCE },
	{ "silent_gives_nothing", silent_gives_nothing, "console.get pv_console_get", CASE_ONCE },
	{ "typed_text_comes", typed_text_comes, "console.get pv_console_get", CASE_ONCE },
	{ "puts_and_write", puts_and_write, "pv_console_puts pv_console_write", CASE_ONCE },
};
SUITE(suite_console, "console", cases);
