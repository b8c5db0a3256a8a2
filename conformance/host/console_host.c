/*
 * The console of host tests that link the formatting of the library without its
 * op table: standard error.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stdio.h>

#include <pv/console.h>

void
pv_console_write(const char *text, size_t size)
{
	(void)fwrite(text, 1, size, stderr);
}
