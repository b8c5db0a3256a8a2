/*
 * bomb: processes that make processes, until there can be no more. The first one goes on until it is
 * refused; the others make a few each, and nobody ends before it was: else places become free as fast
 * as they are taken, for as long as the scheduler likes. The first one ends when all are gone; the
 * machine must go on as if nothing had been.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

#define CHILDREN	3
#define GENERATIONS	3

int
main(int argc, char **argv)
{
	int status, refused = 0, made = 0, generation = 0, over[2];
	char byte;

	(void)argc;
	(void)argv;
	if (pipe(over) != 0)
		return 1;
	while (refused == 0 && (generation == 0 || (generation <= GENERATIONS && made < CHILDREN))) {
		int pid = fork();

		if (pid < 0)
			refused = pid;
		else if (pid > 0)
			made++;
		else if (generation++ == 0)
			(void)close(over[1]);
		made = pid == 0 ? 0 : made;
	}
	/* The end of the pipe comes when the first one has closed it. */
	if (generation == 0)
		(void)close(over[1]);
	else
		(void)read(over[0], &byte, 1);
	while (wait(0, &status, 0) != -ECHILD)
		;
	if (generation == 0)
		print("bomb: %d children, then: %s\n", made, error_text(refused));
	return 0;
}
