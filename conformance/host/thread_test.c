/*
 * Threads on the build machine: preparing, the order of what a switch does, the
 * switch of stacks itself, the way to user mode. Sources as for user_test.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "user_model.h"
#include "run.h"

static uint8_t stack[2][16384] __attribute__((aligned(64)));
static struct pv_thread boot, a, b;
static struct pv_space space;
static char said[64], letter = 'a';
static bool gate_seen;

static void
say(char c)
{
	size_t n = strlen(said);

	said[n] = c;
	said[n + 1] = '\0';
}

static void
boot_thread(void)
{
	power_on();
	memset(&space, 0, sizeof(space));
	said[0] = '\0';
	/* The process's own stack goes on; this one is only what the record names. */
	pv_thread_adopt(&boot, stack[1], sizeof(stack[1]));
	done[0] = '\0';
}

static void
letters(void *arg)
{
	gate_seen |= gate_open;
	for (;;) {
		say(*(const char *)arg);
		pv_thread_switch(&a, &boot);
	}
}

START_TEST(init_refuses)
{
	const struct {
		void *stack;
		size_t size;
		void (*entry)(void *arg);
	} bad[] = {
		{ stack[0], PV_STACK_MIN - 16, never }, { stack[0], 0, never },
		{ stack[0] + 8, PV_STACK_MIN, never },
		{ stack[0] + 1, PV_STACK_MIN, never }, { stack[0], PV_STACK_MIN + 8, never },
		{ stack[0], PV_STACK_MIN, NULL }, { NULL, PV_STACK_MIN, never },
		{ (void *)(~0ul - 15), PV_STACK_MIN, never },
		{ (void *)(0 - (uintptr_t)PV_STACK_MIN), PV_STACK_MIN, never },
		{ stack[0], 0 - (uintptr_t)stack[0], never },
	};

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_int_eq(pv_thread_init(&a, bad[i].stack, bad[i].size, bad[i].entry, NULL),
		    PV_E_INVAL);
}
END_TEST

START_TEST(init_clears_and_places)
{
	memset(&a, 0xff, sizeof(a));
	ck_assert_int_eq(pv_thread_init(&a, stack[0], sizeof(stack[0]), never, NULL), PV_OK);
	ck_assert_ptr_null(a.space);
	ck_assert_ptr_null(a.fpu);
	ck_assert_ptr_null(a.kernel);
	ck_assert(!a.fpu_owned);
	ck_assert_uint_eq(a.tls, 0);
	ck_assert_uint_gt(a.sp, (uintptr_t)stack[0]);
	ck_assert_uint_lt(a.sp, (uintptr_t)pv_thread_uframe(&a));
	ck_assert_uint_eq((uintptr_t)pv_thread_uframe(&a) % 16, 0);
}
END_TEST

START_TEST(switch_does_one_batch)
{
	char expected[128];

	ck_assert_int_eq(pv_thread_init(&a, stack[0], sizeof(stack[0]), letters, &letter), PV_OK);
	a.space = &space;
	a.tls = 0x1234;
	a.fpu_owned = true;
	gate_open = false;
	pv_thread_switch(&boot, &a);
	snprintf(expected, sizeof(expected),
	    "begin space sp:%lx tls:1234 fpu:1 end begin sp:%lx tls:0 fpu:0 end ",
	    (unsigned long)(uintptr_t)(stack[0] + sizeof(stack[0])),
	    (unsigned long)(uintptr_t)(stack[1] + sizeof(stack[1])));
	ck_assert_str_eq(done, expected);
	ck_assert_ptr_eq(cpu.thread, &boot);
	/* In the space that is there already nothing is activated. */
	done[0] = '\0';
	pv_thread_switch(&boot, &a);
	ck_assert_ptr_null(strstr(done, "space"));
}
END_TEST

START_TEST(switch_goes_there_and_back)
{
	gate_seen = false;
	ck_assert_int_eq(pv_thread_init(&a, stack[0], sizeof(stack[0]), letters, &letter), PV_OK);
	gate_open = false;
	pv_thread_switch(&boot, &a);
	say('.');
	pv_thread_switch(&boot, &a);
	say('.');
	ck_assert_str_eq(said, "a.a.");
	ck_assert(!gate_seen);
	ck_assert_uint_eq(boot.sp, 0);
	ck_assert_uint_ne(a.sp, 0);
}
END_TEST

START_TEST(switch_to_itself_is_nothing)
{
	gate_open = false;
	pv_thread_switch(&boot, &boot);
	ck_assert_str_eq(done, "");
}
END_TEST

