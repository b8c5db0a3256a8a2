/*
 * Register windows of programs, on good stacks and on bad ones; what of the kernel is
 * left in the register file; and the causes of what programs may not do.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../user/world.h"

extern const char user_s_deep[], user_s_spill[], user_s_fill[], user_s_fill_at[], user_s_lazy[];
extern const char user_s_lazy_at[], user_s_secrets[], user_s_fprs[];
extern const char user_s_misaligned_load[], user_s_misaligned_store[], user_s_misaligned_jump[];
extern const char user_s_read_pil[], user_s_write_tba[], user_s_done[], user_s_saved[], user_s_physical[];
extern const char user_s_secondary[], user_s_tag_overflow[], user_s_software[], user_s_tick_compare[];
extern const char user_s_set_softint[];


/* A program that looks at all its registers, its stack pointer too. */
USER_CASE(enters_on_its_stack)
{
	user_set(W_STOP, 1);
	CHECK_EQ(user_start(user_spin), USER_EXITED);
	CHECK_EQ(user_get(W_SPOILED), 0);
}

/* -- stacks that are not there yet --------------------------------------------------------------- */

static unsigned demands;

static bool
map_on_demand(struct pv_trap *trap, void *arg)
{
	uintptr_t page = pv_page_down(trap->address);

	(void)arg;
	if (page < USER_HOLE || page >= USER_HOLE + 4 * PV_PAGE_SIZE)
		return false;
	demands++;
	return pv_space_map(&user.space, pv_va(page), suite_page(), PV_PAGE_SIZE,
	    PV_PROT_READ | PV_PROT_WRITE | PV_PROT_USER) == PV_OK;
}

USER_CASE(stack_on_demand)
{
	enum user_end end;

	demands = 0;
	CHECK_OK(pv_trap_set(PV_CAUSE_PAGE_FAULT, map_on_demand, NULL));
	user_set(W_ADDRESS, USER_HOLE + 3 * PV_PAGE_SIZE - 256);
	user_set(W_COUNT, 80);			/* of 176 bytes: almost two pages */
	end = user_start(user_s_deep);
	user_hole_free();
	CHECK_EQ(end, USER_EXITED);
	CHECK_EQ(user_get(W_SPOILED), 0);
	CHECK_EQ(demands, 2);
}

/* -- stacks that are none ------------------------------------------------------------------------- */

static const struct {
	uintptr_t sp;
	enum pv_cause cause;
} bad_stacks[] = {
	{ USER_HOLE, PV_CAUSE_PAGE_FAULT },
	{ 0x10000, PV_CAUSE_PAGE_FAULT },
	{ (uintptr_t)0xfffff80000000000, PV_CAUSE_PAGE_FAULT },		/* the kernel's direct map */
	{ (uintptr_t)0x0000100000000000, PV_CAUSE_PAGE_FAULT },		/* no address at all */
	{ (uintptr_t)0xffffffffffffff00, PV_CAUSE_PAGE_FAULT },
	{ USER_DATA + 4, PV_CAUSE_ALIGNMENT },
	{ USER_STACK_TOP - 1, PV_CAUSE_ALIGNMENT },			/* as of 32-bit code, without the bias */
};

/* A fault of the program's, in the page of its bad stack. */
static void
expect_bad(enum user_end end, unsigned i)
{
	CHECK_EQ(end, USER_TRAPPED);
	CHECK_EQ(user.trap.cause, bad_stacks[i].cause);
	CHECK((user.trap.access & PV_ACCESS_USER) != 0);
	if (bad_stacks[i].cause == PV_CAUSE_PAGE_FAULT)
		CHECK_EQ(pv_page_down(user.trap.address), pv_page_down(bad_stacks[i].sp));
}

USER_CASE(spill_to_bad_stack)
{
	for (unsigned i = 0; i < sizeof(bad_stacks) / sizeof(bad_stacks[0]); i++) {
		user_set(W_ADDRESS, bad_stacks[i].sp);
		expect_bad(user_start(user_s_spill), i);
	}
}

USER_CASE(spill_to_constants)
{
	user_set(W_ADDRESS, USER_CONSTANT + 256);
	CHECK_EQ(user_start(user_s_spill), USER_TRAPPED);
	CHECK_EQ(user.trap.cause, PV_CAUSE_PAGE_FAULT);
	CHECK((user.trap.access & (PV_ACCESS_WRITE | PV_ACCESS_UNKNOWN)) != 0);
	CHECK((user.trap.access & PV_ACCESS_PRESENT) != 0);
}

USER_CASE(fill_from_bad_stack)
{
	for (unsigned i = 0; i < sizeof(bad_stacks) / sizeof(bad_stacks[0]); i++) {
		user_set(W_ADDRESS, bad_stacks[i].sp);
		expect_bad(user_start(user_s_fill), i);
		CHECK_EQ(user.trap.pc, user_at(user_s_fill_at));
	}
}

