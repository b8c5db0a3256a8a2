/*
 * Formatted text: each conversion, flags, lengths, and what happens at the end of
 * a buffer.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "capture.h"
#include "suites.h"

/* What the format would say: checked against the text and its length. */
#define SAYS(text, ...) do {							\
	char says_buf[128];							\
	int says_n = pv_snprintf(says_buf, sizeof(says_buf), __VA_ARGS__);	\
	if (!suite_text_is(says_buf, text)) {					\
		suite_fail(__FILE__, __LINE__, "gives '%s', not '%s'", says_buf, text);	\
		return;								\
	}									\
	CHECK_EQ(says_n, sizeof(text) - 1);					\
} while (0)

static void
integers(void)
{
	SAYS("0 1 -1", "%d %d %d", 0, 1, -1);
	SAYS("-2147483648", "%d", -2147483647 - 1);
	SAYS("4294967295", "%u", 4294967295u);
	SAYS("deadbeef DEADBEEF", "%x %X", 0xdeadbeefu, 0xdeadbeefu);
	SAYS("0 777", "%o %o", 0u, 0777u);
	SAYS("42", "%i", 42);
}

/* Values too big for their length are cut; the formats are data, so that compilers keep quiet. */
static void
lengths(void)
{
	const char *volatile bytes = "%hhd %hhu", *volatile shorts = "%hd %hu";

	SAYS("18446744073709551615", "%llu", 18446744073709551615ull);
	SAYS("-9223372036854775808", "%lld", -9223372036854775807ll - 1);
	SAYS("123456789abcdef", "%llx", 0x123456789abcdefull);
	SAYS("-1 255", bytes, 0x1ff, 0x1ff);
	SAYS("-1 65535", shorts, 0x1ffff, 0x1ffff);
	SAYS("7 8", "%lu %zu", 7ul, (size_t)8);
	SAYS("1 2 3", "%lld %d %lld", 1ll, 2, 3ll);
}

static void
widths(void)
{
	SAYS("   42|42   |00042", "%5d|%-5d|%05d", 42, 42, 42);
	SAYS("  -42|-0042", "%5d|%05d", -42, -42);
	SAYS("  007", "%5.3d", 7);
	SAYS("   42|042", "%*d|%.*d", 5, 42, 3, 42);
	SAYS("123456", "%3d", 123456);
	SAYS("+5 -5", "%+d %+d", 5, -5);
	SAYS("0xff", "%#x", 0xffu);
	SAYS("0x00ff", "%#06x", 0xffu);
}

static void
strings(void)
{
	SAYS("abc|  abc|abc  |ab", "%s|%5s|%-5s|%.2s", "abc", "abc", "abc", "abc");
	SAYS("x  y", "%c%3c", 'x', 'y');
	SAYS("100%", "%d%%", 100);
	SAYS("", "%s", "");
}

/* Text that is not ended may be printed as far as the precision goes, and is not read beyond. */
static void
string_without_end(void)
{
	static const char raw[3] = { 'a', 'b', 'c' };

	SAYS("abc", "%.3s", raw);
	SAYS("abc  |", "%-5.3s|", raw);
}

static void
null_is_shown(void)
{
	const char *volatile nothing = NULL;

	SAYS("(null)", "%s", nothing);
}

static void
pointers(void)
{
	SAYS("0x1234", "%p", (void *)(uintptr_t)0x1234);
	SAYS("0x0", "%p", NULL);
}

/* A mistake in the format shows. */
static void
mistakes_are_shown(void)
{
	const char *volatile strange = "a%qb", *volatile short_of = "tail%";
	char buf[16];

	(void)pv_snprintf(buf, sizeof(buf), strange, 0);
	CHECK(suite_text_is(buf, "a%?b"));
	(void)pv_snprintf(buf, sizeof(buf), short_of, 0);
	CHECK(suite_text_is(buf, "tail"));
}

static void
stays_in_its_buffer(void)
{
	char buf[16];
	int n;

	for (size_t size = 0; size <= 8; size++) {
		memset(buf, '#', sizeof(buf));
		n = pv_snprintf(buf, size, "%s%d", "abcd", 1234);
		CHECK_EQ(n, 8);
		for (size_t i = size; i < sizeof(buf); i++)
			CHECK_EQ(buf[i], '#');
		if (size > 0) {
			CHECK_EQ(buf[size - 1], 0);
			CHECK(memcmp(buf, "abcd1234", size - 1) == 0);
		}
	}
	n = pv_snprintf(NULL, 0, "%d", 12345);
	CHECK_EQ(n, 5);
}

static int PV_PRINTF(3, 4)
through_list(char *buf, size_t size, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = pv_vsnprintf(buf, size, format, ap);
	va_end(ap);
	return n;
}

/* One list for two calls: a variant that uses it up without copying shows here. */
static int PV_PRINTF(3, 4)
twice(char *buf, size_t size, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	(void)pv_vsnprintf(buf, size, format, ap);
	n = pv_vsnprintf(buf, size, format, ap);
	va_end(ap);
	return n;
}

static void
argument_lists(void)
{
	char buf[32];

	CHECK_EQ(through_list(buf, sizeof(buf), "%d-%s-%llx", 1, "two", 3ull), 7);
	CHECK(suite_text_is(buf, "1-two-3"));
	CHECK_EQ(twice(buf, sizeof(buf), "%d %d %d %d %d %d %d", 1, 2, 3, 4, 5, 6, 7), 13);
	CHECK(suite_text_is(buf, "1 2 3 4 5 6 7"));
}

static int PV_PRINTF(1, 2)
print_list(const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = pv_vprintf(format, ap);
	va_end(ap);
	return n;
}

static void
print_reaches_the_console(void)
{
	const char *said;
	int n, m;

	suite_capture_begin();
	n = pv_printf("%s %04x\n", "word", 0xabu);
	m = print_list("%d", 7);
	said = suite_capture_end();
	CHECK(suite_text_is(said, "word 00ab\n7"));
	CHECK_EQ(n, 10);
	CHECK_EQ(m, 1);
}

static const struct suite_case cases[] = {
	{ "integers", integers, "pv_snprintf", CASE_ONCE },
	{ "lengths", lengths, "pv_snprintf", CASE_ONCE },
	{ "widths", widths, "pv_snprintf", CASE_ONCE },
	{ "strings", strings, "pv_snprintf", CASE_ONCE },
	{ "string_without_end", string_without_end, "pv_snprintf", CASE_ONCE },
	{ "null_is_shown", null_is_shown, "pv_snprintf", CASE_ONCE },
	{ "pointers", pointers, "pv_snprintf", CASE_ONCE },
	{ "mistakes_are_shown", mistakes_are_shown, "pv_snprintf", CASE_ONCE },
	{ "stays_in_its_buffer", stays_in_its_buffer, "pv_snprintf", CASE_ONCE },
	{ "argument_lists", argument_lists, "pv_vsnprintf", CASE_ONCE },
	{ "print_reaches_the_console", print_reaches_the_console, "pv_printf pv_vprintf", CASE_ONCE },
};
SUITE(suite_format, "format", cases);
