/*
 * The kernel's inside, file by file. Reading order: main.c, process.c (fork, exit,
 * wait), space.c (fork's memory, page faults), exec.c, trap.c, call.c; the rest as
 * needed.
 *
 * One CPU, and the kernel is not preempted: code here runs until it sleeps or goes
 * back to user mode. Only interrupt handlers come in between; what they touch
 * (sleepers, pending signals, console input) is guarded by the gate.
 *
 * Functions that can fail give 0 or more when they did not, and minus an error
 * number of abi.h when they did.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef HOBBY_KERNEL_H
#define HOBBY_KERNEL_H

#include <pv/pv.h>

#include "abi.h"

#define MIN(a, b)	((a) < (b) ? (a) : (b))
#define LONGEST		(UINT64_MAX / 4)	/* of times that programs give, in ns: no sum of them goes round */
#define COUNT_OF(a)	(sizeof(a) / sizeof((a)[0]))

/* text.c: strings, and text that is written piece by piece into a buffer. */
struct text {
	char *at;
	size_t size, used;	/* what does not fit is left out */
	uint64_t skip;		/* of the text's beginning, before anything is written */
};
void text_add(struct text *t, const char *format, ...) PV_PRINTF(2, 3);
uint32_t text_milliseconds(uint64_t ns);
bool text_equal(const char *a, const char *b);
size_t text_length(const char *s);
void text_copy(char *to, const char *from, size_t size);
void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
void *memmove(void *to, const void *from, size_t n);
int memcmp(const void *a, const void *b, size_t n);

/*
 * page.c: pages of memory, how many users each has, and what for.
 */
enum page_use { PAGE_FREE, PAGE_USER, PAGE_FILE, PAGE_STACK, PAGE_HEAP, PAGE_PIPE, PAGE_TABLE, PAGE_USES };
void page_init(const struct pv_boot *boot);
/* A zeroed page with one user. User pages and files leave a reserve for the kernel. */
int page_new(pv_paddr *page, enum page_use use);
/* For a program's address: of its colour (<pv/mmu.h>), if one is near. */
int page_new_at(pv_paddr *page, uintptr_t at);
/* What the kernel keeps for itself is all that is left. */
bool page_scarce(void);
void page_share(pv_paddr page);
void page_drop(pv_paddr page);
unsigned page_users(pv_paddr page);
/* Read or write inside of one page, or of any RAM (a module's). */
void page_read(pv_paddr at, void *to, size_t size);
void page_write(pv_paddr at, const void *from, size_t size);
void page_text(struct text *t);

/* heap.c: small objects and buffers of the kernel. */
void *heap_new(size_t size);		/* zeroed; NULL */
void heap_free(void *object);
size_t heap_in_use(void);		/* bytes */

/* stack.c: kernel stacks, each above a page that is not there. */
#define STACK_SIZE	(2 * PV_PAGE_SIZE)
void *stack_new(void);			/* NULL */
void stack_free(void *stack);

/*
 * space.c: what a process has in its address space: regions, filled page by page
 * when they are touched; copied at fork when they are written.
 */
struct node;
struct region {
	struct region *next;		/* by address */
	uintptr_t start, end;
	unsigned prot;			/* PROT_* */
	uintptr_t lowest;		/* how far it grows down, a stack; 0: it does not */
	struct node *node;		/* where its pages come from at first; NULL: zeroes */
	uintptr_t node_at;		/* the address where the node's byte node_offset lies */
	uint64_t node_offset;
	uintptr_t node_size;		/* bytes; zeroes behind */
};
struct space {
	struct pv_space pv;
	struct region *regions;
	unsigned nr_regions;
	uintptr_t size;			/* of all regions */
	size_t pages;			/* mapped now */
};
#define MAX_REGIONS	256u
#define MAX_SPACE	((uintptr_t)1 << 30)	/* every page of a region is looked at when a process forks or ends */
#define USER_STACK_SIZE	(1024 * PV_PAGE_SIZE)	/* at most */
struct space *space_new(void);
void space_free(struct space *s);
/* Free the one that this CPU is in; it goes on in another, or in the kernel's alone. */
void space_leave(struct space *s, struct space *to);
struct space *space_fork(struct space *from);
/* The region's pages come from node (or are zeroes); address 0: anywhere. */
int space_map(struct space *s, uintptr_t *address, uintptr_t size, unsigned prot, struct node *node,
    uint64_t offset);
int space_map_segment(struct space *s, const struct region *like);
int space_unmap(struct space *s, uintptr_t address, uintptr_t size);
int space_protect(struct space *s, uintptr_t address, uintptr_t size, unsigned prot);
/* Make the page at the address usable for that access: 0, -EFAULT, -ENOMEM. */
int space_fault(struct space *s, uintptr_t address, unsigned access);
uintptr_t space_user_end(void);

/*
 * process.c: processes: fork, exit, wait. sched.c: who runs, sleeping and waking.
 */
struct file;
enum state { STATE_UNUSED, STATE_READY, STATE_SLEEPING, STATE_ZOMBIE };
#define MAX_PROCESSES	128
#define MAX_FILES	16
#define MAX_NESTED	8		/* signal handlers within signal handlers */

struct process {
	struct pv_thread thread;
	enum state state;
	int pid, group;
	struct process *parent;
	struct space *space;
	char name[16];
	int status;			/* STATE_ZOMBIE */

	/* sched.c */
	const void *waits_for;		/* STATE_SLEEPING */
	int nice;
	uint64_t share;			/* ran, weighed by nice: the smallest runs next */
	uint64_t ran;			/* nanoseconds of sched time */
	struct pv_timer wakes;
	bool woken_by_signal;

