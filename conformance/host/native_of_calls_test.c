/*
 * The OpenFirmware client interface, with a firmware that answers what it likes: -1, more
 * than was asked for, nothing. Source: backends/native/sparc64/of.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "../../backends/native/sparc64/native.h"
#include "run.h"

#undef pv_irq_save
#undef pv_irq_restore
#define pv_irq_save()		(closed++, 0)
#define pv_irq_restore(gate)	(closed--, (void)(gate))
static int closed;
#include "../../backends/native/sparc64/of.c"

#define BUFFER	PV_OF_PROPERTY_MOST
#define NODE	5u
#define STDIN	0xfff12344u
#define STDOUT	0xfff12345u

/* The firmware: what it answers, and what it was asked last. */
static struct {
	int64_t status, answer;
	unsigned calls;
	char service[16], text[256];
	uint64_t nr_args, args[MAX_ARGS];
	bool has_console;
	uint8_t typed;
} fw;

static void
begin(void)
{
	memset(&fw, 0, sizeof(fw));
	closed = 0;
	pv_native_of_handler = 1;
}

uint64_t
pv_native_of_call(uint64_t *cells)
{
	uint64_t most = cells[1] == 4 ? cells[6] : 0;

	ck_assert_int_gt(closed, 0);
	ck_assert_uint_eq(cells[2], 1);
	ck_assert_uint_le(cells[1], MAX_ARGS);
	fw.calls++;
	(void)snprintf(fw.service, sizeof(fw.service), "%s", (const char *)(uintptr_t)cells[0]);
	fw.nr_args = cells[1];
	memcpy(fw.args, cells + 3, cells[1] * sizeof(cells[0]));
	/* getprop: as much as there is room for, whatever is answered. */
	if (cells[1] == 4)
		memset((void *)(uintptr_t)cells[5], 'x', fw.answer > 0 && (uint64_t)fw.answer < most ?
		    (size_t)fw.answer : fw.answer > 0 ? (size_t)most : 0);
	if (strcmp(fw.service, "read") == 0)
		*(uint8_t *)(uintptr_t)cells[4] = fw.typed;
	else if (cells[1] == 3 && strlen(fw.text) + cells[5] < sizeof(fw.text))
		strncat(fw.text, (const char *)(uintptr_t)cells[4], cells[5]);
	cells[3 + cells[1]] = (uint64_t)fw.answer;
	return (uint64_t)fw.status;
}

/* oftree.c has it. */
bool
pv_native_of_get_u32(uint32_t node, const char *name, uint32_t *value)
{
	(void)node;
	ck_assert(strcmp(name, "stdout") == 0 || strcmp(name, "stdin") == 0);
	if (fw.has_console)
		*value = name[3] == 'o' ? STDOUT : STDIN;
	return fw.has_console;
}

/* Bytes that came into a buffer of ten, of twelve. */
static int
got(int64_t answer, unsigned *bytes)
{
	char to[12];
	int n;

	memset(to, '.', sizeof(to));
	fw.answer = answer;
	n = pv_native_of_get(NODE, "reg", to, 10);
	for (*bytes = 0; *bytes < sizeof(to) && to[*bytes] == 'x'; ++*bytes)
		;
	for (unsigned i = *bytes; i < sizeof(to); i++)
		ck_assert_int_eq(to[i], '.');
	return n;
}

START_TEST(lengths_are_those_that_were_copied)
{
	static const struct {
		int64_t answer;
		int n;
		unsigned bytes;
	} answers[] = {
		{ 0, 0, 0 }, { 1, 1, 1 }, { 10, 10, 10 }, { 11, 10, 10 }, { BUFFER + 1, 10, 10 },
		{ 0x7fffffff, 10, 10 },
		{ -1, -1, 0 }, { 0xffffffff, -1, 0 }, { -2, -1, 0 }, { 0x80000000, -1, 0 }, { 1ll << 32, 0, 0 },
	};
	unsigned bytes;

	for (unsigned i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		ck_assert_int_eq(got(answers[i].answer, &bytes), answers[i].n);
		ck_assert_uint_eq(bytes, answers[i].bytes);
		ck_assert_str_eq(fw.service, "getprop");
		ck_assert_uint_eq(fw.args[0], NODE);
		ck_assert_uint_eq(fw.args[3], BUFFER);
		ck_assert_int_eq(closed, 0);
	}
	for (unsigned i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		fw.answer = answers[i].answer;
		ck_assert_int_eq(pv_native_of_length(NODE, "reg"), (int32_t)fw.answer < 0 ? -1 : (int32_t)fw.answer);
		ck_assert_str_eq(fw.service, "getproplen");
		ck_assert_uint_eq(fw.nr_args, 2);
	}
	/* Whatever it has put there, the call has failed. */
	fw.status = -1;
	ck_assert_int_eq(got(4, &bytes), -1);
	ck_assert_uint_eq(bytes, 0);
	fw.calls = 0;
	ck_assert_int_eq(pv_native_of_get(PV_OF_NONE, "reg", &bytes, sizeof(bytes)), -1);
	ck_assert_int_eq(pv_native_of_length(PV_OF_NONE, "reg"), -1);
	ck_assert_uint_eq(fw.calls, 0);
}
END_TEST

