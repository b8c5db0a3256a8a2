/*
 * System calls: one short function each, which takes the arguments out of their words
 * and brings results to where the user wants them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "kernel.h"

typedef intptr_t (*call_function)(const uintptr_t *a);

/* A path into the kernel. */
static int
path_in(char path[PATH_SIZE], uintptr_t user)
{
	switch (pv_copyinstr(path, user, PATH_SIZE, NULL)) {
	case PV_OK:
		return 0;
	case PV_E_TOOLONG:
		return -ENAMETOOLONG;
	default:
		return -EFAULT;
	}
}

/* -- processes ---------------------------------------------------------------------- */

static intptr_t
call_exit(const uintptr_t *a)
{
	process_exit((int)(a[0] & 0xff) << 8);
}

static intptr_t
call_fork(const uintptr_t *a)
{
	(void)a;
	return process_fork();
}

static intptr_t
call_exec(const uintptr_t *a)
{
	char path[PATH_SIZE];
	int error = path_in(path, a[0]);

	return error != 0 ? error : exec(path, a[1]);
}

static intptr_t
call_wait(const uintptr_t *a)
{
	return process_wait((int)a[0], a[1], (unsigned)a[2]);
}

static intptr_t
call_kill(const uintptr_t *a)
{
	return signal_kill((int)a[0], (unsigned)a[1]);
}

static intptr_t
call_getpid(const uintptr_t *a)
{
	(void)a;
	return current->pid;
}

static intptr_t
call_getppid(const uintptr_t *a)
{
	(void)a;
	return current->parent != NULL ? current->parent->pid : 0;
}

static intptr_t
call_group(const uintptr_t *a)
{
	struct process *p = a[0] == 0 ? current : process_find((int)a[0]);

	if (p == NULL || (p != current && p->parent != current))
		return -ESRCH;
	if (a[1] > INT32_MAX)
		return -EINVAL;
	p->group = a[1] != 0 ? (int)a[1] : p->pid;
	return 0;
}

static intptr_t
call_nice(const uintptr_t *a)
{
	intptr_t change = (intptr_t)a[0];

	change = MIN(change, 40);
	change = change < -40 ? -40 : change;
	current->nice = MIN(current->nice + (int)change, 19);
	current->nice = current->nice < -20 ? -20 : current->nice;
	return current->nice + NICE_ZERO;
}

static intptr_t
call_yield(const uintptr_t *a)
{
	(void)a;
	sched_yield();
	return 0;
}

static intptr_t
call_sleep(const uintptr_t *a)
{
	uint64_t ns;

	return pv_copyin(&ns, a[0], sizeof(ns)) == PV_OK ? sched_sleep_for(ns) : -EFAULT;
}

/* -- signals ------------------------------------------------------------------------- */

static intptr_t
call_alarm(const uintptr_t *a)
{
	uint64_t first_and_period[2];

	if (pv_copyin(first_and_period, a[1], sizeof(first_and_period)) != PV_OK)
		return -EFAULT;
	return signal_alarm((unsigned)a[0], first_and_period);
}

static intptr_t
call_signal(const uintptr_t *a)
{
	return signal_set((unsigned)a[0], a[1], a[2]);
}

/* -- memory -------------------------------------------------------------------------- */

static intptr_t
call_map(const uintptr_t *a)
{
	struct file *f = (intptr_t)a[3] >= 0 ? file_of((int)a[3]) : NULL;
	uintptr_t address = a[0];
	int error;

	if (a[2] > (PROT_READ | PROT_WRITE | PROT_EXEC))
		return -EINVAL;
	if (f == NULL ? (intptr_t)a[3] >= 0 : f->node == NULL || f->node->kind != KIND_FILE)
		return -EBADF;
	error = space_map(current->space, &address, a[1], (unsigned)a[2], f != NULL ? f->node : NULL, a[4]);
	return error != 0 ? error : (intptr_t)address;
}

static intptr_t
call_unmap(const uintptr_t *a)
{
	return space_unmap(current->space, a[0], a[1]);
}

static intptr_t
call_protect(const uintptr_t *a)
{
	/* What is there stays readable: to keep addresses free, map them with no rights. */
	if (a[2] == 0 || a[2] > (PROT_READ | PROT_WRITE | PROT_EXEC))
		return -EINVAL;
	return space_protect(current->space, a[0], a[1], (unsigned)a[2]);
}

/* -- files ----------------------------------------------------------------------------- */

static intptr_t
call_open(const uintptr_t *a)
{
	char path[PATH_SIZE];
	int error = path_in(path, a[0]);

	return error != 0 ? error : file_open(path, (unsigned)a[1]);
}

static intptr_t
call_close(const uintptr_t *a)
{
	return file_close((int)a[0]);
}

static intptr_t
call_read(const uintptr_t *a)
{
	return file_read((int)a[0], a[1], a[2]);
}

static intptr_t
call_write(const uintptr_t *a)
{
	return file_write((int)a[0], a[1], a[2]);
}

static intptr_t
call_seek(const uintptr_t *a)
{
	return file_seek((int)a[0], a[1]);
}

static intptr_t
call_dup(const uintptr_t *a)
{
	return file_dup((int)a[0], (int)a[1]);
}

