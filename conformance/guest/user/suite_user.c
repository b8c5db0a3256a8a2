/*
 * User mode: entering and leaving it, system calls by every way, traps from there.
 * Signals, clones, TLS and the FPU are in suite_state.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "world.h"

#define WORD_ONES	(~(uintptr_t)0)

/* -- in and out ---------------------------------------------------------------------- */

USER_CASE(enters_and_exits)
{
	CHECK_EQ(user_start(user_exit), USER_EXITED);
	CHECK_EQ(user_start(user_exit), USER_EXITED);
}

static void
enter_open(void *arg)
{
	(void)arg;
	pv_uframe_init(pv_thread_uframe(&user.thread), user_at(user_exit), USER_STACK_TOP);
	pv_irq_enable();
	pv_user_enter();
}

USER_CASE(enters_with_gate_open)
{
	static uint8_t stack[2 * PV_STACK_MIN] __attribute__((aligned(64)));

	CHECK_OK(pv_thread_init(&user.thread, stack, sizeof(stack), enter_open, NULL));
	/* Given after the switch was prepared, and still taken along. */
	user.thread.space = &user.space;
	CHECK_EQ(user_resume(), USER_EXITED);
}

USER_CASE(before_user_is_asked)
{
	CHECK_EQ(user_start(user_exit), USER_EXITED);
	CHECK_EQ(user.befores, 1);
	user_set(W_ADDRESS, USER_DATA);
	CHECK_EQ(user_start(user_illegal), USER_TRAPPED);
	CHECK_EQ(user.befores, 2);
	CHECK_EQ(user.befores_open, 0);
}

/* -- system calls ---------------------------------------------------------------------- */

static struct {
	unsigned count;
	uintptr_t nr, arg[6], pc;
	bool gate_open, own_frame;
	uintptr_t result;
	bool failed;
	unsigned restarts;
} call;

static void
record_call(struct pv_uframe *f)
{
	call.count++;
	call.nr = pv_uframe_call_nr(f);
	for (unsigned i = 0; i < 6; i++)
		call.arg[i] = pv_uframe_call_arg(f, i);
	call.gate_open = pv_irq_enabled();
	call.own_frame = f == pv_thread_uframe(&user.thread);
	call.pc = pv_uframe_pc(f);
	if (call.restarts > 0) {
		call.restarts--;
		/* A result that was set before is forgotten. */
		pv_uframe_set_result(f, 12345, true);
		pv_uframe_restart_call(f);
		return;
	}
	pv_uframe_set_result(f, call.result, call.failed);
}

/* One call by a way, with everything distinct; true if nothing was wrong. */
static void
one_call(uintptr_t way, uintptr_t result, bool failed, unsigned restarts)
{
	memset(&call, 0, sizeof(call));
	call.result = result;
	call.failed = failed;
	call.restarts = restarts;
	user.on_call = record_call;
	user_set(W_WAY, way);
	user_set(W_NR, CALL_TEST + 23);
	for (unsigned i = 0; i < 6; i++)
		user_set(W_ARG + i, WORD_ONES - 0x1111 * (i + 1));
	user_set(W_FAILED, 0);
	CHECK_EQ(user_start(user_call), USER_EXITED);
	CHECK_EQ(call.count, restarts + 1);
	CHECK_EQ(call.nr, CALL_TEST + 23);
	for (unsigned i = 0; i < 6; i++)
		CHECK_EQ(call.arg[i], WORD_ONES - 0x1111 * (i + 1));
	CHECK(call.gate_open);
	CHECK(call.own_frame);
	CHECK_EQ(user_get(W_RESULT), result);
	CHECK_EQ(user_get(W_FAILED) & 0xff, failed);
	CHECK_EQ(user_get(W_SPOILED), 0);
	CHECK_EQ(user.befores_open, 0);
}

USER_CASE(call_plain)
{
	one_call(0, 0x7654321, false, 0);
}

USER_CASE(call_plain_fails)
{
	one_call(0, 38, true, 0);
}

USER_CASE(call_plain_restarts)
{
	one_call(0, WORD_ONES, false, 3);
}

USER_CASE(call_fast)
{
	if (!user_has_fast_way())
		SKIP("no fast system call here");
	one_call(1, 0x7654321, false, 0);
}

