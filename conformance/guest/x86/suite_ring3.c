/*
 * User mode on x86: what it may not do, and ways to make the kernel stumble on its
 * way in or out.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include <pv/x86/desc.h>
#include <pv/syscall.h>
#include PV_ISA_HEADER(frame.h)
#include "../capture.h"
#include "ring3.h"

const struct pv_frame *
ring3_frame(void)
{
	return (const struct pv_frame *)(const void *)pv_thread_uframe(&user.thread);
}

/* -- instructions -------------------------------------------------------------------- */

extern const char user_x_hlt[], user_x_cli[], user_x_sti[], user_x_in[], user_x_out[], user_x_rdmsr[];
extern const char user_x_wrmsr[], user_x_lgdt[], user_x_lidt[], user_x_ltr[], user_x_invlpg[], user_x_cr0[];
extern const char user_x_cr3[], user_x_dr7[], user_x_clts[], user_x_wbinvd[], user_x_int_timer[];
extern const char user_x_int_pf[];
extern const char user_x_flags[], user_x_selectors[], user_x_step[], user_x_align[];

USER_CASE(privileged_instructions)
{
	static const struct {
		const char *name, *program;
	} list[] = {
#define X(name)	{ #name, user_x_##name }
		X(hlt), X(cli), X(sti), X(in), X(out), X(rdmsr), X(wrmsr), X(lgdt), X(lidt), X(ltr), X(invlpg),
		X(cr0), X(cr3), X(dr7), X(clts), X(int_timer), X(int_pf),
	};

	for (unsigned i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		if (user_start(list[i].program) != USER_TRAPPED || user.trap.cause != PV_CAUSE_PROTECTION) {
			suite_fail(__FILE__, __LINE__, "%s is not refused: %s", list[i].name,
			    user.ended == USER_TRAPPED ? pv_cause_name(user.trap.cause) : "it went through");
			return;
		}
	}
}

/* On its own: an emulator that forgets about it keeps the others tested. */
USER_CASE(cache_flush_is_privileged)
{
	if (user_start(user_x_wbinvd) != USER_TRAPPED)
		SKIP("this CPU lets ring 3 flush caches");
	CHECK_EQ(user.trap.cause, PV_CAUSE_PROTECTION);
}

/* -- flags ------------------------------------------------------------------------------ */

static uintptr_t kernel_flags;

static void
look_at_flags(struct pv_uframe *f)
{
	(void)f;
	__asm__ volatile("pushf\n\tpop %0" : "=r" (kernel_flags));
}

#define FLAG_TF		0x100u
#define FLAG_IF		0x200u
#define FLAG_DF		0x400u
#define FLAG_IOPL	0x3000u
#define FLAG_NT		0x4000u
#define FLAG_AC		0x40000u

static void
call_with_flags(uintptr_t way, uintptr_t flags)
{
	/* AC means nothing to the kernel where there is no SMAP that it would switch off. */
	uintptr_t ac = (pv_cr4_read() & PV_CR4_SMAP) != 0 ? FLAG_AC : 0;

	user.on_call = look_at_flags;
	user_set(W_WAY, way);
	user_set(W_FLAGS, flags);
	CHECK_EQ(user_start(user_x_flags), USER_EXITED);
	/* The kernel runs with flags of its own, the program gets its own back. */
	CHECK_EQ(kernel_flags & (FLAG_TF | FLAG_DF | FLAG_IOPL | FLAG_NT | ac), 0);
	CHECK((kernel_flags & FLAG_IF) != 0);
	CHECK_EQ(user_get(W_FLAGS) & (FLAG_DF | FLAG_AC | FLAG_IF), (flags & (FLAG_DF | FLAG_AC)) | FLAG_IF);
	CHECK_EQ(user_get(W_FLAGS) & FLAG_IOPL, 0);
}

