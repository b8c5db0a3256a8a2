/*
 * pv: what the kernel says in /proc/pv.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

int
main(int argc, char **argv)
{
	char part[512];
	int fd = open("/proc/pv", OPEN_READ), n = fd;

	(void)argc;
	(void)argv;
	while (fd >= 0 && (n = read(fd, part, sizeof(part))) > 0)
		(void)write(1, part, (size_t)n);
	if (n < 0)
		complain("pv: /proc/pv: %s\n", error_text(n));
	return n < 0;
}
