/*
 * Processes: fork, exit, wait, and who dies when nothing is left.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "kernel.h"

#define KEPT_FOR_SHELL	4u	/* places that only children of the first one's children get: somebody must clean up */

static struct process processes[MAX_PROCESSES];
static unsigned places_used;		/* all behind were never used */
static int last_pid;

void
process_init(void)
{
	sched_init();
	fpu_init();
}


struct process *
process_next(const struct process *p)
{
	unsigned i = p != NULL ? (unsigned)(p - processes) + 1 : 0;

	for (; i < places_used; i++)
		if (processes[i].state != STATE_UNUSED)
			return &processes[i];
	return NULL;
}

struct process *
process_find(int pid)
{
	struct process *p = NULL;

	while ((p = process_next(p)) != NULL && p->pid != pid)
		;
	return p;
}

/* As a process's number or a group's. */
static bool
is_taken(int number)
{
	for (struct process *p = process_next(NULL); p != NULL; p = process_next(p))
		if (p->pid == number || p->group == number)
			return true;
	return false;
}

static int
new_pid(void)
{
	do
		last_pid = last_pid < 99999 ? last_pid + 1 : 1;
	while (is_taken(last_pid));
	return last_pid;
}

/* A process that begins in entry(itself), not yet ready. */
static struct process *
process_new(void (*entry)(void *))
{
	bool shell = current == NULL || current->parent == NULL || current->parent->pid == 1;
	unsigned unused = 0;
	struct process *p = NULL;
	void *stack;

	for (unsigned i = MAX_PROCESSES; i-- > 0; )
		if (processes[i].state == STATE_UNUSED) {
			p = &processes[i];
			unused++;
		}
	if (p == NULL || (unused <= KEPT_FOR_SHELL && !shell) || (stack = stack_new()) == NULL)
		return NULL;
	memset(p, 0, sizeof(*p));
	if (pv_thread_init(&p->thread, stack, STACK_SIZE, entry, p) != PV_OK)
		pv_panic("libpv did not take a kernel stack at %p", stack);
	p->thread.kernel = p;
	p->pid = new_pid();
	if (p >= processes + places_used)
		places_used = (unsigned)(p - processes) + 1;
	return p;
}

static void
process_gone(struct process *p)
{
	stack_free((void *)p->thread.stack_base);
	fpu_forget(p);
	p->state = STATE_UNUSED;
}

/* -- fork --------------------------------------------------------------------------- */

static void
child_begins(void *arg)
{
	(void)arg;
	pv_user_enter();
}

int
process_fork(void)
{
	struct process *p = process_new(child_begins);

	if (p == NULL)
		return -EAGAIN;
	p->space = space_fork(current->space);
	if (p->space == NULL || fpu_fork(p) != 0) {
		if (p->space != NULL)
			space_free(p->space);
		stack_free((void *)p->thread.stack_base);
		return -ENOMEM;
	}
	p->thread.space = &p->space->pv;
	p->thread.tls = current->thread.tls;
	pv_uframe_clone(&p->thread, pv_thread_uframe(&current->thread));
	pv_uframe_set_result(pv_thread_uframe(&p->thread), 0, false);
	p->parent = current;
	p->group = current->group;
	p->nice = current->nice;
	p->share = current->share;
	text_copy(p->name, current->name, sizeof(p->name));
	memcpy(p->handler, current->handler, sizeof(p->handler));
	p->trampoline = current->trampoline;
	p->in_handler = current->in_handler;
	memcpy(p->nested, current->nested, sizeof(p->nested));
	p->nested_count = current->nested_count;
	file_fork(p);
	sched_ready(p);
	return p->pid;
}

/* -- the first one ------------------------------------------------------------------- */

static const char *first_path;

static void
first_begins(void *arg)
{
	int error;

	(void)arg;
	pv_irq_enable();
	if (file_open("/dev/tty", OPEN_READ | OPEN_WRITE) != 0 || file_dup(0, 1) != 1 || file_dup(0, 2) != 2)
		pv_panic("the first process has no console");
	error = exec(first_path, 0);
	if (error != 0)
		pv_panic("%s cannot be run (error %d): is it in the boot module?", first_path, -error);
	pv_user_enter();
}