USER_CASE(call_fast_fails)
{
	if (!user_has_fast_way())
		SKIP("no fast system call here");
	one_call(1, 38, true, 0);
}

USER_CASE(call_fast_restarts)
{
	if (!user_has_fast_way())
		SKIP("no fast system call here");
	one_call(1, WORD_ONES, false, 3);
}

USER_CASE(ways_are_named)
{
	const char *ways = pv_syscall_ways();

	CHECK(ways != NULL && ways[0] != '\0');
	CHECK_EQ(user_has_fast_way(), pv_has(PV_CAP_FAST_SYSCALL));
}

USER_CASE(handler_is_set_once)
{
	CHECK_STATUS(pv_syscall_set(NULL), PV_E_INVAL);
	CHECK_STATUS(pv_syscall_set(record_call), PV_E_EXIST);
}

/* A handler that sleeps: another thread runs in the middle of the call. */
static void
sleep_in_call(struct pv_uframe *f)
{
	user_leave(USER_TAKEN);
	pv_uframe_set_result(f, pv_uframe_call_arg(f, 0) + 1, false);
}

USER_CASE(call_may_sleep)
{
	user.on_call = sleep_in_call;
	for (uintptr_t way = 0; way < (user_has_fast_way() ? 2 : 1); way++) {
		user_set(W_WAY, way);
		user_set(W_NR, CALL_TEST);
		user_set(W_ARG, 41);
		CHECK_EQ(user_start(user_call), USER_TAKEN);
		CHECK_EQ(user_resume(), USER_EXITED);
		CHECK_EQ(user_get(W_RESULT), 42);
		CHECK_EQ(user_get(W_SPOILED), 0);
	}
}

static unsigned diverted;

static void
divert(void)
{
	/* The second return to user mode is that from the call. */
	if (user.befores == 2) {
		diverted++;
		pv_uframe_set_pc(pv_thread_uframe(&user.thread), user_at(user_exit));
	}
}

USER_CASE(before_user_may_divert)
{
	for (uintptr_t way = 0; way < (user_has_fast_way() ? 2 : 1); way++) {
		memset(&call, 0, sizeof(call));
		diverted = 0;
		user.befores = 0;
		user.on_call = record_call;
		user.before_user = divert;
		user_set(W_WAY, way);
		CHECK_EQ(user_start(user_twice), USER_EXITED);
		CHECK_EQ(diverted, 1);
		CHECK_EQ(call.count, 1);
	}
}

/* -- memory from user mode ---------------------------------------------------------------- */

static void
expect_fault(const char *program, uintptr_t address, unsigned access)
{
	user_set(W_ADDRESS, address);
	CHECK_EQ(user_start(program), USER_TRAPPED);
	CHECK_EQ(user.trap.cause, PV_CAUSE_PAGE_FAULT);
	CHECK((user.trap.access & PV_ACCESS_USER) != 0);
	if ((user.trap.access & PV_ACCESS_UNKNOWN) == 0)
		CHECK_EQ(user.trap.access & (PV_ACCESS_READ | PV_ACCESS_WRITE | PV_ACCESS_EXEC), access);
	CHECK_EQ(user.trap.address & ~PV_PAGE_MASK, address & ~PV_PAGE_MASK);
}

static const uint32_t kernel_constant = 0x600df00d;
static volatile uint32_t kernel_variable = 0x600df00d;

USER_CASE(kernel_is_not_readable)
{
	expect_fault(user_read, (uintptr_t)&kernel_constant, PV_ACCESS_READ);
}

USER_CASE(kernel_is_not_writable)
{
	expect_fault(user_write, (uintptr_t)&kernel_variable, PV_ACCESS_WRITE);
	CHECK_EQ(kernel_variable, 0x600df00d);
}

USER_CASE(kernel_is_not_executable)
{
	user_set(W_ADDRESS, (uintptr_t)pv_syscall_ways);
	CHECK_EQ(user_start(user_jump), USER_TRAPPED);
	CHECK_EQ(user.trap.cause, PV_CAUSE_PAGE_FAULT);
	CHECK_EQ(user.trap.pc, (uintptr_t)pv_syscall_ways);
}

