/*
 * check [part]: tries what the kernel promises to programs. Prints a line for each
 * thing and a last line with the counts.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

#include "machine_user.h"	/* KERNEL_ADDRESS, wild_stack() */

#define PAGE	8192u		/* the largest there is: a multiple of every machine's */

static int passed, failed;

#define CHECK(condition)	check((condition), #condition, __LINE__)

static void
check(bool good, const char *what, int line)
{
	if (good)
		passed++;
	else
		failed++;
	if (!good)
		print("check: line %d: %s\n", line, what);
}

/* Run it in a child; its wait status. */
static int
in_child(void (*run)(void))
{
	int status = -1, pid = fork();

	if (pid == 0) {
		run();
		exit(failed == 0 ? 0 : 99);
	}
	return pid > 0 && wait(pid, &status, 0) == pid ? status : -1;
}

/* -- memory ------------------------------------------------------------------------ */

static volatile int shared_by_nobody = 1;

static void
write_it(void)
{
	shared_by_nobody = 2;
	CHECK(shared_by_nobody == 2);
}

static void
fork_copies(void)
{
	volatile int on_stack = 5;
	int pid, status;

	CHECK(in_child(write_it) == 0);
	CHECK(shared_by_nobody == 1);
	pid = fork();
	if (pid == 0) {
		on_stack = 6;
		exit(on_stack);
	}
	CHECK(wait(pid, &status, 0) == pid && STATUS_CODE(status) == 6);
	CHECK(on_stack == 5);
	/* The parent writes first: the child has the old value. */
	pid = fork();
	if (pid == 0) {
		(void)sleep_ns(20 * MS);
		exit(shared_by_nobody);
	}
	shared_by_nobody = 7;
	CHECK(wait(pid, &status, 0) == pid && STATUS_CODE(status) == 1);
	shared_by_nobody = 1;
}

static void
mapped_memory(void)
{
	uint8_t *at = map(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, -1, 0), *file;
	int fd = open("/welcome", OPEN_READ);
	char start[16];

	CHECK(at != NULL && at[0] == 0 && at[8 * PAGE - 1] == 0);
	at[2 * PAGE] = 3;
	CHECK(unmap(at + PAGE, PAGE) == 0 && at[2 * PAGE] == 3);
	CHECK(map(at + PAGE, PAGE, PROT_READ, -1, 0) == at + PAGE && at[PAGE] == 0);
	CHECK(map(at + PAGE, PAGE, PROT_READ, -1, 0) == NULL);
	CHECK(map(at + 1, PAGE, PROT_READ, -1, 0) == NULL);
	CHECK(map(NULL, 0, PROT_READ, -1, 0) == NULL);
	CHECK(map(NULL, ~(size_t)0 - PAGE, PROT_READ, -1, 0) == NULL);
	CHECK(map(NULL, PAGE, PROT_READ, 15, 0) == NULL);
	CHECK(protect(at, PAGE, PROT_READ) == 0 && protect(at, PAGE, PROT_READ | PROT_WRITE) == 0);
	at[0] = 9;
	CHECK(at[0] == 9);
	CHECK(protect(at + 8 * PAGE, PAGE, PROT_READ) != 0 && protect(at, PAGE, 0) == -EINVAL);
	CHECK(unmap(at, 8 * PAGE) == 0);
	CHECK(read(fd, start, 16) == 16);
	file = map(NULL, PAGE, PROT_READ | PROT_WRITE, fd, 0);
	CHECK(file != NULL && memcmp(file, start, 16) == 0 && file[PAGE - 1] == 0);
	file[0] = '!';
	CHECK(seek(fd, 0) == 0 && read(fd, start, 1) == 1 && start[0] != '!');
	CHECK(unmap(file, PAGE) == 0 && close(fd) == 0);
}

