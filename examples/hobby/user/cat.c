/*
 * cat [file...]: files, or the input, to the output.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

int
main(int argc, char **argv)
{
	int bad = 0;

	if (argc < 2)
		return show("cat", 0, "input");
	for (int i = 1; i < argc; i++)
		bad |= show_file("cat", argv[i]);
	return bad;
}
