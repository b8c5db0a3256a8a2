/*
 * What user programs and the kernel agree on: numbers of calls, errors, signals,
 * and the few structures that cross over. Both sides include it.
 *
 * A call is made by the instruction in <pv/syscall.h>; its result is a number, or
 * an error with the failed flag set.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef HOBBY_ABI_H
#define HOBBY_ABI_H

#include <stdint.h>

enum hobby_call {
	CALL_EXIT = 1,		/* (code) */
	CALL_FORK,		/* () -> pid, 0 in the child */
	CALL_EXEC,		/* (path, argv) */
	CALL_WAIT,		/* (pid or 0 for any, int *status, WAIT_*) -> pid */
	CALL_KILL,		/* (pid, or -group, signal) */
	CALL_GETPID,
	CALL_GETPPID,
	CALL_GROUP,		/* (pid or 0, group or 0: its own pid) */
	CALL_NICE,		/* (change) -> nice value + NICE_ZERO */
	CALL_YIELD,
	CALL_SLEEP,		/* (const uint64_t *ns) */
	CALL_ALARM,		/* (ALARM_*, const uint64_t *first_and_period) */
	CALL_SIGNAL,		/* (signal, handler or SIGNAL_*, trampoline) */
	CALL_SIGNAL_RETURN,	/* (context) */
	CALL_MAP,		/* (address or 0, size, PROT_*, fd or -1, offset) -> address */
	CALL_UNMAP,		/* (address, size) */
	CALL_PROTECT,		/* (address, size, PROT_*) */
	CALL_OPEN,		/* (path, OPEN_*) -> fd */
	CALL_CLOSE,		/* (fd) */
	CALL_READ,		/* (fd, buffer, size) -> bytes, 0 at the end */
	CALL_WRITE,
	CALL_SEEK,		/* (fd, position) */
	CALL_DUP,		/* (fd, to) -> to */
	CALL_PIPE,		/* (int fd[2]): read end, write end */
	CALL_STAT,		/* (path, struct hobby_stat *) */
	CALL_MKDIR,		/* (path) */
	CALL_UNLINK,		/* (path): a file, or an empty directory */
	CALL_CHDIR,		/* (path) */
	CALL_TIME,		/* (TIME_*, uint64_t *ns) */
	CALL_FOREGROUND,	/* (group): who gets the console's signals */
	CALL_POWER,		/* (POWER_*) */
	CALL_COUNT
};

enum hobby_error {
	EPERM = 1,
	ENOENT,
	ESRCH,
	EINTR,
	EIO,
	E2BIG,
	ENOEXEC,
	EBADF,
	ECHILD,
	EAGAIN,
	ENOMEM,
	EACCES,
	EFAULT,
	EEXIST,
	ENOTDIR,
	EISDIR,
	EINVAL,
	EMFILE,
	EFBIG,
	ENOSPC,
	EROFS,
	EPIPE,
	ENAMETOOLONG,
	ENOTEMPTY,
	ENOSYS,
	ESPIPE,
	ERROR_COUNT
};

enum hobby_signal {
	SIGINT = 1,
	SIGKILL,
	SIGTERM,
	SIGSEGV,		/* an address it may not use so */
	SIGILL,			/* an instruction it may not use */
	SIGFPE,			/* arithmetic */
	SIGBUS,			/* misaligned; or no memory for the page */
	SIGPIPE,
	SIGALRM,		/* ALARM_REAL */
	SIGVTALRM,		/* ALARM_VIRTUAL */
	SIGCHLD,		/* ignored by default */
	SIGUSR1,
	SIGUSR2,
	SIGTRAP,
	SIGNAL_COUNT
};

/* What people call them: the initialiser of an array. */
#define SIGNAL_NAMES {									\
	[SIGINT] = "interrupted", [SIGKILL] = "killed", [SIGTERM] = "terminated",	\
	[SIGSEGV] = "segmentation fault", [SIGILL] = "illegal instruction",		\
	[SIGFPE] = "arithmetic error", [SIGBUS] = "bus error", [SIGPIPE] = "broken pipe",	\
	[SIGALRM] = "alarm", [SIGVTALRM] = "virtual alarm", [SIGCHLD] = "child ended",	\
	[SIGUSR1] = "user signal 1", [SIGUSR2] = "user signal 2", [SIGTRAP] = "trap",	\
}

#define SIGNAL_DEFAULT	0u
#define SIGNAL_IGNORE	1u

/* Exit status: the code in bits 8 to 15, or the signal that ended it in bits 0 to 6. */
#define STATUS_CODE(status)	((status) >> 8 & 0xff)
#define STATUS_SIGNAL(status)	((status) & 0x7f)

#define WAIT_NO_HANG	1u	/* 0 if nobody has ended */

#define NICE_ZERO	20	/* nice values go from -20 (most of the CPU) to 19 */

enum { ALARM_REAL, ALARM_VIRTUAL };	/* by the clock; by the time that the process ran */

#define PROT_READ	1u
#define PROT_WRITE	2u
#define PROT_EXEC	4u

#define OPEN_READ	1u
#define OPEN_WRITE	2u
#define OPEN_CREATE	4u
#define OPEN_TRUNCATE	8u
#define OPEN_APPEND	16u

enum hobby_kind { KIND_FILE = 1, KIND_DIRECTORY, KIND_DEVICE, KIND_TEXT };

#define NAME_SIZE	32	/* of a file in its directory, with the NUL */
#define PATH_SIZE	256

struct hobby_stat {
	uint32_t kind;
	uint32_t read_only;
	uint64_t size;
};

/* Reading a directory gives these. */
struct hobby_entry {
	struct hobby_stat stat;
	char name[NAME_SIZE];
};

enum { TIME_UP, TIME_WALL, TIME_OWN, TIME_STOLEN };	/* since boot; since 1970; that this process ran; … */
enum { POWER_OFF, POWER_REBOOT };

#endif
