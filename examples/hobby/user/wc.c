/*
 * wc [file...]: lines, words and bytes.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

static int
count(int fd, const char *name)
{
	unsigned long lines = 0, words = 0, bytes = 0;
	bool inside = false;
	char part[512];
	int n;

	while ((n = read(fd, part, sizeof(part))) > 0) {
		bytes += (unsigned long)n;
		for (int i = 0; i < n; i++) {
			bool blank = part[i] == ' ' || part[i] == '\n' || part[i] == '\t';

			lines += part[i] == '\n';
			words += !blank && !inside;
			inside = !blank;
		}
	}
	if (n < 0)
		complain("wc: %s: %s\n", name, error_text(n));
	print("%lu %lu %lu%s%s\n", lines, words, bytes, *name != '\0' ? " " : "", name);
	return n < 0;
}

int
main(int argc, char **argv)
{
	int bad = 0;

	if (argc < 2)
		return count(0, "");
	for (int i = 1; i < argc; i++) {
		int fd = open(argv[i], OPEN_READ);

		if (fd < 0) {
			complain("wc: %s: %s\n", argv[i], error_text(fd));
			bad = 1;
			continue;
		}
		bad |= count(fd, argv[i]);
		(void)close(fd);
	}
	return bad;
}