/* Enough functions to need every window. */
static unsigned __attribute__((noinline))
deep(unsigned n)
{
	volatile unsigned here = n;

	return n == 0 ? 0 : deep(n - 1) + here;
}

static void
deep_call(struct pv_uframe *f)
{
	pv_uframe_set_result(f, deep(12), false);
}

/* The kernel puts the windows away for its own needs; it fails on the way back, in nobody's instruction. */
USER_CASE(kernel_meets_bad_stack)
{
	for (unsigned i = 0; i < sizeof(bad_stacks) / sizeof(bad_stacks[0]); i++) {
		user.on_call = deep_call;
		user_set(W_RESULT, 0);
		user_set(W_ADDRESS, bad_stacks[i].sp);
		expect_bad(user_start(user_s_lazy), i);
		CHECK_EQ(user.trap.pc, user_at(user_s_lazy_at));
		/* A kernel that lets it go on: it has lost these functions, and finds out when it goes back to them. */
		CHECK_EQ(user_resume(), USER_TRAPPED);
		CHECK_EQ(user_get(W_RESULT), 78);
		CHECK_EQ(user_get(W_SPOILED), 0);
		CHECK((user.trap.access & PV_ACCESS_USER) != 0);
	}
}

/* The same stack pages, but mapped by the time that the kernel writes there. */
USER_CASE(kernel_meets_stack_on_demand)
{
	enum user_end end;

	demands = 0;
	CHECK_OK(pv_trap_set(PV_CAUSE_PAGE_FAULT, map_on_demand, NULL));
	user.on_call = deep_call;
	user_set(W_ADDRESS, USER_HOLE + 512);
	end = user_start(user_s_lazy);
	user_hole_free();
	CHECK_EQ(end, USER_EXITED);
	CHECK_EQ(user_get(W_RESULT), 78);
	CHECK_EQ(demands, 1);
}

static void
shallow_call(struct pv_uframe *f)
{
	pv_uframe_set_result(f, 1, false);
}

/* Of a kernel that needed them all, and of one that left the program's where they were. */
USER_CASE(windows_show_nothing)
{
	user.on_call = deep_call;
	CHECK_EQ(user_start(user_s_secrets), USER_EXITED);
	CHECK_EQ(user_get(W_SPOILED), 0);
	user.on_call = shallow_call;
	CHECK_EQ(user_start(user_s_secrets), USER_EXITED);
	CHECK_EQ(user_get(W_SPOILED), 0);
}

static unsigned ticks;

static void
deep_tick(struct pv_timer *timer, void *arg)
{
	(void)timer;
	(void)arg;
	ticks += deep(ticks % 12) < 100;
}

/*
 * Interrupts anywhere in a program whose windows come and go, with handlers that need few windows or
 * all: on the way back some are in the register file, some in the frame, or all of either.
 */
USER_CASE(interrupts_among_windows)
{
	static struct pv_timer timer = { .handler = deep_tick };
	/* On a busy machine the emulator's timer comes seldom: then fewer do, and not for ever. */
	uint64_t end = pv_time_ns() + 3 * PV_NS_PER_SEC;

	ticks = 0;
	user_set(W_ADDRESS, USER_STACK_TOP - 64);
	user_set(W_COUNT, 20);
	CHECK_OK(pv_timer_set(&timer, PV_TIMER_REAL, pv_time_ns() + PV_NS_PER_US, 37 * PV_NS_PER_US));
	while (ticks < 1000 && pv_time_ns() < end)
		if (user_start(user_s_deep) != USER_EXITED || user_get(W_SPOILED) != 0)
			break;
	CHECK(pv_timer_cancel(&timer));
	CHECK_EQ(user.ended, USER_EXITED);
	CHECK_EQ(user_get(W_SPOILED), 0);
	CHECK(ticks >= 20);
}

/* -- the FPU's other switch ------------------------------------------------------------------------- */

static uint8_t fpu_state[512] __attribute__((aligned(64)));
static uint8_t second_stack[2 * PV_STACK_MIN] __attribute__((aligned(64)));
static unsigned fpu_traps;

static bool
fpu_off(struct pv_trap *trap, void *arg)
{
	(void)arg;
	if ((trap->access & PV_ACCESS_USER) == 0 || user.thread.fpu == NULL)
		return false;
	fpu_traps++;
	pv_switch_fpu(true);
	pv_fpu_restore(user.thread.fpu);
	user.thread.fpu_owned = true;
	return true;
}

static void
yield_call(struct pv_uframe *f)
{
	(void)f;
	user_leave(USER_TAKEN);
}