	/* signal.c */
	uint32_t pending;
	uint32_t in_handler;		/* blocked, because their handler runs */
	uint8_t nested[MAX_NESTED], nested_count;
	void *fpu_kept[MAX_NESTED];	/* fpu.c: of what the handler interrupted */
	uintptr_t handler[SIGNAL_COUNT], trampoline;
	struct pv_timer alarm;		/* ALARM_REAL */
	struct pv_timer run_alarm;	/* ALARM_VIRTUAL; set while it runs */
	uint64_t run_alarm_left, run_alarm_period, run_alarm_ends;
	char cause[80];			/* of what its fault was, for the message */

	struct file *files[MAX_FILES];
	struct node *directory;
	void *fpu_block;		/* fpu.c */
};
extern struct process *current;	/* who runs; NULL: nobody, idle */

void process_init(void);
/* Start the first one; it runs a program. */
int process_first(const char *path);
int process_fork(void);
void process_exit(int status) PV_NORETURN;
int process_wait(int pid, uintptr_t status_to, unsigned how);
struct process *process_find(int pid);
/* The next one that exists, the first one after NULL; NULL at the end. */
struct process *process_next(const struct process *p);
/* Nothing is left: end the one with the most memory. False if that is the current one. */
bool process_out_of_memory(void);
void process_text(struct text *t);

void sched_init(void);
void sched_idle(void) PV_NORETURN;
void sched_ready(struct process *p);
void sched_look(void);
void sched_yield(void);
/* Somebody else should run: look when going back to user mode. */
extern bool sched_wanted;
/* Sleep until wake(what); -EINTR if a signal came first. What interrupts change is looked at with the gate closed. */
int sched_sleep(const void *what);
void sched_wake(const void *what);
int sched_sleep_for(uint64_t ns);
/* In the middle of something long: let others run. -EINTR if a signal came. */
int sched_pause(void);
void sched_interrupt(struct process *p);
/* Leave the CPU for good. */
void sched_leave(void) PV_NORETURN;
uint64_t sched_ran(struct process *p);
uint64_t sched_ticks(void);		/* since sched_init() */

/* exec.c */
int exec(const char *path, uintptr_t user_argv);

/* trap.c: page faults, and what else goes wrong in user mode. */
void trap_init(void);

/* fpu.c: each process's floating-point registers, saved when somebody else wants them. */
void fpu_init(void);
int fpu_fork(struct process *child);
void fpu_forget(struct process *p);
/* A handler begins, or has ended: the registers that it interrupted are kept for it. False: no memory. */
bool fpu_push(void **kept);
void fpu_pop(void **kept);

/* signal.c */
void signal_send(struct process *p, unsigned number);
int signal_kill(int pid, unsigned number);
int signal_set(unsigned number, uintptr_t handler, uintptr_t trampoline);
int signal_return(uintptr_t context);
int signal_alarm(unsigned kind, const uint64_t first_and_period[2]);
void signal_run_alarm(struct process *p, bool runs, uint64_t now);
void signal_forget_alarms(struct process *p);
/* Act on what is pending, on the way to user mode. May not return. */
void signal_deliver(void);
const char *signal_name(unsigned number);

/* call.c: system calls. */
void call_init(void);

/*
 * node.c: the tree of files; initrd.c fills it from the boot module; text files say what the kernel knows.
 */
struct node {
	char name[NAME_SIZE];
	enum hobby_kind kind;
	bool read_only;			/* from the boot module */
	unsigned users;			/* open files and regions; the tree is one */
	struct node *parent, *children, *next;
	uint64_t size;
	pv_paddr data;			/* read_only: where it lies */
	uint64_t *pages;		/* else: addresses of its pages, 0 for holes */
	int (*read)(uint64_t position, uintptr_t user, size_t size);	/* KIND_DEVICE */
	int (*write)(uintptr_t user, size_t size);
	void (*text)(struct text *t);	/* KIND_TEXT */
};
void node_init(void);
struct node *node_share(struct node *n);
void node_drop(struct node *n);
int node_find(const char *path, struct node **found);
int node_make(const char *path, enum hobby_kind kind, struct node **made);
int node_unlink(const char *path);
/* Kernel memory. Bytes done, 0 at the end. */
int node_get(struct node *n, uint64_t position, void *to, size_t size);
int node_put(struct node *n, uint64_t position, const void *from, size_t size);
void node_truncate(struct node *n);
void node_stat(const struct node *n, struct hobby_stat *stat);
int initrd_init(const struct pv_boot *boot);

/* file.c: open files, and the numbers that processes have for them. */
struct pipe;
struct file {
	unsigned users;
	unsigned flags;			/* OPEN_* */
	struct node *node;		/* one of the two */
	struct pipe *pipe;
	uint64_t position;
};
int file_open(const char *path, unsigned flags);
int file_close(int fd);
int file_read(int fd, uintptr_t user, size_t size);
int file_write(int fd, uintptr_t user, size_t size);
int file_seek(int fd, uint64_t position);
int file_dup(int fd, int to);
int file_pipe(int fd[2]);
struct file *file_of(int fd);
void file_fork(struct process *child);
void file_close_all(void);

/* pipe.c */
struct pipe *pipe_new(void);
void pipe_close(struct pipe *p, bool writer);
int pipe_read(struct pipe *p, uintptr_t user, size_t size);
int pipe_write(struct pipe *p, uintptr_t user, size_t size);

/* tty.c: the console: echo, line editing, and the keys that are signals. */
void tty_poll(void);
void tty_foreground(int group);
int tty_read(uint64_t position, uintptr_t user, size_t size);
int tty_write(uintptr_t user, size_t size);

/* about.c: what /proc says. */
extern const struct about {
	const char *path;
	void (*text)(struct text *t);
} abouts[];

#endif