static intptr_t
call_pipe(const uintptr_t *a)
{
	int fd[2], error = file_pipe(fd);

	if (error != 0)
		return error;
	if (pv_copyout(a[0], fd, sizeof(fd)) == PV_OK)
		return 0;
	(void)file_close(fd[0]);
	(void)file_close(fd[1]);
	return -EFAULT;
}

static intptr_t
call_stat(const uintptr_t *a)
{
	struct hobby_stat stat;
	char path[PATH_SIZE];
	struct node *n;
	int error = path_in(path, a[0]);

	if (error == 0)
		error = node_find(path, &n);
	if (error != 0)
		return error;
	node_stat(n, &stat);
	node_drop(n);
	return pv_copyout(a[1], &stat, sizeof(stat)) == PV_OK ? 0 : -EFAULT;
}

static intptr_t
call_mkdir(const uintptr_t *a)
{
	char path[PATH_SIZE];
	int error = path_in(path, a[0]);

	return error != 0 ? error : node_make(path, KIND_DIRECTORY, NULL);
}

static intptr_t
call_unlink(const uintptr_t *a)
{
	char path[PATH_SIZE];
	int error = path_in(path, a[0]);

	return error != 0 ? error : node_unlink(path);
}

static intptr_t
call_chdir(const uintptr_t *a)
{
	char path[PATH_SIZE];
	struct node *n;
	int error = path_in(path, a[0]);

	if (error == 0)
		error = node_find(path, &n);
	if (error != 0)
		return error;
	if (n->kind != KIND_DIRECTORY) {
		node_drop(n);
		return -ENOTDIR;
	}
	node_drop(current->directory);
	current->directory = n;
	return 0;
}

/* -- the rest ---------------------------------------------------------------------------- */

static intptr_t
call_time(const uintptr_t *a)
{
	uint64_t ns = 0;

	switch (a[0]) {
	case TIME_UP:
		ns = pv_time_ns();
		break;
	case TIME_WALL:
		if (pv_wall_get(&ns) != PV_OK)
			return -EIO;
		break;
	case TIME_OWN:
		ns = sched_ran(current);
		break;
	case TIME_STOLEN:
		ns = pv_time_stolen_ns();
		break;
	default:
		return -EINVAL;
	}
	return pv_copyout(a[1], &ns, sizeof(ns)) == PV_OK ? 0 : -EFAULT;
}

static intptr_t
call_foreground(const uintptr_t *a)
{
	if (a[0] == 0 || a[0] > INT32_MAX)
		return -EINVAL;
	tty_foreground((int)a[0]);
	return 0;
}

/* Comes back only if the machine cannot. */
static intptr_t
call_power(const uintptr_t *a)
{
	if (a[0] == POWER_OFF)
		(void)pv_power_off();
	else if (a[0] == POWER_REBOOT)
		(void)pv_power_reboot();
	else
		return -EINVAL;
	return -ENOSYS;
}

static const call_function calls[CALL_COUNT] = {
	[CALL_EXIT] = call_exit, [CALL_FORK] = call_fork, [CALL_EXEC] = call_exec, [CALL_WAIT] = call_wait,
	[CALL_KILL] = call_kill, [CALL_GETPID] = call_getpid, [CALL_GETPPID] = call_getppid,
	[CALL_GROUP] = call_group, [CALL_NICE] = call_nice, [CALL_YIELD] = call_yield, [CALL_SLEEP] = call_sleep,
	[CALL_ALARM] = call_alarm, [CALL_SIGNAL] = call_signal, [CALL_MAP] = call_map, [CALL_UNMAP] = call_unmap,
	[CALL_PROTECT] = call_protect, [CALL_OPEN] = call_open, [CALL_CLOSE] = call_close, [CALL_READ] = call_read,
	[CALL_WRITE] = call_write, [CALL_SEEK] = call_seek, [CALL_DUP] = call_dup, [CALL_PIPE] = call_pipe,
	[CALL_STAT] = call_stat, [CALL_MKDIR] = call_mkdir, [CALL_UNLINK] = call_unlink, [CALL_CHDIR] = call_chdir,
	[CALL_TIME] = call_time, [CALL_FOREGROUND] = call_foreground, [CALL_POWER] = call_power,
};

/* libpv calls this on the process's kernel stack, gate open; what it leaves in the frame is what the user gets. */
static void
call(struct pv_uframe *f)
{
	uintptr_t nr = pv_uframe_call_nr(f), a[5];
	intptr_t result = -ENOSYS;

	for (unsigned i = 0; i < COUNT_OF(a); i++)
		a[i] = pv_uframe_call_arg(f, i);
	if (nr == CALL_SIGNAL_RETURN) {
		/* The frame is the interrupted one again; nothing may be put in. */
		if (signal_return(a[0]) == 0)
			return;
	} else if (nr < CALL_COUNT && calls[nr] != NULL) {
		result = calls[nr](a);
		/* So is it after exec, which has no result. */
		if (nr == CALL_EXEC && result == 0)
			return;
	}
	pv_uframe_set_result(f, (uintptr_t)(result < 0 && result > -ERROR_COUNT ? -result : result),
	    result < 0 && result > -ERROR_COUNT);
}

void
call_init(void)
{
	if (pv_syscall_set(call) != PV_OK)
		pv_panic("libpv did not take this kernel's system calls");
}
