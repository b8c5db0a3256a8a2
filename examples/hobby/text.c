/*
 * Strings, and text that is written piece by piece.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "kernel.h"

void
text_add(struct text *t, const char *format, ...)
{
	char line[160];
	size_t length, from, n;
	va_list ap;

	va_start(ap, format);
	length = (size_t)pv_vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	length = MIN(length, sizeof(line) - 1);
	from = (size_t)MIN(t->skip, (uint64_t)length);
	t->skip -= from;
	n = MIN(length - from, t->size - t->used);
	memcpy(t->at + t->used, line + from, n);
	t->used += n;
}

bool
text_equal(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

/* Without a 64-bit division: units of 2^20 ns are 1.048576 ms. */
uint32_t
text_milliseconds(uint64_t ns)
{
	uint32_t units = (uint32_t)(ns >> 20);

	return units + units / 1000 * 48 + units % 1000 * 48 / 1000;
}

size_t
text_length(const char *s)
{
	size_t n = 0;

	while (s[n] != '\0')
		n++;
	return n;
}

/* Cut to fit; always ended. */
void
text_copy(char *to, const char *from, size_t size)
{
	size_t n = 0;

	while (n + 1 < size && from[n] != '\0') {
		to[n] = from[n];
		n++;
	}
	to[n] = '\0';
}
