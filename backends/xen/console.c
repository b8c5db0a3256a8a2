/*
 * The console of a first domain: Xen's own, by hypercall. A domU's ring follows.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "xen.h"

static void
write(const char *text, size_t size)
{
	(void)pv_xen_call(XEN_CONSOLE_IO, XEN_CONSOLEIO_WRITE, size, (unsigned long)text, 0);
}

static int
get(void)
{
	char c;

	return pv_xen_call(XEN_CONSOLE_IO, XEN_CONSOLEIO_READ, 1, (unsigned long)&c, 0) == 1 ? (unsigned char)c : -1;
}

static const char *
name(void)
{
	return "xen console_io";
}

const struct pv_console_ops pv_xen_console_ops = {
	.write = write,
	.get = get,
	.name = name,
};