int
process_first(const char *path)
{
	struct process *p = process_new(first_begins);

	if (p == NULL)
		return -ENOMEM;
	first_path = path;
	p->group = p->pid;
	sched_ready(p);
	return 0;
}

/* -- exit and wait --------------------------------------------------------------------- */

/* The address space goes at once; the stack is under our feet, and goes when the parent waits. */
static void
leave_space(struct process *p)
{
	struct space *s = p->space;

	p->space = NULL;
	/* Not "any": it may run in the kernel once more, and finds no user memory, its own or another's. */
	p->thread.space = pv_space_kernel();
	if (s != NULL && p == current)
		space_leave(s, NULL);
	else if (s != NULL)
		space_free(s);
}

void
process_exit(int status)
{
	struct process *first = process_find(1);

	if (current == first)
		pv_panic("the first process ended with status 0x%x", (unsigned)status);
	file_close_all();
	node_drop(current->directory);
	signal_forget_alarms(current);
	leave_space(current);
	pv_irq_disable();
	for (struct process *p = process_next(NULL); p != NULL; p = process_next(p)) {
		if (p->parent != current)
			continue;
		p->parent = first;
		if (p->state == STATE_ZOMBIE)
			sched_wake(first);
	}
	current->status = status;
	current->state = STATE_ZOMBIE;
	sched_wake(current->parent);
	signal_send(current->parent, SIGCHLD);
	sched_leave();
}

int
process_wait(int pid, uintptr_t status_to, unsigned how)
{
	for (;;) {
		bool any = false;

		for (struct process *p = process_next(NULL); p != NULL; p = process_next(p)) {
			if (p->parent != current || (pid != 0 && p->pid != pid))
				continue;
			any = true;
			if (p->state != STATE_ZOMBIE)
				continue;
			if (status_to != 0 && pv_copyout(status_to, &p->status, sizeof(p->status)) != PV_OK)
				return -EFAULT;
			pid = p->pid;
			process_gone(p);
			return pid;
		}
		if (!any)
			return -ECHILD;
		if ((how & WAIT_NO_HANG) != 0)
			return 0;
		if (sched_sleep(current) != 0)
			return -EINTR;
	}
}

/* -- no memory ---------------------------------------------------------------------------- */

static size_t
pages_of(const struct process *p)
{
	return p->space != NULL ? p->space->pages + (size_t)p->space->pv.tables : 0;
}

/*
 * The largest one dies, and its memory is free at once, wherever it waits: once it has no space,
 * what it wants of its memory fails, and on the way to user mode the signal is there.
 */
bool
process_out_of_memory(void)
{
	struct process *largest = NULL;

	for (struct process *p = process_next(NULL); p != NULL; p = process_next(p))
		if (p->pid != 1 && p->space != NULL && (largest == NULL || pages_of(p) > pages_of(largest)))
			largest = p;
	if (largest == NULL || largest == current)
		return false;
	pv_log("out of memory: %s (process %d, %lu pages) is ended for it", largest->name, largest->pid,
	    (unsigned long)pages_of(largest));
	text_copy(largest->cause, "it had the most memory when there was no more", sizeof(largest->cause));
	signal_send(largest, SIGKILL);
	leave_space(largest);
	return true;
}

void
process_text(struct text *t)
{
	static const char *const states[] = { "-", "ready", "asleep", "ended" };

	text_add(t, "%5s %5s %5s %4s %-6s %6s %8s  %s\n", "pid", "ppid", "group", "nice", "state", "pages", "ms",
	    "name");
	for (struct process *p = process_next(NULL); p != NULL; p = process_next(p))
		text_add(t, "%5d %5d %5d %4d %-6s %6lu %8u  %s\n", p->pid, p->parent != NULL ? p->parent->pid : 0,
		    p->group, p->nice, p == current ? "runs" : states[p->state],
		    (unsigned long)pages_of(p), (unsigned)text_milliseconds(sched_ran(p)), p->name);
}
