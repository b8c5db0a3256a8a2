/*
 * stress [n]: fork and run and end a program n times (1000), then say whether the
 * machine has lost a page or a byte of the kernel's heap by it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

/* The account, as text: it must be the same before and after. */
static void
account(char text[1024])
{
	int fd = open("/proc/mem", OPEN_READ), n = read(fd, text, 1023);

	if (n <= 0) {
		complain("stress: /proc/mem: %s\n", error_text(n));
		exit(1);
	}
	text[n] = '\0';
	(void)close(fd);
}

static bool
run_one(void)
{
	const char *const words[] = { "echo", NULL };
	int status, pid = fork();

	if (pid == 0) {
		(void)close(1);
		(void)open("/dev/null", OPEN_WRITE);
		exit(exec("/bin/echo", words) != 0);
	}
	return pid > 0 && wait(pid, &status, 0) == pid && status == 0;
}

int
main(int argc, char **argv)
{
	static char before[1024], after[1024];
	long n = argc > 1 ? number(argv[1]) : 1000;

	/* The first one makes the kernel take what it keeps. */
	if (!run_one())
		return 1;
	account(after);		/* the buffers are pages, too */
	account(before);
	for (long i = 0; i < n; i++) {
		if (!run_one()) {
			complain("stress: number %ld failed\n", i);
			return 1;
		}
		if (i % 1000 == 999)
			print("%ld\n", i + 1);
	}
	account(after);
	if (!equal(before, after)) {
		print("stress: the account is not what it was:\n%s--- after:\n%s", before, after);
		return 1;
	}
	print("stress: %ld programs, and not a page lost\n", n);
	return 0;
}
