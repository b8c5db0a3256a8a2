/*
 * Early console of a sun4v guest: CONS_PUTCHAR, which says when the console is
 * full, and CONS_GETCHAR. The core group that they belong to was negotiated before
 * any C ran.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "sun4v.h"

#define WAIT_MOST	1000000u	/* calls that may say "full" before the rest is dropped */

static bool
put(char c)
{
	for (unsigned n = 0; n < WAIT_MOST; n++) {
		int64_t status = pv_sun4v_fast(PV_SUN4V_CONS_PUTCHAR, (uint8_t)c, 0, NULL);

		if (status != PV_SUN4V_EWOULDBLOCK)
			return status == PV_SUN4V_EOK;
	}
	return false;
}

static void
write(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if ((text[i] == '\n' && !put('\r')) || !put(text[i]))
			return;
}

/* The call gives -1 for a break and -2 when the other side hung up: neither is a byte. */
static int
get(void)
{
	uint64_t c;

	if (pv_sun4v_fast(PV_SUN4V_CONS_GETCHAR, 0, 0, &c) != PV_SUN4V_EOK || c > 255)
		return -1;
	return (int)c;
}

static const char *
console_name(void)
{
	return "sun4v hypervisor";
}

const struct pv_console_ops pv_sun4v_console_ops = {
	.write = write,
	.get = get,
	.name = console_name,
};
