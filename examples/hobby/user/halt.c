/*
 * halt: power off.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

int
main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	complain("halt: %s\n", error_text(power(POWER_OFF)));
	return 1;
}