USER_CASE(own_kernel_stack_is_not_writable)
{
	user_set(W_VALUE, 0x41414141);
	expect_fault(user_write, (uintptr_t)pv_thread_uframe(&user.thread), PV_ACCESS_WRITE);
}

USER_CASE(hole_is_not_readable)
{
	expect_fault(user_read, USER_HOLE, PV_ACCESS_READ);
	CHECK((user.trap.access & PV_ACCESS_PRESENT) == 0);
}

USER_CASE(constant_is_not_writable)
{
	expect_fault(user_write, USER_CONSTANT, PV_ACCESS_WRITE);
	CHECK((user.trap.access & PV_ACCESS_PRESENT) != 0);
}

USER_CASE(data_is_not_executable)
{
	if (!pv_has(PV_CAP_NX))
		SKIP("pages cannot be made not executable here");
	expect_fault(user_jump, USER_DATA, PV_ACCESS_EXEC);
}

static unsigned demands;

static bool
map_on_demand(struct pv_trap *trap, void *arg)
{
	uintptr_t page = trap->address & ~PV_PAGE_MASK;
	pv_paddr frame;
	uint32_t *word;
	const struct pv_hooks *h = pv_hooks_get();

	(void)arg;
	if (page < USER_HOLE || page >= USER_HOLE + 4 * PV_PAGE_SIZE ||
	    (trap->access & PV_ACCESS_PRESENT) != 0)
		return false;
	demands++;
	frame = suite_page();
	word = h->map_frame(h->context, frame);
	word[0] = 0x0dd0e5;
	h->unmap_frame(h->context, word);
	return pv_space_map(&user.space, pv_va(page), frame, PV_PAGE_SIZE,
	    PV_PROT_READ | PV_PROT_WRITE | PV_PROT_USER) == PV_OK;
}

USER_CASE(fault_is_resolved)
{
	demands = 0;
	CHECK_OK(pv_trap_set(PV_CAUSE_PAGE_FAULT, map_on_demand, NULL));
	user_set(W_ADDRESS, USER_HOLE);
	user_set(W_COUNT, 0);
	CHECK_EQ(user_start(user_touch), USER_EXITED);
	user_hole_free();
	CHECK_EQ(demands, 1);
	CHECK_EQ(user_get(W_VALUE) & 0xffffffff, 0x0dd0e5);
	CHECK_EQ(user_get(W_SPOILED), 0);
	CHECK_EQ(user_get(W_COUNT) & 0xff, 0);
}

/* -- other traps ------------------------------------------------------------------------------ */

USER_CASE(illegal_is_a_cause)
{
	CHECK_EQ(user_start(user_illegal), USER_TRAPPED);
	CHECK_EQ(user.trap.cause, PV_CAUSE_ILLEGAL);
	CHECK_EQ(user.trap.pc, user_at(user_illegal));
	CHECK_EQ(user.trap.sp, USER_STACK_TOP);
}

USER_CASE(divide_is_a_cause)
{
	CHECK_EQ(user_start(user_divide), USER_TRAPPED);
	CHECK_EQ(user.trap.cause, PV_CAUSE_DIVIDE);
}

USER_CASE(breakpoint_is_a_cause)
{
	CHECK_EQ(user_start(user_breakpoint), USER_TRAPPED);
	CHECK_EQ(user.trap.cause, PV_CAUSE_BREAKPOINT);
	/* It did what it was for: the program goes on behind it. */
	CHECK_EQ(user_resume(), USER_EXITED);
}

/* A trap that the hook lets go on at another place. */
USER_CASE(trap_goes_on_elsewhere)
{
	CHECK_EQ(user_start(user_illegal), USER_TRAPPED);
	pv_trap_set_pc(&user.trap, user_at(user_exit));
	CHECK_EQ(user_resume(), USER_EXITED);
}

static volatile bool alarm_came;
static uintptr_t count_seen;

static void
alarm_handler(struct pv_timer *timer, void *arg)
{
	(void)timer;
	(void)arg;
	alarm_came = true;
}

/* Only once the program has run since: an alarm may come before it could. */
static void
take_on_alarm(void)
{
	if (alarm_came && user_get(W_COUNT) != count_seen) {
		alarm_came = false;
		user_leave(USER_TAKEN);
	}
}

