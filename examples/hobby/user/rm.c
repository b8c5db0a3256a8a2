/*
 * rm path...: files, and empty directories.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

int
main(int argc, char **argv)
{
	int bad = argc < 2;

	for (int i = 1; i < argc; i++) {
		int error = unlink(argv[i]);

		if (error != 0) {
			complain("rm: %s: %s\n", argv[i], error_text(error));
			bad = 1;
		}
	}
	return bad;
}
