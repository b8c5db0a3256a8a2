/*
 * kill [-signal] pid...: send a signal (terminate, unless a number is given).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

int
main(int argc, char **argv)
{
	unsigned nr = SIGTERM;
	int bad = 0, i = 1;

	if (argc > 2 && argv[1][0] == '-')
		nr = (unsigned)number(argv[i++] + 1);
	if (i >= argc) {
		complain("usage: kill [-signal] pid...\n");
		return 2;
	}
	for (; i < argc; i++) {
		int error = kill((int)number(argv[i]), nr);

		if (error != 0) {
			complain("kill: %s: %s\n", argv[i], error_text(error));
			bad = 1;
		}
	}
	return bad;
}
