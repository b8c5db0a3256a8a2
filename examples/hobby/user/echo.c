/*
 * echo [word...]: the words, on a line.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		print(i > 1 ? " %s" : "%s", argv[i]);
	print("\n");
	return 0;
}
