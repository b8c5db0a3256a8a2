/*
 * The four memory functions that compilers call on their own account.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stdint.h>

#include "memory.h"

/* Words, where both addresses allow; may_alias because anything may lie there. */
typedef uintptr_t __attribute__((may_alias)) word;
#define WORD	sizeof(word)

static int
whole_words(uintptr_t addresses)
{
	return (addresses & (WORD - 1)) == 0;
}

void *
memcpy(void *to, const void *from, size_t size)
{
	return memmove(to, from, size);
}

static void
move_up(char *d, const char *s, size_t size)
{
	if (whole_words((uintptr_t)d | (uintptr_t)s))
		for (; size >= WORD; size -= WORD, d += WORD, s += WORD)
			*(word *)(void *)d = *(const word *)(const void *)s;
	while (size-- > 0)
		*d++ = *s++;
}

void *
memmove(void *to, const void *from, size_t size)
{
	char *d = to;
	const char *s = from;

	if ((uintptr_t)d - (uintptr_t)s >= size) {
		move_up(d, s, size);
		return to;
	}
	/* The end lies in what would be overwritten: from there down. */
	while (size-- > 0)
		d[size] = s[size];
	return to;
}

void *
memset(void *to, int byte, size_t size)
{
	word pattern = (word)-1 / 0xff * (unsigned char)byte;
	char *d = to;

	if (whole_words((uintptr_t)d))
		for (; size >= WORD; size -= WORD, d += WORD)
			*(word *)(void *)d = pattern;
	while (size-- > 0)
		*d++ = (char)byte;
	return to;
}

int
memcmp(const void *a, const void *b, size_t size)
{
	const unsigned char *p = a, *q = b;

	for (; size > 0; p++, q++, size--)
		if (*p != *q)
			return *p < *q ? -1 : 1;
	return 0;
}
