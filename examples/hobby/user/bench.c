/*
 * bench: what things cost, in nanoseconds of the machine's clock, and how often the
 * kernel called below. Under QEMU's -icount shift=0 a nanosecond is an instruction.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

#define CALLS	24
#define NAME	32

/* How often the kernel called a hypervisor, as /proc/calls says it: in all, then by name. */
struct calls {
	int nr;
	struct {
		char name[NAME];
		long count;
	} by[CALLS];
};

struct mark {
	uint64_t at;
	struct calls calls;
};

static void
calls_below(struct calls *calls)
{
	char text[1024], *at = text;
	int fd = open("/proc/calls", OPEN_READ), n = read(fd, text, sizeof(text) - 1);

	(void)close(fd);
	text[n > 0 ? n : 0] = '\0';
	for (calls->nr = 0; *at != '\0' && calls->nr < CALLS; calls->nr++) {
		unsigned i = 0;

		for (; *at != ' ' && *at != '\0'; at++)
			if (i < NAME - 1)
				calls->by[calls->nr].name[i++] = *at;
		calls->by[calls->nr].name[i] = '\0';
		at += *at == ' ';
		calls->by[calls->nr].count = number(at);
		while (*at != '\0' && *at++ != '\n')
			;
	}
}

/* How many of that name there were. */
static long
calls_of(const struct calls *calls, const char *name)
{
	for (int i = 0; i < calls->nr; i++)
		if (equal(calls->by[i].name, name))
			return calls->by[i].count;
	return 0;
}

static struct mark start;

static void
begin(void)
{
	calls_below(&start.calls);
	start.at = time_of(TIME_UP);
}

/* Both by rounds. They are few and the times short enough for 32 bits. Says what the calls were, of all rounds. */
static unsigned
end(const char *name, unsigned rounds, unsigned *calls)
{
	uint64_t took = time_of(TIME_UP) - start.at;
	static struct calls now;
	long all = 0;

	calls_below(&now);
	for (int i = 0; i < now.nr; i++) {
		long more = now.by[i].count - calls_of(&start.calls, now.by[i].name);

		if (i == 0)
			all = more;
		if (more != 0)
			print("calls %s %u %s %ld\n", name, rounds, now.by[i].name, more);
	}
	*calls = ((unsigned)all + rounds / 2) / rounds;
	return (unsigned)((uint32_t)took / rounds);
}

static void
report(const char *name, unsigned rounds)
{
	unsigned calls, took = end(name, rounds, &calls);

	print("bench %-15s %u %u\n", name, took, calls);
}

static unsigned null_time, null_calls;

static void
null_call(void)
{
	begin();

	for (unsigned i = 0; i < 1000; i++)
		(void)getppid();
	null_time = end("null-call", 1000, &null_calls);
	print("bench %-15s %u %u\n", "null-call", null_time, null_calls);
}

static void
fork_exit(void)
{
	int status;

	begin();
	for (unsigned i = 0; i < 50; i++) {
		int pid = fork();

		if (pid == 0)
			exit(0);
		(void)wait(pid, &status, 0);
	}
	report("fork-exit", 50);
}

static void
fork_exec_exit(void)
{
	const char *const words[] = { "true", NULL };
	int status;

	begin();
	for (unsigned i = 0; i < 20; i++) {
		int pid = fork();

		if (pid == 0)
			exit(exec("/bin/bench", words));
		(void)wait(pid, &status, 0);
	}
	report("fork-exec-exit", 20);
}

static void
page_fault(void)
{
	uint8_t *at = map(NULL, 256 * 8192, PROT_READ | PROT_WRITE, -1, 0);

	begin();
	for (unsigned i = 0; i < 256; i++)
		at[i * 8192] = 1;
	report("page-fault", 256);
	(void)unmap(at, 256 * 8192);
}

/* A byte there and a byte back is two switches, two reads and two writes. */
static void
pipe_round_trip(void)
{
	int there[2], back[2], pid, status;
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
	begin();
	for (unsigned i = 0; i < 200; i++) {
		(void)write(there[1], &byte, 1);
		(void)read(back[0], &byte, 1);
	}
	report("pipe-round-trip", 200);
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

	if (pid == 0)
		for (;;)
			yield();
	yield();
	begin();
	for (unsigned i = 0; i < 500; i++)
		yield();
	took = end("context-switch", 500, &calls);
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
