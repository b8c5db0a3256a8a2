/*
 * Formatted text against the C library of the build machine, wherever the two
 * promise the same, and the small text functions. Sources: hooks/{format,text,arith}.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <limits.h>

#include "cases.h"

#define ROUNDS	50000u

void
pv_console_write(const char *text, size_t size)
{
	say(text, size);
}

static void
start(void)
{
	said[0] = '\0';
}

/* The compiler is not to check formats that are made here. */
static int PV_PRINTF(3, 0)
(*volatile ours)(char *, size_t, const char *, va_list) = pv_vsnprintf, (*volatile hosts)(char *, size_t,
    const char *, va_list) = vsnprintf;

/* Both give the same text and the same length. */
static void
same(const char *format, ...)
{
	static char mine[16384], theirs[16384];
	va_list a, b;
	int n, m;

	va_start(a, format);
	va_copy(b, a);
	n = ours(mine, sizeof(mine), format, a);
	m = hosts(theirs, sizeof(theirs), format, b);
	va_end(b);
	va_end(a);
	if (n != m || strcmp(mine, theirs) != 0)
		ck_abort_msg("\"%s\" gives \"%s\" (%d), not \"%s\" (%d)", format, mine, n, theirs, m);
}

/* -- numbers ------------------------------------------------------------------------------ */

static const char *const lengths[] = { "hh", "h", "", "l", "ll", "z" };
static const char conversions[] = "diuoxX";

/* Any flags, width and precision that make sense together. */
static void
draw_format(char *format, size_t size, const char *length, char conversion)
{
	const char *sign = strchr("di", conversion) != NULL && draw_below(3) == 0 ? "+" : "";
	const char *alt = strchr("xX", conversion) != NULL && draw_below(3) == 0 ? "#" : "";
	char width[8] = "", precision[8] = "";

	if (draw_below(2) == 0)
		snprintf(width, sizeof(width), "%u", 1 + draw_below(30));
	if (draw_below(3) == 0)
		snprintf(precision, sizeof(precision), ".%u", draw_below(30));
	snprintf(format, size, "<%%%s%s%s%s%s%s%s%c>", draw_below(2) == 0 ? "-" : "", sign, alt,
	    draw_below(2) == 0 ? "0" : "", width, precision, length, conversion);
}

START_TEST(integers_of_every_length)
{
	const char *length = lengths[_i];
	char format[64];

	for (unsigned i = 0; i < ROUNDS; i++) {
		char conversion = conversions[draw_below(sizeof(conversions) - 1)];
		/* As many small numbers as big ones, and 0 now and then. */
		uint64_t v = draw() >> draw_below(64);

		if (draw_below(2) == 0)
			v = 0 - v;
		if (draw_below(50) == 0)
			v = 0;
		draw_format(format, sizeof(format), length, conversion);
		/* The C library wants unsigned X with 0X. */
		if (conversion == 'X' && strchr(format, '#') != NULL)
			continue;
		if (length[0] == 'l' || length[0] == 'z')
			same(format, v);
		else
			same(format, (unsigned)v);
	}
}
END_TEST

START_TEST(integers_at_the_edges)
{
	static const uint64_t edges[] = {
		0, 1, 7, 8, 9, 10, 15, 16, 99, 100, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000,
		0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 9999999999999999999u, 10000000000000000000u,
		INT64_MAX, 1ull << 63, UINT64_MAX
	};
	char format[16];

	for (unsigned c = 0; c < sizeof(conversions) - 1; c++) {
		for (unsigned i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
			for (unsigned l = 0; l < sizeof(lengths) / sizeof(lengths[0]); l++) {
				snprintf(format, sizeof(format), "%%%s%c", lengths[l], conversions[c]);
				if (l >= 3)
					same(format, edges[i]);
				else
					same(format, (unsigned)edges[i]);
			}
		}
	}
}
END_TEST

START_TEST(zero_of_no_digits_is_nothing)
{
	same("<%.0d>", 0);
	same("<%.0u>", 0);
	same("<%.0x>", 0);
	same("<%5.0d>", 0);
	same("<%+.0d>", 0);
	same("<%.d>", 0);
	same("<%.0d>", 7);
	same("<%#x>", 0);
	same("<%#.0x>", 0);
	same("<%#08x>", 0);
}
END_TEST