/* Addresses that programs may not use, given to the kernel in every place where it takes one. */
static void
refuses(unsigned long a, int fd, int out, const int ends[2])
{
	const char *const words[] = { "echo", (const char *)a, NULL };

	CHECK(call(CALL_READ, (unsigned long)fd, a, 16, 0) == -EFAULT);
	CHECK(call(CALL_WRITE, (unsigned long)out, a, 16, 0) == -EFAULT);
	CHECK(call(CALL_WRITE, 1, a, 16, 0) == -EFAULT);
	CHECK(call(CALL_READ, (unsigned long)ends[0], a, 1, 0) == -EFAULT);
	CHECK(call(CALL_WRITE, (unsigned long)ends[1], a, 16, 0) == -EFAULT);
	CHECK(call(CALL_OPEN, a, OPEN_READ, 0, 0) == -EFAULT);
	CHECK(call(CALL_MKDIR, a, 0, 0, 0) == -EFAULT && call(CALL_UNLINK, a, 0, 0, 0) == -EFAULT);
	CHECK(call(CALL_CHDIR, a, 0, 0, 0) == -EFAULT);
	CHECK(call(CALL_EXEC, a, 0, 0, 0) == -EFAULT);
	CHECK(call(CALL_EXEC, (unsigned long)"/bin/echo", a == 0 ? 1 : a, 0, 0) == -EFAULT);
	CHECK(a == 0 || exec("/bin/echo", words) == -EFAULT);
	CHECK(call(CALL_STAT, (unsigned long)"/welcome", a, 0, 0) == -EFAULT);
	CHECK(call(CALL_STAT, a, (unsigned long)&passed, 0, 0) == -EFAULT);
	CHECK(call(CALL_PIPE, a, 0, 0, 0) == -EFAULT);
	CHECK(call(CALL_TIME, TIME_UP, a, 0, 0) == -EFAULT);
	CHECK(call(CALL_SLEEP, a, 0, 0, 0) == -EFAULT);
	CHECK(call(CALL_ALARM, ALARM_REAL, a, 0, 0) == -EFAULT);
	CHECK(a == 0 || call(CALL_WAIT, 0, a, 0, 0) == -EFAULT);
}

/* The first address behind the stack: the end of what a program may have. */
static unsigned long
end_of_stack(int out)
{
	int here;
	unsigned long at = (unsigned long)&here;

	while (call(CALL_WRITE, (unsigned long)out, at, 1, 0) == 1)
		at = (at | 4095) + 1;
	return at;
}

static void
bad_addresses(void)
{
	uint8_t *gone = map(NULL, PAGE, PROT_READ, -1, 0), *constant = map(NULL, PAGE, PROT_READ, -1, 0);
	int fd = open("/welcome", OPEN_READ), out = open("/tmp/bad", OPEN_WRITE | OPEN_CREATE), ends[2], status;
	unsigned long bad[] = { 0, 1, 4096, ~0ul, ~0ul - 4095, ~0ul / 2 + 1, 0xc0000000ul, KERNEL_ADDRESS,
	    KERNEL_ADDRESS + 0x1000, end_of_stack(out), (unsigned long)gone, (unsigned long)(gone + PAGE - 3) };

	CHECK(unmap(gone, PAGE) == 0 && pipe(ends) == 0 && write(ends[1], "abc", 3) == 3);
	if (fork() == 0)
		exit(0);
	for (unsigned i = 0; i < COUNT_OF(bad); i++)
		refuses(bad[i], fd, out, ends);
	/* Across the end of what is there, and into what is only for reading. */
	CHECK(call(CALL_WRITE, (unsigned long)out, end_of_stack(out) - 8, 16, 0) == -EFAULT);
	CHECK(call(CALL_TIME, TIME_UP, (unsigned long)constant, 0, 0) == -EFAULT);
	CHECK(call(CALL_READ, (unsigned long)fd, (unsigned long)&bad_addresses, 16, 0) == -EFAULT);
	CHECK(call(CALL_WAIT, 0, (unsigned long)constant, 0, 0) == -EFAULT);
	CHECK(wait(0, &status, 0) > 0);
	CHECK(close(ends[0]) == 0 && close(ends[1]) == 0 && close(fd) == 0 && close(out) == 0);
	CHECK(unlink("/tmp/bad") == 0 && unmap(constant, PAGE) == 0);
}

/* Memory of the kernel's, asked for by calls that take ranges, and put where the kernel would jump or write. */
static void
handler_in_kernel(void)
{
	(void)on_signal(SIGUSR1, (handler)KERNEL_ADDRESS);
	(void)kill(getpid(), SIGUSR1);
}

static void
context_in_kernel(void)
{
	(void)call(CALL_SIGNAL_RETURN, KERNEL_ADDRESS, 0, 0, 0);
}

static void
frame_in_kernel(void)
{
	(void)on_signal(SIGSEGV, (handler)(uintptr_t)frame_in_kernel);
	wild_stack();
}

