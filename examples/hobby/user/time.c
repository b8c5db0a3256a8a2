/*
 * time command [word...]: run it, and say how long it took.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

int
main(int argc, char **argv)
{
	uint64_t start = time_of(TIME_UP);
	int pid, status = 0;
	char path[64] = "/bin/";
	unsigned us;

	if (argc < 2 || length(argv[1]) > 50) {
		complain("usage: time command [word...]\n");
		return 2;
	}
	memcpy(path + 5, argv[1], length(argv[1]) + 1);
	pid = fork();
	if (pid == 0) {
		complain("time: %s: %s\n", argv[1], error_text(exec(path, (const char *const *)argv + 1)));
		exit(127);
	}
	if (pid < 0 || wait(pid, &status, 0) != pid)
		return 1;
	/* Units of 1.024 us. */
	us = (unsigned)((time_of(TIME_UP) - start) >> 10);
	us += us / 1000 * 24 + us % 1000 * 24 / 1000;
	print("%s: %u.%03u ms\n", argv[1], us / 1000, us % 1000);
	return STATUS_CODE(status);
}