static void
give_fpu(struct pv_uframe *f)
{
	(void)f;
	user.thread.fpu = fpu_state;
}

/* One that has the FPU goes on, after one that has not turned off what it can. */
USER_CASE(fprs_is_not_the_switch)
{
	struct pv_thread first;

	fpu_traps = 0;
	pv_fpu_init(fpu_state);
	CHECK_OK(pv_trap_set(PV_CAUSE_FPU_OFF, fpu_off, NULL));
	user.on_call = yield_call;
	user.prepare = give_fpu;
	user_set(W_VALUE, 0x1234);
	CHECK_EQ(user_start(user_fpu), USER_TAKEN);
	first = user.thread;
	user.prepare = NULL;
	CHECK_OK(pv_thread_init(&user.thread, second_stack, sizeof(second_stack), (void (*)(void *))pv_user_enter,
	    NULL));
	user.thread.space = &user.space;
	pv_uframe_init(pv_thread_uframe(&user.thread), user_at(user_s_fprs), USER_STACK_TOP);
	CHECK_EQ(user_resume(), USER_TAKEN);
	user.thread = first;
	CHECK_EQ(user_resume(), USER_EXITED);
	CHECK_EQ(user_get(W_SPOILED), 0);
	CHECK_EQ(fpu_traps, 1);
}

/* -- causes ------------------------------------------------------------------------------------------ */

static const struct {
	const char *program;
	enum pv_cause cause;
} causes[] = {
	{ user_s_misaligned_load, PV_CAUSE_ALIGNMENT }, { user_s_misaligned_store, PV_CAUSE_ALIGNMENT },
	{ user_s_misaligned_jump, PV_CAUSE_ALIGNMENT }, { user_s_read_pil, PV_CAUSE_PROTECTION },
	{ user_s_write_tba, PV_CAUSE_PROTECTION }, { user_s_done, PV_CAUSE_PROTECTION },
	{ user_s_saved, PV_CAUSE_PROTECTION }, { user_s_physical, PV_CAUSE_PROTECTION },
	{ user_s_secondary, PV_CAUSE_PROTECTION }, { user_s_tag_overflow, PV_CAUSE_OVERFLOW },
	{ user_s_software, PV_CAUSE_UNKNOWN }, { user_s_tick_compare, PV_CAUSE_PROTECTION },
	{ user_s_set_softint, PV_CAUSE_PROTECTION },
};

/* Privileged opcodes may also be called illegal. */
static bool
is_cause(enum pv_cause cause, enum pv_cause wanted)
{
	return cause == wanted || (wanted == PV_CAUSE_PROTECTION && cause == PV_CAUSE_ILLEGAL);
}

USER_CASE(causes_are_told)
{
	for (unsigned i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		enum user_end end = user_start(causes[i].program);

		if (end != USER_TRAPPED || !is_cause(user.trap.cause, causes[i].cause)) {
			suite_fail(__FILE__, __LINE__, "program %u ended by %u, cause %s", i, (unsigned)end,
			    pv_cause_name(user.trap.cause));
			return;
		}
	}
}

USER_CASE(alignment_says_where)
{
	CHECK_EQ(user_start(user_s_misaligned_load), USER_TRAPPED);
	CHECK(user.trap.address == 0 || user.trap.address == USER_DATA + 4);
}

static const struct suite_case cases[] = {
	{ "enters_on_its_stack", enters_on_its_stack, "user.enter pv_user_enter", 0 },
	{ "stack_on_demand", stack_on_demand, "pv_trap_set", 0 },
	{ "spill_to_bad_stack", spill_to_bad_stack, "pv_user_enter", 0 },
	{ "spill_to_constants", spill_to_constants, "pv_space_protect", CASE_ONCE },
	{ "fill_from_bad_stack", fill_from_bad_stack, "pv_user_enter", 0 },
	{ "kernel_meets_bad_stack", kernel_meets_bad_stack, "user.enter pv_user_enter", 0 },
	{ "kernel_meets_stack_on_demand", kernel_meets_stack_on_demand, "user.enter pv_user_enter", 0 },
	{ "interrupts_among_windows", interrupts_among_windows, "pv_user_enter pv_timer_set", CASE_ONCE },
	{ "windows_show_nothing", windows_show_nothing, "pv_user_enter", 0 },
	{ "fprs_is_not_the_switch", fprs_is_not_the_switch, "cpu.switch_fpu pv_switch_fpu", CASE_ONCE },
	{ "causes_are_told", causes_are_told, "pv_trap_set", CASE_ONCE },
	{ "alignment_says_where", alignment_says_where, "pv_trap_set", CASE_ONCE },
};

SUITE(suite_windows, "windows", cases);