static void
kernel_is_closed(void)
{
	unsigned long page = KERNEL_ADDRESS & ~(PAGE - 1ul), all = PROT_READ | PROT_WRITE | PROT_EXEC;

	CHECK(call(CALL_MAP, page, PAGE, all, ~0ul) < 0);
	CHECK(call(CALL_MAP, PAGE * 64, KERNEL_ADDRESS, all, ~0ul) < 0);
	CHECK(call(CALL_UNMAP, page, PAGE, 0, 0) < 0 && call(CALL_UNMAP, PAGE * 64, KERNEL_ADDRESS, 0, 0) < 0);
	CHECK(call(CALL_PROTECT, page, PAGE, all, 0) < 0 && call(CALL_PROTECT, PAGE * 64, KERNEL_ADDRESS, all, 0) < 0);
	CHECK(STATUS_SIGNAL(in_child(handler_in_kernel)) == SIGSEGV);
	CHECK(STATUS_SIGNAL(in_child(context_in_kernel)) == SIGKILL);
	CHECK(STATUS_SIGNAL(in_child(frame_in_kernel)) == SIGKILL);
}

static void
bad_calls(void)
{
	int fds[32], n = 0;

	CHECK(call(0, 0, 0, 0, 0) == -ENOSYS && call(CALL_COUNT, 0, 0, 0, 0) == -ENOSYS);
	CHECK(call(~0ul, 1, 2, 3, 4) == -ENOSYS);
	CHECK(read(-1, fds, 1) == -EBADF && read(15, fds, 1) == -EBADF && read(1000, fds, 1) == -EBADF);
	CHECK(close(-1) == -EBADF && dup(3, 16) == -EBADF && dup(0, -1) == -EBADF);
	CHECK(open("/no/such/thing", OPEN_READ) == -ENOENT && open("/welcome/x", OPEN_READ) == -ENOTDIR);
	CHECK(open("/bin/echo", OPEN_WRITE) == -EROFS && open("/bin", OPEN_WRITE) == -EISDIR);
	CHECK(open("/tmp/abcdefghijklmnopqrstuvwxyz0123456789", OPEN_WRITE | OPEN_CREATE) == -ENAMETOOLONG);
	CHECK(mkdir("/bin/x") == -EROFS && unlink("/bin/echo") == -EROFS && unlink("/dev/tty") == -EROFS);
	CHECK(unlink("/") == -EROFS && unlink("/tmp/none") == -ENOENT && chdir("/welcome") == -ENOTDIR);
	CHECK(exec("/welcome", (const char *const[]){ "x", NULL }) == -ENOEXEC);
	CHECK(exec("/tmp", (const char *const[]){ "x", NULL }) == -EACCES);
	CHECK(kill(99999, SIGTERM) == -ESRCH && kill(getpid(), SIGNAL_COUNT) == -EINVAL);
	CHECK(kill(1, SIGKILL) == -EPERM && getppid() > 0);
	CHECK(wait(0, NULL, 0) == -ECHILD);
	CHECK(on_signal(SIGKILL, (handler)SIGNAL_IGNORE) == -EINVAL && on_signal(0, NULL) == -EINVAL);
	while (n < 32 && (fds[n] = open("/welcome", OPEN_READ)) >= 0)
		n++;
	CHECK(n < 32 && fds[n] == -EMFILE);
	while (n > 0)
		(void)close(fds[--n]);
}

/* -- files and pipes --------------------------------------------------------------------- */

static void
files(void)
{
	static char big[3 * PAGE], back[3 * PAGE];
	struct hobby_stat s;
	int fd;

	for (unsigned i = 0; i < sizeof(big); i++)
		big[i] = (char)(i * 7 + i / 256);
	CHECK(mkdir("/tmp/d") == 0 && mkdir("/tmp/d") == -EEXIST && chdir("/tmp/d") == 0);
	fd = open("f", OPEN_READ | OPEN_WRITE | OPEN_CREATE);
	CHECK(fd >= 0 && write(fd, big, sizeof(big)) == (int)sizeof(big));
	CHECK(seek(fd, 0) == 0 && read(fd, back, sizeof(back)) == (int)sizeof(back));
	CHECK(memcmp(big, back, sizeof(big)) == 0 && read(fd, back, 1) == 0);
	CHECK(stat("../d/./f", &s) == 0 && s.size == sizeof(big) && s.kind == KIND_FILE && s.read_only == 0);
	CHECK(unlink("/tmp/d") == -ENOTEMPTY && unlink("f") == 0 && stat("f", &s) == -ENOENT);
	/* Gone from its directory, but open. */
	CHECK(seek(fd, 5) == 0 && read(fd, back, 1) == 1 && back[0] == big[5] && close(fd) == 0);
	fd = open("hole", OPEN_READ | OPEN_WRITE | OPEN_CREATE);
	CHECK(seek(fd, 5 * PAGE) == 0 && write(fd, "x", 1) == 1 && seek(fd, PAGE) == 0);
	CHECK(read(fd, back, 4) == 4 && back[0] == 0 && seek(fd, 1u << 30) == 0 && write(fd, "x", 1) == -EFBIG);
	CHECK(close(fd) == 0 && unlink("hole") == 0 && chdir("/") == 0 && unlink("/tmp/d") == 0);
}

