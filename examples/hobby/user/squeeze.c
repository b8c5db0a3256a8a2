/*
 * squeeze: the largest process is ended for its memory while it is about to go on with
 * a call. What it was to get must not turn up in anybody else's memory.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

#define STEP	4096u
#define MOST	(512u * 1024 * 1024)

/* Bytes that are free, of /proc/mem: "pages of N bytes: ...", "free N". */
static unsigned long
free_bytes(void)
{
	char line[80];
	long page = 0, pages = 0;
	int fd = open("/proc/mem", OPEN_READ);

	while (read_line(fd, line, sizeof(line)) >= 0) {
		if (has(line, "pages of "))
			page = number(line + length("pages of "));
		if (memcmp(line, "free", 4) == 0) {
			const char *at = line + 4;

			while (*at == ' ')
				at++;
			pages = number(at);
		}
	}
	(void)close(fd);
	return (unsigned long)(page * pages);
}

static uint8_t *
touch(unsigned long size, uint8_t value)
{
	uint8_t *at = map(NULL, size, PROT_READ | PROT_WRITE, -1, 0);

	for (unsigned long i = 0; at != NULL && i < size; i += STEP)
		at[i] = value;
	return at;
}

/* Takes most of the memory, and waits for a byte that it puts at a place which the other one has, too. */
static void
victim(int from, int ready, unsigned long size)
{
	uint8_t *at = touch(size, 1);

	(void)write(ready, "r", 1);
	(void)read(from, at, 1);
	for (;;)
		(void)sleep_ns(1000 * MS);
}

/* Wakes the victim, and takes the rest before it runs: its end. Then it looks at its own. */
static int
winner(int to, unsigned long size)
{
	uint8_t *at = map(NULL, size, PROT_READ | PROT_WRITE, -1, 0);

	if (at == NULL)
		return 2;
	(void)write(to, "X", 1);
	for (unsigned long i = 0; i < size; i += STEP)
		at[i] = 2;
	(void)sleep_ns(50 * MS);
	for (unsigned long i = 0; i < size; i += STEP)
		if (at[i] != 2)
			return 1;
	return 0;
}

int
main(int argc, char **argv)
{
	unsigned long all = free_bytes();
	int there[2], ready[2], large, small, status[2];
	char byte;

	(void)argc;
	(void)argv;
	if (all == 0 || all > MOST || pipe(there) != 0 || pipe(ready) != 0) {
		complain("squeeze: needs a machine with less than %u MiB\n", MOST >> 20);
		return 2;
	}
	large = fork();
	if (large == 0)
		victim(there[0], ready[1], all / 10 * 6);
	(void)read(ready[0], &byte, 1);
	small = fork();
	if (small == 0)
		exit(winner(there[1], all / 10 * 5));
	(void)wait(small, &status[0], 0);
	(void)kill(large, SIGTERM);
	(void)wait(large, &status[1], 0);
	print("squeeze: %s\n", status[0] == 0 && STATUS_SIGNAL(status[1]) == SIGKILL ? "good" : "BAD");
	return status[0] != 0 || STATUS_SIGNAL(status[1]) != SIGKILL;
}
