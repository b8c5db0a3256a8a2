/*
 * pv: what the kernel says in /proc/pv.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

int
main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return show_file("pv", "/proc/pv");
}
