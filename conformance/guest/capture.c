/*
 * The console's write op, replaced for a while; requests to the harness. See capture.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "capture.h"
#include <pv/backend.h>

/* hooks/table.h: the op behind a slot, also where the live table holds a counting shim. */
pv_slot pv_table_real(unsigned slot);

#define WRITE_OP	__builtin_offsetof(struct pv_ops, console.write)

static char text[2048];
static size_t used;
static pv_slot before;

static void
take(const char *from, size_t size)
{
	for (size_t i = 0; i < size && used + 1 < sizeof(text); i++)
		text[used++] = from[i];
	text[used] = '\0';
}

void
suite_capture_begin(void)
{
	used = 0;
	text[0] = '\0';
	before = pv_table_real(WRITE_OP / sizeof(pv_slot));
	pv_table_override(WRITE_OP, (pv_slot)take);
}

const char *
suite_capture_end(void)
{
	pv_table_override(WRITE_OP, before);
	return text;
}

bool
suite_ask(const char *what)
{
	char word[40];

	if (!suite_option("verdict", word, sizeof(word)))
		return false;
	if (suite_option("expect", word, sizeof(word)) && suite_text_has(word, "noserial"))
		return false;
	pv_printf("# ask %s\n", what);
	return true;
}

bool
suite_text_has(const char *all, const char *part)
{
	for (; *all != '\0'; all++) {
		size_t n = 0;

		while (part[n] != '\0' && all[n] == part[n])
			n++;
		if (part[n] == '\0')
			return true;
	}
	return false;
}

bool
suite_text_is(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}
