/*
 * A small user world for cases: one space, one thread, programs out of
 * <isa>/user_code.S. Everything ends by a call, a trap that nobody took, or the
 * case's own hand in hook before_user, and comes back to user_start().
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef SUITE_USER_WORLD_H
#define SUITE_USER_WORLD_H

#include "../suites.h"
#include "places.h"

/* Programs and other places in the code page, <isa>/user_code.S. */
extern const char user_code[], user_code_end[];
extern const char user_exit[], user_call[], user_read[], user_write[], user_jump[], user_touch[], user_spin[];
extern const char user_signal[], user_handler[], user_trampoline[], user_tls[], user_fpu[], user_illegal[];
extern const char user_divide[], user_breakpoint[], user_twice[];

enum user_end {
	USER_NOT_ENDED,
	USER_EXITED,
	USER_TRAPPED,		/* user_trap says by what */
	USER_TAKEN		/* by user_leave() */
};

struct user_world {
	struct pv_space space;
	struct pv_thread main, thread;
	enum user_end ended;
	struct pv_trap trap;			/* what ended it; frame is that of the thread */
	void (*on_call)(struct pv_uframe *f);	/* calls other than CALL_EXIT */
	void (*prepare)(struct pv_uframe *f);	/* changes to the first frame */
	void (*before_user)(void);
	unsigned befores;			/* calls of hook before_user */
	unsigned befores_open;			/* of these with the gate open: must be 0 */
	pv_paddr data;				/* frame of USER_DATA */
};
extern struct user_world user;

/* Make the world, or clean it up for the next case. False: the case has failed. */
bool user_open(void);
/* Hooks and space as they were. */
void user_close(void);

/* Run a program in a fresh thread until it ends. */
enum user_end user_start(const char *program);
/* Let the thread that ended go on where it is. */
enum user_end user_resume(void);
/* From a handler or hook of the thread: back to the case. Returns if user_resume() is called. */
void user_leave(enum user_end how);

/* Where a label of the code page is for user mode. */
uintptr_t user_at(const char *label);
uintptr_t user_get(unsigned word);
void user_set(unsigned word, uintptr_t value);
bool user_has_fast_way(void);
/* The pages of USER_HOLE that a case has mapped, back to the pool. */
void user_hole_free(void);

/* user_open() and, in any case, user_close() around the rest of a case. */
#define USER_CASE(name)				\
static void name##_inside(void);		\
static void					\
name(void)					\
{						\
	if (user_open())			\
		name##_inside();		\
	user_close();				\
}						\
static void					\
name##_inside(void)

#endif
