/*
 * What a user program has besides its registers: signals, clones of it, TLS, the FPU.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "world.h"

#define WORD_ONES	(~(uintptr_t)0)

static const uint32_t kernel_constant = 0x600df00d;

/* -- signals ------------------------------------------------------------------------------------ */

static struct {
	pv_status push, pop;
	uintptr_t stack;		/* what to set the stack pointer to before, or 0 */
	uintptr_t context;		/* where to take it from instead, or 0 */
	uintptr_t pc_before, pc_after;
} signal;

static void
signal_calls(struct pv_uframe *f)
{
	uintptr_t context = pv_uframe_call_arg(f, 0);

	if (pv_uframe_call_nr(f) == CALL_SIGNAL) {
		pv_uframe_set_result(f, 777, true);
		if (signal.stack != 0)
			pv_uframe_set_sp(f, signal.stack);
		signal.pc_before = pv_uframe_pc(f);
		signal.push = pv_uframe_push_signal(f, user_at(user_handler), 11, user_at(user_trampoline));
		signal.pc_after = pv_uframe_pc(f);
		if (signal.push != PV_OK)
			user_leave(USER_TAKEN);
		return;
	}
	signal.pop = pv_uframe_pop_signal(f, signal.context != 0 ? signal.context : context);
	if (signal.pop != PV_OK)
		user_leave(USER_TAKEN);
}

static void
run_signal(uintptr_t way)
{
	memset(&signal, 0, sizeof(signal));
	user.on_call = signal_calls;
	user_set(W_WAY, way);
	CHECK_EQ(user_start(user_signal), USER_EXITED);
	CHECK_OK(signal.push);
	CHECK_OK(signal.pop);
	CHECK_EQ(user_get(W_NUMBER), 11);
	CHECK(user_get(W_CONTEXT) > USER_STACK && user_get(W_CONTEXT) < USER_STACK_TOP);
	CHECK_EQ(user_get(W_RESULT), 777);
	CHECK_EQ(user_get(W_FAILED) & 0xff, 1);
	CHECK_EQ(user_get(W_SPOILED), 0);
}

USER_CASE(signal_and_back)
{
	run_signal(0);
}

USER_CASE(signal_and_back_fast)
{
	if (!user_has_fast_way())
		SKIP("no fast system call here");
	run_signal(1);
}

USER_CASE(signal_on_bad_stack)
{
	static const uintptr_t stacks[] = { 8, USER_HOLE + 64, USER_CONSTANT + 1024, USER_STACK + 16,
	    PV_KERNEL_LAST & ~(uintptr_t)15 };

	for (unsigned i = 0; i < sizeof(stacks) / sizeof(stacks[0]); i++) {
		memset(&signal, 0, sizeof(signal));
		signal.stack = stacks[i];
		user.on_call = signal_calls;
		CHECK_EQ(user_start(user_signal), USER_TAKEN);
		CHECK_STATUS(signal.push, PV_E_FAULT);
		CHECK_EQ(signal.pc_after, signal.pc_before);
		CHECK_EQ(pv_uframe_sp(pv_thread_uframe(&user.thread)), stacks[i]);
	}
}

USER_CASE(signal_from_bad_context)
{
	const uintptr_t contexts[] = { USER_HOLE, (uintptr_t)&kernel_constant, USER_DATA + PV_PAGE_SIZE - 8,
	    WORD_ONES - 7 };

	for (unsigned i = 0; i < sizeof(contexts) / sizeof(contexts[0]); i++) {
		memset(&signal, 0, sizeof(signal));
		signal.context = contexts[i];
		user.on_call = signal_calls;
		CHECK_EQ(user_start(user_signal), USER_TAKEN);
		CHECK_STATUS(signal.pop, PV_E_FAULT);
	}
}

/* -- two threads: clone, TLS, FPU ------------------------------------------------------------------ */

static uint8_t second_stack[2 * PV_STACK_MIN] __attribute__((aligned(64)));
static struct pv_thread second;
static enum user_end second_ended;

static void
second_enters(void *arg)
{
	(void)arg;
	pv_user_enter();
}

static bool
second_prepare(void)
{
	if (pv_thread_init(&second, second_stack, sizeof(second_stack), second_enters, NULL) != PV_OK)
		return false;
	second.space = &user.space;
	return true;
}