static void
spin_and_be_taken(void)
{
	enum user_end end;
	unsigned again = 0;

	CHECK_EQ(user_start(user_spin), USER_TAKEN);
	for (unsigned i = 0; i < 3; i++) {
		count_seen = user_get(W_COUNT);
		CHECK(count_seen > 0);
		CHECK_EQ(user_resume(), USER_TAKEN);
		CHECK(user_get(W_COUNT) > count_seen);
	}
	user_set(W_STOP, 1);
	/* An alarm that is due already may take it once more before it sees the word. */
	do
		end = user_resume();
	while (end == USER_TAKEN && ++again < 100);
	CHECK_EQ(end, USER_EXITED);
	CHECK_EQ(user_get(W_SPOILED), 0);
}

/* A program that never asks for anything is interrupted, put aside, and goes on unharmed. */
USER_CASE(interrupt_takes_cpu_away)
{
	static struct pv_timer timer = { .handler = alarm_handler };

	alarm_came = false;
	count_seen = 0;
	user.before_user = take_on_alarm;
	CHECK_OK(pv_timer_set(&timer, PV_TIMER_REAL, pv_time_ns() + PV_NS_PER_MS, 2 * PV_NS_PER_MS));
	spin_and_be_taken();
	CHECK(pv_timer_cancel(&timer));
}

static const struct suite_case cases[] = {
	{ "enters_and_exits", enters_and_exits, "pv_user_enter user.enter pv_uframe_init", 0 },
	{ "enters_with_gate_open", enters_with_gate_open, "pv_user_enter", CASE_ONCE },
	{ "before_user_is_asked", before_user_is_asked, "pv_user_enter pv_hooks_set", CASE_ONCE },
	{ "call_plain", call_plain,
	    "user.init pv_uframe_call_nr pv_uframe_call_arg pv_uframe_set_result", 0 },
	{ "call_plain_fails", call_plain_fails, "pv_uframe_set_result", CASE_ONCE },
	{ "call_plain_restarts", call_plain_restarts, "pv_uframe_restart_call", CASE_ONCE },
	{ "call_fast", call_fast,
	    "user.init pv_uframe_call_nr pv_uframe_call_arg pv_uframe_set_result", 0 },
	{ "call_fast_fails", call_fast_fails, "pv_uframe_set_result", CASE_ONCE },
	{ "call_fast_restarts", call_fast_restarts, "pv_uframe_restart_call", CASE_ONCE },
	{ "ways_are_named", ways_are_named, "user.ways pv_syscall_ways", CASE_ONCE },
	{ "handler_is_set_once", handler_is_set_once, "pv_syscall_set", CASE_ONCE },
	{ "call_may_sleep", call_may_sleep, "pv_thread_switch user.init", 0 },
	{ "before_user_may_divert", before_user_may_divert, "pv_uframe_set_pc", CASE_ONCE },
	{ "kernel_is_not_readable", kernel_is_not_readable, "pv_space_create", CASE_ONCE },
	{ "kernel_is_not_writable", kernel_is_not_writable, "pv_space_create", CASE_ONCE },
	{ "kernel_is_not_executable", kernel_is_not_executable, "pv_space_create", CASE_ONCE },
	{ "own_kernel_stack_is_not_writable", own_kernel_stack_is_not_writable, "pv_thread_init", CASE_ONCE },
	{ "hole_is_not_readable", hole_is_not_readable, "pv_space_map", CASE_ONCE },
	{ "constant_is_not_writable", constant_is_not_writable, "pv_space_protect", CASE_ONCE },
	{ "data_is_not_executable", data_is_not_executable, "pv_space_protect", CASE_ONCE },
	{ "fault_is_resolved", fault_is_resolved, "pv_trap_set", 0 },
	{ "illegal_is_a_cause", illegal_is_a_cause, "pv_trap_set", CASE_ONCE },
	{ "divide_is_a_cause", divide_is_a_cause, "pv_trap_set", CASE_ONCE },
	{ "breakpoint_is_a_cause", breakpoint_is_a_cause, "pv_trap_set", CASE_ONCE },
	{ "trap_goes_on_elsewhere", trap_goes_on_elsewhere, "pv_trap_set_pc", CASE_ONCE },
	{ "interrupt_takes_cpu_away", interrupt_takes_cpu_away, "pv_thread_switch", 0 },
};

SUITE(suite_user, "user", cases);