static void
sum_of_pipe(int fd, unsigned long *bytes, unsigned *sum)
{
	uint8_t part[300];
	int n;

	*bytes = 0;
	*sum = 0;
	while ((n = read(fd, part, sizeof(part))) > 0) {
		for (int i = 0; i < n; i++)
			*sum += part[i] * (unsigned)(*bytes + (unsigned long)i + 1);
		*bytes += (unsigned long)n;
	}
}

/* Many bytes in odd sizes through a pipe that is smaller than they are. */
static void
pipes_under_load(void)
{
	unsigned long total = 0, bytes;
	unsigned want = 0, sum;
	int ends[2], pid, status;

	CHECK(pipe(ends) == 0);
	pid = fork();
	if (pid == 0) {
		static uint8_t part[7919];

		(void)close(ends[0]);
		for (unsigned i = 0; i < 40; i++) {
			for (unsigned k = 0; k < sizeof(part); k++)
				part[k] = (uint8_t)(i * 31 + k);
			if (write(ends[1], part, sizeof(part)) != (int)sizeof(part))
				exit(1);
		}
		exit(0);
	}
	(void)close(ends[1]);
	for (unsigned i = 0; i < 40; i++)
		for (unsigned k = 0; k < 7919; k++)
			want += (uint8_t)(i * 31 + k) * (unsigned)++total;
	sum_of_pipe(ends[0], &bytes, &sum);
	CHECK(bytes == total && sum == want);
	CHECK(close(ends[0]) == 0 && wait(pid, &status, 0) == pid && status == 0);
}

static void
nobody_reads(void)
{
	int ends[2];

	(void)pipe(ends);
	(void)close(ends[0]);
	(void)write(ends[1], "x", 1);
}

static void
ends_of_pipes(void)
{
	int ends[2];
	char c;

	CHECK(STATUS_SIGNAL(in_child(nobody_reads)) == SIGPIPE);
	CHECK(pipe(ends) == 0 && close(ends[1]) == 0 && read(ends[0], &c, 1) == 0);
	CHECK(write(ends[0], "x", 1) == -EBADF && seek(ends[0], 0) == -ESPIPE && close(ends[0]) == 0);
}

/* -- signals and time ----------------------------------------------------------------------- */

static volatile int caught[SIGNAL_COUNT], depth, deepest;

static void
catch(int nr, void *context)
{
	(void)context;
	caught[nr]++;
	if (++depth > deepest)
		deepest = depth;
	if (nr == SIGUSR1 && caught[SIGUSR1] == 1) {
		(void)kill(getpid(), SIGUSR1);		/* waits for the end of this one */
		(void)kill(getpid(), SIGUSR2);		/* comes at once */
	}
	depth--;
}

static void
wait_forever(void)
{
	for (;;)
		(void)sleep_ns(1000 * MS);
}

static void
signals(void)
{
	int pid, status;

	CHECK(on_signal(SIGUSR1, catch) == 0 && on_signal(SIGUSR2, catch) == 0);
	CHECK(kill(getpid(), SIGUSR1) == 0);
	CHECK(caught[SIGUSR1] == 2 && caught[SIGUSR2] == 1 && deepest == 2);
	CHECK(on_signal(SIGUSR1, (handler)SIGNAL_IGNORE) == 0 && kill(getpid(), SIGUSR1) == 0);
	CHECK(caught[SIGUSR1] == 2);
	pid = fork();
	if (pid == 0)
		wait_forever();
	CHECK(kill(pid, SIGTERM) == 0 && wait(pid, &status, 0) == pid && STATUS_SIGNAL(status) == SIGTERM);
	/* A sleep that a signal ends. The first may come before the sleep, if others have the CPU meanwhile. */
	CHECK(on_signal(SIGALRM, catch) == 0 && alarm(ALARM_REAL, 10 * MS, 500 * MS) == 0);
	CHECK(sleep_ns(5000 * MS) == -EINTR && caught[SIGALRM] >= 1);
	CHECK(alarm(ALARM_REAL, 0, 0) == 0);
}