USER_CASE(flags_over_a_call)
{
	static const uintptr_t flags[] = { 0x202, 0x202 | FLAG_DF, 0x202 | FLAG_AC, 0x202 | FLAG_NT,
	    0x202 | FLAG_IOPL, 0x002, 0x202 | FLAG_NT | FLAG_AC | FLAG_DF };

	for (uintptr_t way = 0; way < (user_has_fast_way() ? 2 : 1); way++)
		for (unsigned i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
			call_with_flags(way, flags[i]);
}

/* -- I/O privilege ------------------------------------------------------------------------ */

static unsigned privilege;
/* What the flags say of it: nothing where the layer below looks after it. */
#define SHOWN_IOPL	(pv_has(PV_CAP_DIRECT_TABLES) ? 0 : FLAG_IOPL)
static uintptr_t flags_of_calls[2];
static unsigned nr_calls;

/* The first call asks for it. */
static void
ask_for_privilege(struct pv_uframe *f)
{
	(void)f;
	flags_of_calls[nr_calls++ & 1] = ring3_flags();
	if (nr_calls == 1)
		CHECK_OK(pv_iopl_set(privilege));
}

USER_CASE(io_privilege_goes_with_the_thread)
{
	if (!pv_has(PV_CAP_PORTS))
		SKIP("no ports");
	user.on_call = ask_for_privilege;
	for (uintptr_t way = 0; way < (user_has_fast_way() ? 2 : 1); way++) {
		user_set(W_WAY, way);
		user_set(W_FLAGS, 0x202);
		privilege = 3;
		nr_calls = 0;
		CHECK_EQ(user_start(user_x_flags), USER_EXITED);
		CHECK_EQ(user_get(W_FLAGS) & SHOWN_IOPL, SHOWN_IOPL);
		/* Another thread begins without it; another call keeps it. */
		nr_calls = 0;
		CHECK_EQ(user_start(user_twice), USER_EXITED);
		CHECK_EQ(flags_of_calls[0] & SHOWN_IOPL, 0);
		CHECK_EQ(flags_of_calls[1] & SHOWN_IOPL, SHOWN_IOPL);
	}
}

static void
raise_privilege(void)
{
	CHECK_OK(pv_iopl_set(privilege));
}

USER_CASE(io_privilege_opens_the_ports)
{
	if (!pv_has(PV_CAP_PORTS))
		SKIP("no ports");
	user.before_user = raise_privilege;
	privilege = 3;
	CHECK_EQ(user_start(user_x_in), USER_EXITED);
	/* Another thread has none, nor has one that gave it back. */
	user.before_user = NULL;
	CHECK_EQ(user_start(user_x_in), USER_TRAPPED);
	user.before_user = raise_privilege;
	privilege = 0;
	CHECK_EQ(user_start(user_x_in), USER_TRAPPED);
	CHECK_EQ(user.trap.cause, PV_CAUSE_PROTECTION);
}

/* A port by itself, seen from where it counts; CASE_ONCE: a bitmap is this CPU's, not the thread's. */
USER_CASE(permitted_port_opens)
{
	enum user_end before, with, other, after;
	pv_status s, t;

	if (!pv_has(PV_CAP_PORTS)) {
		CHECK_STATUS(pv_port_permit(0x3f8, 1, true), PV_E_ABSENT);
		return;
	}
	before = user_start(user_x_in);
	s = pv_port_permit(0x3f8, 1, true);
	with = user_start(user_x_in);
	t = pv_port_permit(0x3f8, 1, false);
	after = user_start(user_x_in);
	CHECK_OK(s);
	CHECK_OK(t);
	CHECK_OK(pv_port_permit(0x3f9, 7, true));
	other = user_start(user_x_in);
	CHECK_OK(pv_port_permit(0x3f9, 7, false));
	CHECK_EQ(before, USER_TRAPPED);
	CHECK_EQ(with, USER_EXITED);
	CHECK_EQ(other, USER_TRAPPED);
	CHECK_EQ(after, USER_TRAPPED);
}

/* -- single steps --------------------------------------------------------------------------- */

static unsigned steps, kernel_steps;

static bool
on_step(struct pv_trap *trap, void *arg)
{
	(void)arg;
	steps++;
	if ((trap->access & PV_ACCESS_USER) == 0)
		kernel_steps++;
	return steps < 1000;
}

USER_CASE(single_step_over_a_call)
{
	user.on_call = look_at_flags;
	for (uintptr_t way = 0; way < (user_has_fast_way() ? 2 : 1); way++) {
		pv_status s = pv_trap_set(PV_CAUSE_STEP, on_step, NULL);

		CHECK_OK(s);
		steps = kernel_steps = 0;
		kernel_flags = FLAG_TF;
		user_set(W_WAY, way);
		if (user_start(user_x_step) != USER_EXITED)
			suite_fail(__FILE__, __LINE__, "the program did not reach its end");
		(void)pv_trap_set(PV_CAUSE_STEP, NULL, NULL);
		CHECK_EQ(kernel_steps, 0);
		CHECK(steps >= 3);
		CHECK_EQ(kernel_flags & FLAG_TF, 0);
	}
}

/* The handler of a debug trap sleeps, and another one comes meanwhile, in the kernel. */
static bool
on_step_sleep(struct pv_trap *trap, void *arg)
{
	(void)arg;
	steps++;
	if ((trap->access & PV_ACCESS_USER) == 0)
		kernel_steps++;
	else
		user_leave(USER_TAKEN);
	return steps < 1000;
}

static void
step_in_kernel(void)
{
	uintptr_t flags, with;

	__asm__ volatile(
	    "pushf\n\t"
	    "pop %0\n\t"
	    "mov %0, %1\n\t"
	    "or $0x100, %1\n\t"
	    "push %1\n\t"
	    "popf\n\t"
	    "nop\n\t"
	    "push %0\n\t"
	    "popf" : "=&r" (flags), "=&r" (with) : : "cc", "memory");
}

static void
run_to_the_end(void)
{
	enum user_end end = user_start(user_x_step);

	for (unsigned i = 0; end == USER_TAKEN && i < 100; i++) {
		step_in_kernel();
		end = user_resume();
	}
	CHECK_EQ(end, USER_EXITED);
	CHECK(kernel_steps >= 3 && steps > kernel_steps);
}

USER_CASE(debug_trap_may_sleep)
{
	CHECK_OK(pv_trap_set(PV_CAUSE_STEP, on_step_sleep, NULL));
	steps = kernel_steps = 0;
	run_to_the_end();
	(void)pv_trap_set(PV_CAUSE_STEP, NULL, NULL);
}

/* Debug traps have a small stack of their own: a handler that prints has room on it. */
static bool
on_step_print(struct pv_trap *trap, void *arg)
{
	(void)arg;
	kernel_steps++;
	pv_printf("a step at 0x%lx, %s, %llu ns after the start:\n", (unsigned long)trap->pc,
	    pv_cause_name(trap->cause), (unsigned long long)pv_time_ns());
	pv_trap_print(trap);
	return kernel_steps < 100;
}

static void
debug_trap_may_print(void)
{
	const char *text;

	CHECK_OK(pv_trap_set(PV_CAUSE_STEP, on_step_print, NULL));
	kernel_steps = 0;
	suite_capture_begin();
	step_in_kernel();
	text = suite_capture_end();
	(void)pv_trap_set(PV_CAUSE_STEP, NULL, NULL);
	CHECK(kernel_steps >= 3 && kernel_steps < 100);
	CHECK(suite_text_has(text, "a step at 0x") && suite_text_has(text, sizeof(void *) == 8 ? "rflags" : "eflags"));
}

USER_CASE(alignment_is_a_cause)
{
	uintptr_t cr0 = pv_cr0_read();
	enum user_end end;

	/* A layer below has it on already, or has it off for good. */
	if (!pv_has(PV_CAP_DIRECT_TABLES))
		CHECK_OK(pv_cr0_write(cr0 | PV_CR0_AM));
	end = user_start(user_x_align);
	if (!pv_has(PV_CAP_DIRECT_TABLES))
		CHECK_OK(pv_cr0_write(cr0));
	if (end == USER_EXITED)
		SKIP("this CPU does not check alignment");
	CHECK_EQ(end, USER_TRAPPED);
	CHECK_EQ(user.trap.cause, PV_CAUSE_ALIGNMENT);
}

/* -- what comes back from user memory ------------------------------------------------------ */

static struct pv_user_context forged;
static pv_status pushed, popped;

static void
forge_calls(struct pv_uframe *f)
{
	if (pv_uframe_call_nr(f) == CALL_SIGNAL) {
		pushed = pv_uframe_push_signal(f, user_at(user_handler), 1, user_at(user_trampoline));
		return;
	}
	if (pv_copyin(&forged, pv_uframe_call_arg(f, 0), sizeof(forged)) != PV_OK)
		return;
	ring3_forge(&forged, user_at(user_exit), USER_STACK_TOP);
	if (pv_copyout(USER_DATA + 1024, &forged, sizeof(forged)) == PV_OK)
		popped = pv_uframe_pop_signal(f, USER_DATA + 1024);
	user_leave(USER_TAKEN);
}

/* A context that asks for all of the kernel's rights gets none of them, and still runs. */
USER_CASE(forged_context_is_harmless)
{
	pushed = popped = PV_E_TIMEOUT;
	user.on_call = forge_calls;
	CHECK_EQ(user_start(user_signal), USER_TAKEN);
	CHECK_OK(pushed);
	CHECK_OK(popped);
	CHECK_EQ(ring3_frame()->cs & 3, 3);
	CHECK_EQ(ring3_frame()->ss & 3, 3);
	CHECK_EQ(ring3_flags() & (FLAG_IF | FLAG_IOPL | FLAG_NT | 0x1b0000u), FLAG_IF);
	CHECK_EQ(user_resume(), ring3_forged_end);
}

/* -- SMEP and SMAP ------------------------------------------------------------------------------ */

static bool
feature7(unsigned bit)
{
	uint32_t r[4];

	pv_cpuid(0, 0, r);
	if (r[0] < 7)
		return false;
	pv_cpuid(7, 0, r);
	return (r[1] >> bit & 1) != 0;
}

static void
read_word(void *arg)
{
	(void)*(volatile uint32_t *)arg;
}

static void
run_word(void *arg)
{
	void (*fn)(void);

	memcpy(&fn, &arg, sizeof(fn));
	fn();
}

USER_CASE(kernel_keeps_off_user_data)
{
	struct pv_trap trap;

	if (!feature7(20))
		SKIP("this CPU has no SMAP");
	CHECK((pv_cr4_read() & PV_CR4_SMAP) != 0);
	CHECK(suite_catch(read_word, (void *)USER_DATA, &trap));
	CHECK_EQ(trap.cause, PV_CAUSE_PAGE_FAULT);
	/* And the copies know the way. */
	user_set(W_VALUE, 99);
	CHECK_EQ(user_get(W_VALUE), 99);
	CHECK(suite_catch(read_word, (void *)USER_DATA, &trap));
	CHECK_STATUS(pv_copyin(&trap, USER_HOLE, 8), PV_E_FAULT);
	CHECK(suite_catch(read_word, (void *)USER_DATA, &trap));
}

USER_CASE(kernel_does_not_run_user_code)
{
	struct pv_trap trap;

	if (!feature7(7))
		SKIP("this CPU has no SMEP");
	CHECK((pv_cr4_read() & PV_CR4_SMEP) != 0);
	CHECK(suite_catch(run_word, (void *)user_at(user_exit), &trap));
	CHECK_EQ(trap.cause, PV_CAUSE_PAGE_FAULT);
}

static const struct suite_case cases[] = {
	{ "privileged_instructions", privileged_instructions, "trap.init user.enter", CASE_ONCE },
	{ "cache_flush_is_privileged", cache_flush_is_privileged, "trap.init user.enter", CASE_ONCE },
	{ "flags_over_a_call", flags_over_a_call, "user.init", 0 },
	{ "single_step_over_a_call", single_step_over_a_call, "user.init", 0 },
	{ "debug_trap_may_sleep", debug_trap_may_sleep, "trap.init pv_thread_switch", 0 },
	{ "debug_trap_may_print", debug_trap_may_print, "trap.init", 0 },
	{ "io_privilege_goes_with_the_thread", io_privilege_goes_with_the_thread, "isa.iopl_set", 0 },
	{ "io_privilege_opens_the_ports", io_privilege_opens_the_ports, "isa.iopl_set", 0 },
	{ "permitted_port_opens", permitted_port_opens, "io.port_permit pv_port_permit", CASE_ONCE },
	{ "alignment_is_a_cause", alignment_is_a_cause, "pv_trap_set", CASE_ONCE },
	{ "forged_context_is_harmless", forged_context_is_harmless, "pv_uframe_pop_signal", 0 },
	{ "kernel_keeps_off_user_data", kernel_keeps_off_user_data, "pv_copyin pv_copyout", CASE_ONCE },
	{ "kernel_does_not_run_user_code", kernel_does_not_run_user_code, "pv_space_map", CASE_ONCE },
};

SUITE(suite_ring3, "ring3", cases);
