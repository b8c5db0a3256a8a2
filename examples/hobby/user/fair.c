/*
 * fair [ms [nice]]: four processes that do nothing but run, for so many milliseconds
 * (1000), the last one with that nice value (0). Prints which part of the time each
 * one got, in tenths of a percent.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

#define RUNNERS	4

/* From start to end, both in time since boot; tells its own time. */
static void
run(uint64_t start, uint64_t end, int to)
{
	uint64_t own;

	(void)sleep_ns(start - time_of(TIME_UP));
	own = time_of(TIME_OWN);
	while (time_of(TIME_UP) < end)
		for (volatile unsigned i = 0; i < 10000; i++)
			;
	own = time_of(TIME_OWN) - own;
	exit(write(to, &own, sizeof(own)) != (int)sizeof(own));
}

/* The pipe of each, so that the order is known. */
static int
start_one(uint64_t start, uint64_t end, int change)
{
	int ends[2], pid;

	if (pipe(ends) != 0 || (pid = fork()) < 0)
		return -1;
	if (pid == 0) {
		(void)nice(change);
		run(start, end, ends[1]);
	}
	(void)close(ends[1]);
	return ends[0];
}

int
main(int argc, char **argv)
{
	long ms = argc > 1 ? number(argv[1]) : 1000;
	int change = argc > 2 ? (int)number(argv[2]) : 0, from[RUNNERS];
	uint64_t start = time_of(TIME_UP) + 50 * MS, own;
	uint32_t units[RUNNERS], sum = 0;

	for (int i = 0; i < RUNNERS; i++)
		from[i] = start_one(start, start + (uint64_t)ms * MS, i == RUNNERS - 1 ? change : 0);
	for (int i = 0; i < RUNNERS; i++) {
		if (read(from[i], &own, sizeof(own)) != (int)sizeof(own)) {
			complain("fair: number %d did not end well\n", i + 1);
			return 1;
		}
		units[i] = (uint32_t)(own >> 16);	/* so small that a thousand of them have room */
		sum += units[i];
	}
	for (int i = 0; i < RUNNERS; i++) {
		uint32_t part = (units[i] * 1000 + sum / 2) / sum;

		print("fair: %d nice %d: %u.%u %%\n", i + 1, i == RUNNERS - 1 ? change : 0, part / 10, part % 10);
	}
	return 0;
}
