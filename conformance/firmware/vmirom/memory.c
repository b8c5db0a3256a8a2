/*
 * What a compiler may call on its own.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "rom.h"

void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);

void *
memcpy(void *to, const void *from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((volatile char *)to)[i] = ((const char *)from)[i];
	return to;
}

void *
memset(void *to, int value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((volatile char *)to)[i] = (char)value;
	return to;
}