/* Run `second` as user.thread for a while. */
static enum user_end
second_run(void)
{
	struct pv_thread first = user.thread;

	user.thread = second;
	second_ended = user_resume();
	second = user.thread;
	user.thread = first;
	return second_ended;
}

static void
fork_call(struct pv_uframe *f)
{
	pv_uframe_clone(&second, f);
	pv_uframe_set_result(pv_thread_uframe(&second), 0, false);
	pv_uframe_set_result(f, 1234, false);
}

USER_CASE(clone_is_a_fork)
{
	for (uintptr_t way = 0; way < (user_has_fast_way() ? 2 : 1); way++) {
		CHECK(second_prepare());
		user.on_call = fork_call;
		user_set(W_WAY, way);
		user_set(W_NR, CALL_TEST);
		for (unsigned i = 0; i < 6; i++)
			user_set(W_ARG + i, 0x1000 + i);
		CHECK_EQ(user_start(user_call), USER_EXITED);
		CHECK_EQ(user_get(W_RESULT), 1234);
		user_set(W_SPOILED, WORD_ONES);
		CHECK_EQ(second_run(), USER_EXITED);
		CHECK_EQ(user_get(W_RESULT), 0);
		CHECK_EQ(user_get(W_SPOILED), 0);
	}
}

static void
yield_call(struct pv_uframe *f)
{
	(void)f;
	user_leave(USER_TAKEN);
}

static uintptr_t tls_given;

static void
give_tls(struct pv_uframe *f)
{
	(void)f;
	user.thread.tls = tls_given;
}

USER_CASE(tls_follows_the_thread)
{
	user_set(20, 0xaaaa);
	user_set(21, 0xbbbb);
	user.on_call = yield_call;
	user.prepare = give_tls;
	tls_given = USER_DATA + 20 * sizeof(uintptr_t);
	CHECK_EQ(user_start(user_tls), USER_TAKEN);
	CHECK_EQ(user_get(W_VALUE), 0xaaaa);
	/* Another thread with its own in between. */
	CHECK(second_prepare());
	second.tls = USER_DATA + 21 * sizeof(uintptr_t);
	pv_uframe_init(pv_thread_uframe(&second), user_at(user_tls), USER_STACK_TOP);
	CHECK_EQ(second_run(), USER_TAKEN);
	CHECK_EQ(user_get(W_VALUE), 0xbbbb);
	CHECK_EQ(user_resume(), USER_EXITED);
	CHECK_EQ(user_get(W_RESULT), 0xaaaa);
	CHECK_EQ(second_run(), USER_EXITED);
	CHECK_EQ(user_get(W_RESULT), 0xbbbb);
}

static uint8_t fpu_state[2][4096] __attribute__((aligned(64)));
static struct pv_thread *fpu_owner;
static unsigned fpu_traps;

/* As <pv/user.h> has it. user.thread is whichever thread runs. */
static bool
fpu_off(struct pv_trap *trap, void *arg)
{
	struct pv_thread *t = &user.thread;
	static void *owner_state;

	(void)arg;
	if ((trap->access & PV_ACCESS_USER) == 0 || t->fpu == NULL)
		return false;
	fpu_traps++;
	pv_switch_fpu(true);
	if (fpu_owner != NULL)
		pv_fpu_save(owner_state);
	pv_fpu_restore(t->fpu);
	t->fpu_owned = true;
	fpu_owner = t;
	owner_state = t->fpu;
	return true;
}

USER_CASE(fpu_is_lazily_owned)
{
	CHECK(pv_fpu_size() <= sizeof(fpu_state[0]));
	fpu_owner = NULL;
	fpu_traps = 0;
	pv_fpu_init(fpu_state[0]);
	pv_fpu_init(fpu_state[1]);
	CHECK_OK(pv_trap_set(PV_CAUSE_FPU_OFF, fpu_off, NULL));
	user.on_call = yield_call;
	user_set(W_VALUE, 0x1111);
	CHECK(second_prepare());
	second.fpu = fpu_state[0];
	pv_uframe_init(pv_thread_uframe(&second), user_at(user_fpu), USER_STACK_TOP);
	CHECK_EQ(second_run(), USER_TAKEN);
	CHECK_EQ(fpu_traps, 1);
	/* It owns the FPU: no trap when it goes on, and its registers are as they were. */
	CHECK(second.fpu_owned);
	CHECK_EQ(second_run(), USER_EXITED);
	CHECK_EQ(fpu_traps, 1);
	CHECK_EQ(user_get(W_SPOILED), 0);
}

