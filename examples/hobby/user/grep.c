/*
 * grep text [file...]: the lines that have the text in them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

static int
search(int fd, const char *text)
{
	char line[256];
	int found = 0;

	while (read_line(fd, line, sizeof(line)) >= 0)
		if (has(line, text)) {
			print("%s\n", line);
			found = 1;
		}
	return found;
}

int
main(int argc, char **argv)
{
	int found = 0;

	if (argc < 2) {
		complain("usage: grep text [file...]\n");
		return 2;
	}
	if (argc == 2)
		return !search(0, argv[1]);
	for (int i = 2; i < argc; i++) {
		int fd = open(argv[i], OPEN_READ);

		if (fd < 0) {
			complain("grep: %s: %s\n", argv[i], error_text(fd));
			continue;
		}
		found |= search(fd, argv[1]);
		(void)close(fd);
	}
	return !found;
}
