/*
 * bench: what things cost, in nanoseconds of the machine's clock, and how often the
 * kernel called below. Under QEMU's -icount shift=0 a nanosecond is an instruction.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

struct mark {
	uint64_t at;
	long calls;
};

/* How often the kernel called a hypervisor: /proc/pv has a line for it. */
static long
calls_below(void)
{
	char text[1024], *at = text;
	int fd = open("/proc/pv", OPEN_READ), n = read(fd, text, sizeof(text) - 1);

	(void)close(fd);
	text[n > 0 ? n : 0] = '\0';
	while (*at != '\0' && memcmp(at, "below ", 6) != 0)
		at++;
	for (at += *at != '\0' ? 6 : 0; *at == ' '; at++)
		;
	return number(at);
}

static struct mark
begin(void)
{
	struct mark m = { .calls = calls_below() };

	m.at = time_of(TIME_UP);
	return m;
}

/* Both by rounds. They are few and the times short enough for 32 bits. */
static unsigned
end(const struct mark *start, unsigned rounds, unsigned *calls)
{
	uint64_t took = time_of(TIME_UP) - start->at;

	*calls = ((unsigned)(calls_below() - start->calls) + rounds / 2) / rounds;
	return (unsigned)((uint32_t)took / rounds);
}

static void
report(const char *name, const struct mark *start, unsigned rounds)
{
	unsigned calls, took = end(start, rounds, &calls);

	print("bench %-15s %u %u\n", name, took, calls);
}

static unsigned null_time, null_calls;

static void
null_call(void)
{
	struct mark start = begin();

	for (unsigned i = 0; i < 1000; i++)
		(void)getppid();
	null_time = end(&start, 1000, &null_calls);
	print("bench %-15s %u %u\n", "null-call", null_time, null_calls);
}

static void
fork_exit(void)
{
	struct mark start = begin();
	int status;

	for (unsigned i = 0; i < 50; i++) {
		int pid = fork();

		if (pid == 0)
			exit(0);
		(void)wait(pid, &status, 0);
	}
	report("fork-exit", &start, 50);
}

static void
fork_exec_exit(void)
{
	struct mark start = begin();
	const char *const words[] = { "true", NULL };
	int status;

	for (unsigned i = 0; i < 20; i++) {
		int pid = fork();

		if (pid == 0)
			exit(exec("/bin/bench", words));
		(void)wait(pid, &status, 0);
	}
	report("fork-exec-exit", &start, 20);
}

static void
page_fault(void)
{
	uint8_t *at = map(NULL, 256 * 8192, PROT_READ | PROT_WRITE, -1, 0);
	struct mark start = begin();

	for (unsigned i = 0; i < 256; i++)
		at[i * 8192] = 1;
	report("page-fault", &start, 256);
	(void)unmap(at, 256 * 8192);
}

/* A byte there and a byte back is two switches, two reads and two writes. */
static void
pipe_round_trip(void)
{
	int there[2], back[2], pid, status;
	struct mark start;
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
	start = begin();
	for (unsigned i = 0; i < 200; i++) {
		(void)write(there[1], &byte, 1);
		(void)read(back[0], &byte, 1);
	}
	report("pipe-round-trip", &start, 200);
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
	unsigned took, calls;
	struct mark start;

	if (pid == 0)
		for (;;)
			yield();
	yield();
	start = begin();
	for (unsigned i = 0; i < 500; i++)
		yield();
	took = end(&start, 500, &calls);
	print("bench %-15s %u %u\n", "context-switch", took / 2 - null_time, calls / 2 - null_calls);
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
