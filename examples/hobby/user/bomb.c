/*
 * bomb: processes that make processes, until there can be no more. The first one ends
 * when all are gone; the machine must go on as if nothing had been.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

int
main(int argc, char **argv)
{
	int status, refused = 0, made = 0, first = getpid();

	(void)argc;
	(void)argv;
	while (refused == 0) {
		int pid = fork();

		if (pid < 0)
			refused = pid;
		else
			made += pid > 0;
	}
	while (wait(0, &status, 0) != -ECHILD)
		;
	if (getpid() == first)
		print("bomb: %d children, then: %s\n", made, error_text(refused));
	return 0;
}
