/*
 * reboot: start the machine again.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

int
main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	complain("reboot: %s\n", error_text(power(POWER_REBOOT)));
	return 1;
}