static void
no_stack(void)
{
	(void)on_signal(SIGUSR1, catch);
	(void)call(CALL_SIGNAL_RETURN, 0, 0, 0, 0);
}

static void
bad_context(void)
{
	static uint64_t context[64];

	memset(context, 0xff, sizeof(context));
	(void)call(CALL_SIGNAL_RETURN, (unsigned long)context, 0, 0, 0);
}

static void
alarms(void)
{
	uint64_t start = time_of(TIME_UP), own, ran;
	int slept, came;

	CHECK(on_signal(SIGALRM, catch) == 0 && on_signal(SIGVTALRM, catch) == 0);
	caught[SIGALRM] = 0;
	CHECK(alarm(ALARM_REAL, 20 * MS, 20 * MS) == 0);
	while (caught[SIGALRM] < 5)
		(void)sleep_ns(100 * MS);
	CHECK(alarm(ALARM_REAL, 0, 0) == 0 && time_of(TIME_UP) - start >= 100 * MS);
	/*
	 * The time that this process runs does not pass while it sleeps. A machine that stands still for a
	 * moment may have it run for long, in which case the alarm comes.
	 */
	start = time_of(TIME_UP);
	own = time_of(TIME_OWN);
	CHECK(alarm(ALARM_VIRTUAL, 30 * MS, 0) == 0);
	slept = sleep_ns(60 * MS);
	came = caught[SIGVTALRM];	/* first: it may still come while the time is asked for */
	ran = time_of(TIME_OWN) - own;
	CHECK(slept == 0 || (slept == -EINTR && came == 1));
	CHECK(came == 0 || ran >= 30 * MS);
	CHECK(slept != 0 || time_of(TIME_UP) - start >= ran + 60 * MS);
	while (caught[SIGVTALRM] == 0)
		;
	CHECK(time_of(TIME_OWN) - own >= 30 * MS);
	CHECK(STATUS_SIGNAL(in_child(no_stack)) == SIGKILL && STATUS_SIGNAL(in_child(bad_context)) == SIGKILL);
}

/* -- the CPU ------------------------------------------------------------------------------------ */

static void
spin(void)
{
	for (;;)
		;
}

/* Nobody keeps the CPU: we run although a child never gives way. And it dies when it is told to. */
static void
cpu_is_shared(void)
{
	int pid = fork(), status;

	if (pid == 0)
		spin();
	for (int i = 0; i < 5; i++)
		CHECK(sleep_ns(10 * MS) == 0);
	CHECK(kill(pid, SIGKILL) == 0 && wait(pid, &status, 0) == pid && STATUS_SIGNAL(status) == SIGKILL);
}

/* Floating-point registers are each process's own. */
static void
fpu_is_own(void)
{
	volatile double a = 1.0, step = 0.5;
	int pid = fork(), status;

	for (int i = 0; i < 2000; i++) {
		a += pid == 0 ? -step : step;
		if (i % 50 == 0)
			yield();
	}
	if (pid == 0)
		exit(a == -999.0 ? 0 : 1);
	CHECK(a == 1001.0 && wait(pid, &status, 0) == pid && status == 0);
}

static const struct {
	const char *name;
	void (*run)(void);
} parts[] = {
	{ "fork", fork_copies }, { "map", mapped_memory }, { "addresses", bad_addresses },
	{ "kernel", kernel_is_closed }, { "calls", bad_calls },
	{ "files", files }, { "pipes", pipes_under_load }, { "pipe-ends", ends_of_pipes }, { "signals", signals },
	{ "alarms", alarms }, { "cpu", cpu_is_shared }, { "fpu", fpu_is_own },
};

int
main(int argc, char **argv)
{
	for (unsigned i = 0; i < COUNT_OF(parts); i++) {
		int before = failed;

		if (argc > 1 && !equal(argv[1], parts[i].name))
			continue;
		parts[i].run();
		print("check: %-10s %s\n", parts[i].name, failed == before ? "good" : "BAD");
	}
	print("check: %d passed, %d failed\n", passed, failed);
	return failed != 0;
}