START_TEST(nodes_that_are_not_there)
{
	static const int64_t none[] = { 0, -1, 0xffffffff };

	for (unsigned i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		fw.answer = none[i];
		ck_assert_uint_eq(pv_native_of_find("/memory"), PV_OF_NONE);
		ck_assert_uint_eq(pv_native_of_parent(NODE), PV_OF_NONE);
		ck_assert_uint_eq(pv_native_of_child(NODE), PV_OF_NONE);
		ck_assert_uint_eq(pv_native_of_peer(NODE), PV_OF_NONE);
	}
	fw.answer = 7;
	ck_assert_uint_eq(pv_native_of_child(NODE), 7);
	fw.status = -1;
	ck_assert_uint_eq(pv_native_of_child(NODE), PV_OF_NONE);
	pv_native_of_handler = 0;
	fw.calls = 0;
	ck_assert(!pv_native_of_present());
	ck_assert_uint_eq(pv_native_of_child(NODE), PV_OF_NONE);
	ck_assert_uint_eq(fw.calls, 0);
}
END_TEST

/* In pieces that the buffer holds, until it is through or refused. */
START_TEST(writing)
{
	char text[200];

	memset(text, 'a', sizeof(text));
	memset(text + 128, 'b', sizeof(text) - 128);
	pv_native_of_write(text, sizeof(text));
	ck_assert_uint_eq(fw.calls, 1);			/* for the node that says where to */
	ck_assert_str_eq(fw.service, "finddevice");
	fw.has_console = true;
	pv_native_of_write(text, sizeof(text));
	ck_assert_uint_eq(fw.calls, 4);
	ck_assert_str_eq(fw.service, "write");
	ck_assert_uint_eq(fw.args[0], STDOUT);
	ck_assert_uint_eq(fw.args[2], sizeof(text) - 128);
	ck_assert_uint_eq(strlen(fw.text), sizeof(text));
	ck_assert_int_eq(memcmp(fw.text, text, sizeof(text)), 0);
	fw.answer = -1;
	pv_native_of_write(text, sizeof(text));
	ck_assert_uint_eq(fw.calls, 6);
	ck_assert_int_eq(closed, 0);
}
END_TEST

START_TEST(reading)
{
	static const int64_t nothing[] = { 0, -1, -2, 2, 0xffffffff };

	ck_assert_int_eq(pv_native_of_read(), -1);
	ck_assert_str_eq(fw.service, "finddevice");
	fw.has_console = true;
	fw.answer = 1;
	fw.typed = 0xe9;
	ck_assert_int_eq(pv_native_of_read(), 0xe9);
	ck_assert_str_eq(fw.service, "read");
	ck_assert_uint_eq(fw.args[0], STDIN);
	ck_assert_uint_eq(fw.args[2], 1);
	for (unsigned i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
		fw.answer = nothing[i];
		ck_assert_int_eq(pv_native_of_read(), -1);
	}
	fw.answer = 1;
	fw.status = -1;
	ck_assert_int_eq(pv_native_of_read(), -1);
	ck_assert_int_eq(closed, 0);
}
END_TEST

START_TEST(commands)
{
	char text[64];

	memset(text, 'a', sizeof(text));
	text[63] = '\0';
	ck_assert(pv_native_of_command(text));
	ck_assert_str_eq(fw.service, "interpret");
	ck_assert_uint_eq(fw.nr_args, 1);
	ck_assert_str_eq((const char *)(uintptr_t)fw.args[0], text);
	fw.answer = -13;
	ck_assert(!pv_native_of_command(text));
	fw.calls = 0;
	ck_assert(!pv_native_of_command("a command that is longer than what there is room for, and a half"));
	ck_assert_uint_eq(fw.calls, 0);
	ck_assert_int_eq(closed, 0);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("of_calls");
	Suite *s = suite_create("native_of_calls");

	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(tc, begin, NULL);
	tcase_add_test(tc, lengths_are_those_that_were_copied);
	tcase_add_test(tc, nodes_that_are_not_there);
	tcase_add_test(tc, writing);
	tcase_add_test(tc, reading);
	tcase_add_test(tc, commands);
	return run_all(srunner_create(s));
}
