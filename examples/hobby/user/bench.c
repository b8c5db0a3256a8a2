/*
 * bench: what things cost, in nanoseconds of the machine's clock. Under QEMU's
 * -icount shift=0 a nanosecond is an instruction.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

static void
report(const char *name, uint64_t start, unsigned rounds)
{
	uint64_t took = time_of(TIME_UP) - start;

	/* Rounds are few and the times short enough for 32 bits. */
	print("bench %-14s %lu\n", name, (unsigned long)((uint32_t)took / rounds));
}

static void
null_call(void)
{
	uint64_t start = time_of(TIME_UP);

	for (unsigned i = 0; i < 1000; i++)
		(void)getppid();
	report("null-call", start, 1000);
}

static void
fork_exit(void)
{
	uint64_t start = time_of(TIME_UP);
	int status;

	for (unsigned i = 0; i < 50; i++) {
		int pid = fork();

		if (pid == 0)
			exit(0);
		(void)wait(pid, &status, 0);
	}
	report("fork-exit", start, 50);
}

static void
fork_exec_exit(void)
{
	uint64_t start = time_of(TIME_UP);
	const char *const words[] = { "true", NULL };
	int status;

	for (unsigned i = 0; i < 20; i++) {
		int pid = fork();

		if (pid == 0)
			exit(exec("/bin/bench", words));
		(void)wait(pid, &status, 0);
	}
	report("fork-exec-exit", start, 20);
}

static void
page_fault(void)
{
	uint8_t *at = map(NULL, 256 * 8192, PROT_READ | PROT_WRITE, -1, 0);
	uint64_t start = time_of(TIME_UP);

	for (unsigned i = 0; i < 256; i++)
		at[i * 8192] = 1;
	report("page-fault", start, 256);
	(void)unmap(at, 256 * 8192);
}

/* A byte there and a byte back is two switches, two reads and two writes. */
static void
pipe_round_trip(void)
{
	int there[2], back[2], pid, status;
	uint64_t start;
	char byte = 0;

	if (pipe(there) != 0 || pipe(back) != 0)
		return;
	pid = fork();
	if (pid == 0) {
		(void)close(there[1]);
		while (read(there[0], &byte, 1) == 1)
			(void)write(back[1], &byte, 1);
		exit(0);
	}
	(void)close(there[0]);
	start = time_of(TIME_UP);
	for (unsigned i = 0; i < 200; i++) {
		(void)write(there[1], &byte, 1);
		(void)read(back[0], &byte, 1);
	}
	report("pipe-there-back", start, 200);
	(void)close(there[1]);
	(void)close(back[0]);
	(void)close(back[1]);
	(void)wait(pid, &status, 0);
}

/* Two processes that give way to each other: a switch is half a round, less the call. */
static void
switch_context(void)
{
	int pid = fork(), status;
	uint64_t start;

	if (pid == 0)
		for (;;)
			yield();
	yield();
	start = time_of(TIME_UP);
	for (unsigned i = 0; i < 500; i++)
		yield();
	report("two-switches", start, 500);
	(void)kill(pid, SIGKILL);
	(void)wait(pid, &status, 0);
}

int
main(int argc, char **argv)
{
	(void)argc;
	if (equal(argv[0], "true"))
		return 0;
	null_call();
	page_fault();
	switch_context();
	pipe_round_trip();
	fork_exit();
	fork_exec_exit();
	return 0;
}