START_TEST(width_and_precision_from_the_arguments)
{
	same("<%*d>", 7, 42);
	same("<%*d>", -7, 42);
	same("<%-*d>", -7, 42);
	same("<%0*d>", -7, 42);
	same("<%*d>", 0, 42);
	same("<%.*d>", 5, 42);
	same("<%.*d>", 0, 0);
	same("<%.*d>", -5, 42);
	same("<%0*.*d>", 8, -1, 42);
	same("<%*.*s>", 9, 3, "abcdef");
	same("<%*.*s>", -9, -3, "abcdef");
	same("<%*d %d>", 4, 1, 2);
}
END_TEST

START_TEST(zeros_do_not_stand_beside_a_precision)
{
	same("<%08.3d>", 7);
	same("<%-08d>", 7);
	same("<%08d>", -7);
	same("<%+08d>", 7);
	same("<%#010x>", 0xabcu);
	same("<%#10.6x>", 0xabcu);
	same("<%-#10x>", 0xabcu);
}
END_TEST

/* More arguments than there are registers for them, of two sizes. */
START_TEST(many_arguments)
{
	same("%d %lld %u %llx %hhd %zu %s %c %lld %d %llu %o %lx", -1, -2ll, 3u, 4ull, 5, (size_t)6, "seven", '8',
	    9ll, 10, 11ull, 12u, 13ul);
}
END_TEST

START_TEST(pointers)
{
	char text[64];

	same("<%p>", (void *)(uintptr_t)0xffffffff80123456u);
	same("<%p>", (void *)(uintptr_t)1);
	same("<%24p>", (void *)(uintptr_t)0x1000);
	same("<%-24p>", (void *)(uintptr_t)0x1000);
	ck_assert_int_eq(pv_snprintf(text, sizeof(text), "%p", (void *)NULL), 3);
	ck_assert_str_eq(text, "0x0");
}
END_TEST

/* -- text --------------------------------------------------------------------------------- */

START_TEST(strings)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
	char format[64], width[8], precision[8];

	for (unsigned i = 0; i < ROUNDS; i++) {
		width[0] = precision[0] = '\0';
		if (draw_below(2) == 0)
			snprintf(width, sizeof(width), "%u", 1 + draw_below(40));
		if (draw_below(2) == 0)
			snprintf(precision, sizeof(precision), ".%u", draw_below(40));
		snprintf(format, sizeof(format), "<%%%s%s%ss>", draw_below(2) == 0 ? "-" : "", width, precision);
		same(format, letters + draw_below(sizeof(letters)));
	}
}
END_TEST

START_TEST(characters)
{
	same("<%c>", 'x');
	same("<%5c>", 'x');
	same("<%-5c>", 'x');
	same("<%c>", 0x141);
	same("<%c%c%c>", 'a', 'b', 'c');
}
END_TEST

START_TEST(a_string_is_read_no_further_than_its_precision)
{
	char *exact = malloc(4), text[16];

	memcpy(exact, "wxyz", 4);
	ck_assert_int_eq(pv_snprintf(text, sizeof(text), "%.4s", exact), 4);
	ck_assert_str_eq(text, "wxyz");
	ck_assert_int_eq(pv_snprintf(text, sizeof(text), "%.0s", exact), 0);
	free(exact);
}
END_TEST

START_TEST(null_is_text)
{
	const char *volatile nothing = NULL;
	char text[32];

	pv_snprintf(text, sizeof(text), "<%s>", nothing);
	ck_assert_str_eq(text, "<(null)>");
	pv_snprintf(text, sizeof(text), "<%.3s|%9s>", nothing, nothing);
	ck_assert_str_eq(text, "<(nu|   (null)>");
}
END_TEST

START_TEST(percent_signs)
{
	same("%%");
	same("100%%, %d%%", 7);
	same("%%%%d%%s");
}
END_TEST

START_TEST(mistakes_show)
{
	static const struct {
		const char *format, *text;
	} wrong[] = {
		{ "a%qb", "a%?b" }, { "%f", "%?" }, { "%5.2q|", "%?|" }, { "%n", "%?" }, { "% d", "%?d" },
	};
	char text[32];
	va_list none;

	memset(&none, 0, sizeof(none));
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		ck_assert_int_eq(ours(text, sizeof(text), wrong[i].format, none), (int)strlen(wrong[i].text));
		ck_assert_str_eq(text, wrong[i].text);
	}
}
END_TEST

