/*
 * Early console of a sun4v guest: CONS_PUTCHAR, which says when the console is
 * full, and CONS_GETCHAR. The core group that they belong to was negotiated before
 * any C ran. What CONS_PUTCHAR refuses goes out by API_PUTCHAR, which needs no group.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "sun4v.h"

#define WAIT_MOST	1000000u	/* calls that may say "full" before the rest is dropped */

/* A console that nobody reads is waited for once. */
static bool
put(char c)
{
	static bool stuck;

	for (unsigned n = 0; n < (stuck ? 1 : WAIT_MOST); n++) {
		int64_t status = pv_sun4v_fast(PV_SUN4V_CONS_PUTCHAR, (uint8_t)c, 0, NULL);

		if (status == PV_SUN4V_EOK) {
			stuck = false;
			return true;
		}
		if (status != PV_SUN4V_EWOULDBLOCK) {
			(void)pv_sun4v_refused("console.write", "CONS_PUTCHAR", (uint8_t)c, status);
			return pv_sun4v_core(PV_SUN4V_API_PUTCHAR, (uint8_t)c, 0, 0, NULL) == PV_SUN4V_EOK;
		}
	}
	stuck = true;
	(void)pv_sun4v_refused("console.write", "CONS_PUTCHAR", (uint8_t)c, PV_SUN4V_EWOULDBLOCK);
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
	uint64_t c = 0;
	int64_t status = pv_sun4v_fast(PV_SUN4V_CONS_GETCHAR, 0, 0, &c);

	if (status != PV_SUN4V_EOK && status != PV_SUN4V_EWOULDBLOCK)
		(void)pv_sun4v_refused("console.get", "CONS_GETCHAR", 0, status);
	return status == PV_SUN4V_EOK && c <= 255 ? (int)c : -1;
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
