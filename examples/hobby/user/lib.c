/*
 * The programs' library: calls, text. How a call is made is in <pv/syscall.h>, which
 * needs nothing else of libpv.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/syscall.h>

#include "lib.h"

void start(uintptr_t *stack) NORETURN;	/* from crt0.S: argument count, arguments */
void trampoline(void);			/* in crt0.S: where handlers return to */
void handler_done(uintptr_t context);	/* called by it */

void
start(uintptr_t *stack)
{
	exit(main((int)stack[0], (char **)(stack + 1)));
}

void
handler_done(uintptr_t context)
{
	(void)pv_syscall1(CALL_SIGNAL_RETURN, context);
}

static long
result_of(struct pv_call_result r)
{
	return r.failed ? -(long)r.value : (long)r.value;
}

#define CALL0(nr)		result_of(pv_syscall0(nr))
#define CALL1(nr, a)		result_of(pv_syscall1(nr, (unsigned long)(a)))
#define CALL2(nr, a, b)		result_of(pv_syscall2(nr, (unsigned long)(a), (unsigned long)(b)))
#define CALL3(nr, a, b, c)	result_of(pv_syscall3(nr, (unsigned long)(a), (unsigned long)(b), (unsigned long)(c)))

long
call(unsigned long nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	return result_of(pv_syscall4(nr, a, b, c, d));
}

void
exit(int code)
{
	for (;;)
		(void)CALL1(CALL_EXIT, code);
}

int
fork(void)
{
	return (int)CALL0(CALL_FORK);
}

int
exec(const char *path, const char *const argv[])
{
	return (int)CALL2(CALL_EXEC, path, argv);
}

int
wait(int pid, int *status, unsigned how)
{
	return (int)CALL3(CALL_WAIT, pid, status, how);
}

int
kill(int pid, unsigned nr)
{
	return (int)CALL2(CALL_KILL, pid, nr);
}

int
getpid(void)
{
	return (int)CALL0(CALL_GETPID);
}

int
getppid(void)
{
	return (int)CALL0(CALL_GETPPID);
}

int
set_group(int pid, int group)
{
	return (int)CALL2(CALL_GROUP, pid, group);
}

int
nice(int change)
{
	return (int)CALL1(CALL_NICE, change) - NICE_ZERO;
}

void
yield(void)
{
	(void)CALL0(CALL_YIELD);
}

int
sleep_ns(uint64_t ns)
{
	return (int)CALL1(CALL_SLEEP, &ns);
}

int
alarm(unsigned kind, uint64_t first, uint64_t period)
{
	uint64_t both[2] = { first, period };

	return (int)CALL2(CALL_ALARM, kind, both);
}

int
on_signal(unsigned nr, handler h)
{
	return (int)CALL3(CALL_SIGNAL, nr, h, trampoline);
}

void *
map(void *at, size_t size, unsigned prot, int fd, size_t offset)
{
	struct pv_call_result r = pv_syscall5(CALL_MAP, (unsigned long)at, size, prot, (unsigned long)fd, offset);

	return r.failed ? NULL : (void *)r.value;
}

int
unmap(void *at, size_t size)
{
	return (int)CALL2(CALL_UNMAP, at, size);
}

int
protect(void *at, size_t size, unsigned prot)
{
	return (int)CALL3(CALL_PROTECT, at, size, prot);
}

int
open(const char *path, unsigned flags)
{
	return (int)CALL2(CALL_OPEN, path, flags);
}

int
close(int fd)
{
	return (int)CALL1(CALL_CLOSE, fd);
}

int
read(int fd, void *to, size_t size)
{
	return (int)CALL3(CALL_READ, fd, to, size);
}

int
write(int fd, const void *from, size_t size)
{
	return (int)CALL3(CALL_WRITE, fd, from, size);
}

int
seek(int fd, size_t position)
{
	return (int)CALL2(CALL_SEEK, fd, position);
}

int
dup(int fd, int to)
{
	return (int)CALL2(CALL_DUP, fd, to);
}

int
pipe(int fd[2])
{
	return (int)CALL1(CALL_PIPE, fd);
}

int
stat(const char *path, struct hobby_stat *to)
{
	return (int)CALL2(CALL_STAT, path, to);
}

int
mkdir(const char *path)
{
	return (int)CALL1(CALL_MKDIR, path);
}

int
unlink(const char *path)
{
	return (int)CALL1(CALL_UNLINK, path);
}

int
chdir(const char *path)
{
	return (int)CALL1(CALL_CHDIR, path);
}

uint64_t
time_of(unsigned kind)
{
	uint64_t ns = 0;

	return CALL2(CALL_TIME, kind, &ns) == 0 ? ns : 0;
}

int
foreground(int group)
{
	return (int)CALL1(CALL_FOREGROUND, group);
}

int
power(unsigned what)
{
	return (int)CALL1(CALL_POWER, what);
}