START_TEST(switch_needs_a_saved_place)
{
	memset(&b, 0, sizeof(b));
	gate_open = false;
	EXPECT_PANIC(pv_thread_switch(&boot, &b));
	ck_assert_ptr_nonnull(strstr(panic_text, "pv_thread_init"));
	ck_assert_ptr_eq(cpu.thread, &boot);
}
END_TEST

START_TEST(switch_needs_a_closed_gate)
{
	ck_assert_int_eq(pv_thread_init(&a, stack[0], sizeof(stack[0]), letters, &letter), PV_OK);
	gate_open = true;
	EXPECT_PANIC(pv_thread_switch(&boot, &a));
	ck_assert_ptr_nonnull(strstr(panic_text, "pv_irq_save()"));
	ck_assert_ptr_eq(cpu.thread, &boot);
}
END_TEST

START_TEST(switch_is_for_no_handler)
{
	ck_assert_int_eq(pv_thread_init(&a, stack[0], sizeof(stack[0]), letters, &letter), PV_OK);
	gate_open = false;
	cpu.depth = 1;
	EXPECT_PANIC(pv_thread_switch(&boot, &a));
	ck_assert_ptr_nonnull(strstr(panic_text, "after_interrupt"));
	ck_assert_ptr_eq(cpu.thread, &boot);
	cpu.depth = 0;
}
END_TEST

/* The panic hook of a kernel may not come back; here it leaves the thread for good. */
START_TEST(ended_thread_panics)
{
	EXPECT_PANIC(pv_thread_ended());
	ck_assert_ptr_nonnull(strstr(panic_text, "entry()"));
}
END_TEST

START_TEST(adopt_takes_the_entry_codes_stack)
{
	pv_switch_kernel_sp((uintptr_t)stack[0] + sizeof(stack[0]));
	pv_thread_adopt(&b, NULL, 0);
	ck_assert_uint_eq(b.stack_base + b.stack_size, (uintptr_t)stack[0] + sizeof(stack[0]));
	ck_assert_uint_ge(b.stack_size, PV_STACK_MIN);
	ck_assert_ptr_eq(cpu.thread, &b);
	cpu.kernel_sp = 0;
	EXPECT_PANIC(pv_thread_adopt(&b, NULL, 0));
	EXPECT_PANIC(pv_thread_adopt(&b, stack[0] + 8, PV_STACK_MIN));
	EXPECT_PANIC(pv_thread_adopt(&b, stack[0], PV_STACK_MIN - 16));
}
END_TEST

static unsigned befores;
static bool gate_in_hook;

static void
before_user(void *context)
{
	(void)context;
	befores++;
	gate_in_hook = gate_open;
	/* A hook that slept comes back with the gate open. */
	gate_open = true;
}

START_TEST(enter_brings_what_the_thread_has)
{
	hooks.before_user = before_user;
	befores = 0;
	boot.space = &space;
	boot.tls = 0x77;
	gate_open = true;
	if (setjmp(in_user_mode) == 0)
		pv_user_enter();
	ck_assert_ptr_eq(entered, pv_thread_uframe(&boot));
	ck_assert_ptr_eq(cpu.space, &space);
	ck_assert_ptr_nonnull(strstr(done, "tls:77"));
	ck_assert_uint_eq(befores, 1);
	ck_assert(!gate_in_hook);
	ck_assert(!gate_open);
}
END_TEST

START_TEST(enter_needs_a_thread)
{
	cpu.thread = NULL;
	EXPECT_PANIC(pv_user_enter());
	ck_assert_ptr_nonnull(strstr(panic_text, "pv_thread_adopt"));
}
END_TEST

START_TEST(ways_are_the_backends)
{
	ck_assert_str_eq(pv_syscall_ways(), "model");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("thread");
	TCase *t = tcase_create("all");

	tcase_add_checked_fixture(t, boot_thread, NULL);
	tcase_add_test(t, init_refuses);
	tcase_add_test(t, init_clears_and_places);
	tcase_add_test(t, switch_does_one_batch);
	tcase_add_test(t, switch_goes_there_and_back);
	tcase_add_test(t, switch_to_itself_is_nothing);
	tcase_add_test(t, switch_needs_a_saved_place);
	tcase_add_test(t, switch_needs_a_closed_gate);
	tcase_add_test(t, switch_is_for_no_handler);
	tcase_add_test(t, ended_thread_panics);
	tcase_add_test(t, adopt_takes_the_entry_codes_stack);
	tcase_add_test(t, enter_brings_what_the_thread_has);
	tcase_add_test(t, enter_needs_a_thread);
	tcase_add_test(t, ways_are_the_backends);
	suite_add_tcase(s, t);
	return run_all(srunner_create(s));
}
