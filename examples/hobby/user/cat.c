/*
 * cat [file...]: files, or the input, to the output.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

static int
copy(int fd, const char *name)
{
	char part[512];
	int n;

	while ((n = read(fd, part, sizeof(part))) > 0)
		if (write(1, part, (size_t)n) != n)
			return 1;
	if (n < 0)
		complain("cat: %s: %s\n", name, error_text(n));
	return n < 0;
}

int
main(int argc, char **argv)
{
	int bad = 0;

	if (argc < 2)
		return copy(0, "input");
	for (int i = 1; i < argc; i++) {
		int fd = open(argv[i], OPEN_READ);

		if (fd < 0) {
			complain("cat: %s: %s\n", argv[i], error_text(fd));
			bad = 1;
			continue;
		}
		bad |= copy(fd, argv[i]);
		(void)close(fd);
	}
	return bad;
}
