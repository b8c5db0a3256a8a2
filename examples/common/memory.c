/*
 * The four memory functions that compilers call on their own account.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "memory.h"

void *
memcpy(void *to, const void *from, size_t size)
{
	return memmove(to, from, size);
}

void *
memmove(void *to, const void *from, size_t size)
{
	char *d = to;
	const char *s = from;

	if (d == s || size == 0)
		return to;
	if (d < s) {
		while (size-- > 0)
			*d++ = *s++;
	} else {
		while (size-- > 0)
			d[size] = s[size];
	}
	return to;
}

void *
memset(void *to, int byte, size_t size)
{
	char *d = to;

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