/* A format that ends within a conversion is not read beyond its end. */
START_TEST(formats_that_are_cut_off)
{
	static const char whole[] = "ab%-08.3ll";
	char text[32];
	va_list none;

	memset(&none, 0, sizeof(none));
	for (size_t n = 2; n < sizeof(whole); n++) {
		char *cut = malloc(n + 1);

		memcpy(cut, whole, n);
		cut[n] = '\0';
		ck_assert_int_eq(ours(text, sizeof(text), cut, none), 2);
		ck_assert_str_eq(text, "ab");
		free(cut);
	}
}
END_TEST

/* -- the end of a buffer -------------------------------------------------------------------- */

START_TEST(every_size_of_buffer)
{
	static const char *const formats[] = { "%s %d", "%s%8d", "%-9s%x", "%12s%04d", "plain%.0s%.0d" };
	const char *format = formats[_i];
	char theirs[64];
	int length = snprintf(theirs, sizeof(theirs), format, "text", 42);

	for (size_t size = 0; size < 40; size++) {
		char *exact = malloc(size != 0 ? size : 1);

		memset(theirs, 0, sizeof(theirs));
		snprintf(theirs, size, format, "text", 42);
		ck_assert_int_eq(pv_snprintf(exact, size, format, "text", 42), length);
		if (size != 0)
			ck_assert_str_eq(exact, theirs);
		free(exact);
	}
	ck_assert_int_eq(pv_snprintf(NULL, 0, format, "text", 42), length);
}
END_TEST

START_TEST(long_text)
{
	same("%5000d|%.4000d|%-3000s|", 1, 2, "three");
}
END_TEST

static int PV_PRINTF(1, 2)
print_twice(const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = pv_vprintf(format, args);
	n += pv_vprintf(format, args);
	va_end(args);
	return n;
}

START_TEST(the_console_gets_all_of_it)
{
	ck_assert_int_eq(pv_printf("%s:%5d|%-4x|%%\n", "name", 42, 0xau), 18);
	ck_assert_str_eq(said, "name:   42|a   |%\n");
	ck_assert_int_eq(pv_printf("%s", ""), 0);
	said[0] = '\0';
	/* The list is not used up. */
	ck_assert_int_eq(print_twice("%d %s.", 1, "two"), 12);
	ck_assert_str_eq(said, "1 two.1 two.");
}
END_TEST

/* -- small text ------------------------------------------------------------------------------ */

START_TEST(equal_text)
{
	static const char *const words[] = { "", "a", "ab", "abc", "abd", "b", "A", "\xff" };

	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		for (unsigned k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
			char *copy = strdup(words[k]);

			ck_assert_int_eq(pv_text_equal(words[i], copy), i == k);
			free(copy);
		}
	}
}
END_TEST

START_TEST(length_of_text)
{
	char *text = malloc(300);

	memset(text, 'x', 299);
	text[299] = '\0';
	for (size_t n = 0; n < 300; n++)
		ck_assert_uint_eq(pv_text_length(text + 299 - n), n);
	free(text);
}
END_TEST

int
main(void)
{
	const struct host_case cases[] = {
		{ integers_of_every_length, sizeof(lengths) / sizeof(lengths[0]) }, { integers_at_the_edges, 0 },
		{ zero_of_no_digits_is_nothing, 0 }, { width_and_precision_from_the_arguments, 0 },
		{ zeros_do_not_stand_beside_a_precision, 0 }, { many_arguments, 0 }, { pointers, 0 },
		{ strings, 0 }, { characters, 0 }, { a_string_is_read_no_further_than_its_precision, 0 },
		{ null_is_text, 0 }, { percent_signs, 0 }, { mistakes_show, 0 }, { formats_that_are_cut_off, 0 },
		{ every_size_of_buffer, 5 }, { long_text, 0 }, { the_console_gets_all_of_it, 0 },
		{ equal_text, 0 }, { length_of_text, 0 },
	};

	return RUN_CASES("format", start, cases);
}
