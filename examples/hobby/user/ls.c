/*
 * ls [path...]: what is in a directory.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

static int
list(const char *path)
{
	struct hobby_entry entry;
	int fd = open(path, OPEN_READ), n = fd;

	if (fd < 0) {
		complain("ls: %s: %s\n", path, error_text(fd));
		return 1;
	}
	while ((n = read(fd, &entry, sizeof(entry))) == (int)sizeof(entry))
		print("%c%c %8llu  %s\n", "?fd.."[entry.stat.kind], entry.stat.read_only ? 'r' : 'w',
		    (unsigned long long)entry.stat.size, entry.name);
	(void)close(fd);
	return n != 0;
}

int
main(int argc, char **argv)
{
	int bad = 0;

	if (argc < 2)
		return list(".");
	for (int i = 1; i < argc; i++)
		bad |= list(argv[i]);
	return bad;
}