static void
give_fpu(struct pv_uframe *f)
{
	(void)f;
	user.thread.fpu = fpu_state[1];
}

USER_CASE(fpu_states_are_apart)
{
	fpu_owner = NULL;
	fpu_traps = 0;
	pv_fpu_init(fpu_state[0]);
	pv_fpu_init(fpu_state[1]);
	CHECK_OK(pv_trap_set(PV_CAUSE_FPU_OFF, fpu_off, NULL));
	user.on_call = yield_call;
	user.prepare = give_fpu;
	CHECK(second_prepare());
	second.fpu = fpu_state[0];
	pv_uframe_init(pv_thread_uframe(&second), user_at(user_fpu), USER_STACK_TOP);
	user_set(W_VALUE, 0x1111);
	CHECK_EQ(second_run(), USER_TAKEN);
	second.fpu_owned = false;
	user_set(W_VALUE, 0x2222);
	CHECK_EQ(user_start(user_fpu), USER_TAKEN);
	user.thread.fpu_owned = false;
	user_set(W_VALUE, 0x1111);
	CHECK_EQ(second_run(), USER_EXITED);
	CHECK_EQ(user_get(W_SPOILED), 0);
	user_set(W_VALUE, 0x2222);
	user_set(W_SPOILED, WORD_ONES);
	CHECK_EQ(user_resume(), USER_EXITED);
	CHECK_EQ(user_get(W_SPOILED), 0);
	CHECK_EQ(fpu_traps, 4);
}

static bool
fpu_on(struct pv_trap *trap, void *arg)
{
	(void)trap;
	(void)arg;
	fpu_traps++;
	pv_switch_fpu(true);
	return true;
}

/*
 * A hypervisor lends the FPU to other guests and switches it off until this one asks: a save that does
 * not ask stores another's registers. It matters where there are others.
 */
USER_CASE(fpu_that_is_off_is_not_saved)
{
	char word[8];

	CHECK_OK(pv_trap_set(PV_CAUSE_FPU_OFF, fpu_on, NULL));
	fpu_traps = 0;
	pv_fpu_init(fpu_state[0]);
	pv_switch_fpu(false);
	pv_fpu_save(fpu_state[0]);
	pv_switch_fpu(true);
	if (fpu_traps == 0 && !suite_option("beside", word, sizeof(word)))
		SKIP("XSAVE of this CPU works with CR0.TS set, which no CPU's does");
	CHECK_EQ(fpu_traps, 1);
}

USER_CASE(fpu_is_not_for_everyone)
{
	CHECK_EQ(user_start(user_fpu), USER_TRAPPED);
	CHECK_EQ(user.trap.cause, PV_CAUSE_FPU_OFF);
}

static const struct suite_case cases[] = {
	{ "signal_and_back", signal_and_back, "pv_uframe_push_signal pv_uframe_pop_signal", CASE_ONCE },
	{ "signal_and_back_fast", signal_and_back_fast,
	    "pv_uframe_push_signal pv_uframe_pop_signal", CASE_ONCE },
	{ "signal_on_bad_stack", signal_on_bad_stack, "pv_uframe_push_signal", CASE_ONCE },
	{ "signal_from_bad_context", signal_from_bad_context, "pv_uframe_pop_signal", CASE_ONCE },
	{ "clone_is_a_fork", clone_is_a_fork, "pv_uframe_clone", CASE_ONCE },
	{ "tls_follows_the_thread", tls_follows_the_thread, "cpu.switch_tls pv_switch_tls", 0 },
	{ "fpu_is_lazily_owned", fpu_is_lazily_owned,
	    "cpu.switch_fpu pv_switch_fpu pv_fpu_init pv_fpu_restore pv_fpu_size", 0 },
	{ "fpu_states_are_apart", fpu_states_are_apart, "pv_fpu_save pv_fpu_restore", 0 },
	{ "fpu_that_is_off_is_not_saved", fpu_that_is_off_is_not_saved, "pv_fpu_save cpu.switch_fpu", 0 },
	{ "fpu_is_not_for_everyone", fpu_is_not_for_everyone, "cpu.switch_fpu", CASE_ONCE },
};

SUITE(suite_state, "state", cases);
