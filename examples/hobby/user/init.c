/*
 * The first program: keeps a shell on the console, and takes in processes whose parents are gone.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

int
main(int argc, char **argv)
{
	const char *const sh[] = { "sh", NULL };
	int status, shell;

	(void)argc;
	(void)argv;
	for (;;) {
		shell = fork();
		if (shell == 0) {
			(void)set_group(0, 0);
			(void)foreground(getpid());
			complain("init: /bin/sh: %s\n", error_text(exec("/bin/sh", sh)));
			(void)sleep_ns(1000 * MS);
			exit(127);
		}
		if (shell < 0) {
			complain("init: no shell: %s\n", error_text(shell));
			(void)sleep_ns(1000 * MS);
			continue;
		}
		while (wait(0, &status, 0) != shell)
			;
		print("init: the shell ended; here is another one\n");
	}
}
