/*
 * What the tests of hooks/ share: a main program in short, a console that is
 * remembered, a panic that comes back, and a gate.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOST_CASES_H
#define PV_HOST_CASES_H

#include <check.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../hooks/hooks_internal.h"
#include "run.h"

/* -- the console -- */

static char said[16384];

static inline void
assert_said(const char *text)
{
	ck_assert_msg(strstr(said, text) != NULL, "not \"%s\" but: %s", text, said);
}

static inline void
say(const char *text, size_t size)
{
	size_t used = strlen(said);

	ck_assert_uint_lt(used + size, sizeof(said));
	memcpy(said + used, text, size);
	said[used + size] = '\0';
}

/* -- a panic goes back to where it was expected -- */

static jmp_buf panicked;
static bool panic_expected;
static char panic_text[256];

static inline void
panic_now(const char *format, va_list args)
{
	vsnprintf(panic_text, sizeof(panic_text), format, args);
	ck_assert_msg(panic_expected, "panic: %s", panic_text);
	longjmp(panicked, 1);
}

#define EXPECT_PANIC(words, call) do {								\
	panic_text[0] = '\0';									\
	panic_expected = true;									\
	if (setjmp(panicked) == 0) {								\
		call;										\
		ck_abort_msg("%s did not panic", #call);					\
	}											\
	panic_expected = false;									\
	ck_assert_msg(strstr(panic_text, words) != NULL, "not \"%s\" but: %s", words, panic_text);	\
} while (0)

/* -- the gate: everything but the result is kept, as sites demand -- */

#define GATE_OPEN	0x200ul
#define DEFINE_GATE										\
	unsigned long host_gate = GATE_OPEN;							\
	__asm__(".text\nhost_irq_save: mov host_gate(%rip), %rax\n\tmovq $0, host_gate(%rip)\n\tret\n"	\
	    "host_irq_restore: mov %rdi, host_gate(%rip)\n\tret\n")
extern unsigned long host_gate;
void host_irq_save(void), host_irq_restore(void);

/* -- random numbers that are the same every time -- */

static inline uint64_t
draw(void)
{
	static uint64_t state = 88172645463325252ull;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static inline unsigned
draw_below(unsigned n)
{
	return (unsigned)((draw() >> 32) % n);
}

/* -- the main program: CK_RUN_CASE names one case -- */

struct host_case {
	const TTest *test;
	int times;		/* a loop of so many; 0: once */
};

static inline int
run_cases(const char *name, void (*start)(void), const struct host_case *cases, size_t nr)
{
	Suite *suite = suite_create(name);

	for (size_t i = 0; i < nr; i++) {
		TCase *tcase = tcase_create(cases[i].test->name);

		tcase_add_checked_fixture(tcase, start, NULL);
		tcase_set_timeout(tcase, 300);
		tcase_add_loop_test(tcase, cases[i].test, 0, cases[i].times != 0 ? cases[i].times : 1);
		suite_add_tcase(suite, tcase);
	}
	return run_all(srunner_create(suite));
}

#define RUN_CASES(name, start, cases)	run_cases(name, start, cases, sizeof(cases) / sizeof((cases)[0]))

#endif
