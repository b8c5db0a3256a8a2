/*
 * echo [word...]: the words, on a line.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

int
main(int argc, char **argv)
{
	/* The last word with the end of the line: what others write does not come in between. */
	for (int i = 1; i < argc; i++)
		print(i + 1 < argc ? "%s " : "%s\n", argv[i]);
	if (argc == 1)
		print("\n");
	return 0;
}
