/*
 * The ways in and out of 64-bit user mode, at their edges.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include <pv/x86_64/frame.h>
#include <pv/x86_64/syscall.h>
#include "../x86/ring3.h"

#define NOT_AN_ADDRESS	0x0000800000000000ul

extern const char user_x_selectors[], user_x_sysenter[], user_x_compat[], user_x_swapgs[], user_x_sysret[];

uintptr_t
ring3_flags(void)
{
	return ring3_frame()->rflags;
}

const enum user_end ring3_forged_end = USER_EXITED;

void
ring3_forge(struct pv_user_context *c, uintptr_t pc, uintptr_t sp)
{
	c->rip = pc;
	c->rsp = sp;
	c->rflags = ~0ull & ~0x100ull;
	c->r11 = ~0ull;
}

static uintptr_t new_pc;

static void
change_pc(struct pv_uframe *f)
{
	pv_uframe_set_pc(f, new_pc);
}

static void
set_rcx(struct pv_uframe *f)
{
	struct pv_frame *r = (struct pv_frame *)(void *)f;

	/* As if the call had come from there: everything that SYSRET would look at fits. */
	pv_uframe_set_pc(f, new_pc);
	r->rcx = new_pc;
}

/* Whatever way it goes: a fault of the program, and the kernel and the next program are well. */
static void
expect_survived(uintptr_t pc)
{
	new_pc = pc;
	user_set(W_NR, CALL_TEST);
	CHECK_EQ(user_start(user_call), USER_TRAPPED);
	CHECK((user.trap.access & PV_ACCESS_USER) != 0);
	CHECK(user.trap.cause == PV_CAUSE_PROTECTION || user.trap.cause == PV_CAUSE_PAGE_FAULT);
	CHECK_EQ(user.trap.pc, pc);
	CHECK_EQ(user.trap.sp, USER_STACK_TOP);
	CHECK_EQ(ring3_frame()->r12, 0x1212121212121212);
	CHECK_EQ(pv_cpu()->self, (uintptr_t)pv_cpu());
	user.on_call = NULL;
	CHECK_EQ(user_start(user_exit), USER_EXITED);
}

USER_CASE(pc_that_is_no_address)
{
	static const uintptr_t pcs[] = { NOT_AN_ADDRESS, 0x8000000000000000ul, 0xffff7ffffffffffful,
	    PV_USER_END, PV_KERNEL_START };

	for (uintptr_t way = 0; way < 2; way++) {
		for (unsigned i = 0; i < sizeof(pcs) / sizeof(pcs[0]); i++) {
			user_set(W_WAY, way);
			user.on_call = change_pc;
			expect_survived(pcs[i]);
			user.on_call = set_rcx;
			expect_survived(pcs[i]);
		}
	}
}

static void
prepare_pc(struct pv_uframe *f)
{
	pv_uframe_set_pc(f, NOT_AN_ADDRESS);
}

USER_CASE(enter_at_no_address)
{
	user.prepare = prepare_pc;
	CHECK_EQ(user_start(user_exit), USER_TRAPPED);
	CHECK((user.trap.access & PV_ACCESS_USER) != 0);
	CHECK_EQ(user.trap.pc, NOT_AN_ADDRESS);
}

/* The frame that the fault left is whole: it can go on. */
USER_CASE(goes_on_after_failed_exit)
{
	user_set(W_NR, CALL_TEST);
	user.on_call = change_pc;
	new_pc = NOT_AN_ADDRESS;
	CHECK_EQ(user_start(user_call), USER_TRAPPED);
	pv_uframe_set_pc(pv_thread_uframe(&user.thread), user_at(user_exit));
	CHECK_EQ(user_resume(), USER_EXITED);
}

static void
bad_stack_segment(struct pv_uframe *f)
{
	struct pv_frame *r = (struct pv_frame *)(void *)f;

	r->ss = 0x7b;		/* beyond the tables, or not a data segment */
}

/* Selectors are the kernel's business; this is what a mistake of its own, or an LDT that went, looks like. */
USER_CASE(exit_with_bad_selector)
{
	for (uintptr_t way = 0; way < 2; way++) {
		user_set(W_WAY, way);
		user_set(W_NR, CALL_TEST);
		user.on_call = bad_stack_segment;
		CHECK_EQ(user_start(user_call), USER_TRAPPED);
		CHECK_EQ(user.trap.cause, PV_CAUSE_PROTECTION);
		CHECK((user.trap.access & PV_ACCESS_USER) != 0);
		CHECK_EQ((uint32_t)user.trap.code & 0xfff8, 0x78);
		CHECK_EQ(ring3_frame()->r15, 0x1515151515151515);
	}
}

USER_CASE(sysenter_is_refused)
{
	CHECK_EQ(user_start(user_x_sysenter), USER_TRAPPED);
	CHECK(user.trap.cause == PV_CAUSE_PROTECTION || user.trap.cause == PV_CAUSE_ILLEGAL);
}

USER_CASE(compat_syscall_is_refused)
{
	CHECK_EQ(user_start(user_x_compat), USER_TRAPPED);
	CHECK_EQ(user.trap.cause, PV_CAUSE_ILLEGAL);
	CHECK_EQ(user.trap.pc, user_get(W_PLACE) & 0xffffffff);
	CHECK_EQ(user.trap.sp, USER_STACK_TOP);
}

USER_CASE(kernel_base_instructions_are_refused)
{
	CHECK_EQ(user_start(user_x_swapgs), USER_TRAPPED);
	CHECK_EQ(user.trap.cause, PV_CAUSE_PROTECTION);
	CHECK_EQ(user_start(user_x_sysret), USER_TRAPPED);
	CHECK_EQ(user.trap.cause, PV_CAUSE_PROTECTION);
}

/* GS loaded by the program is not the kernel's. */
USER_CASE(own_selectors_do_no_harm)
{
	static const uint16_t selectors[] = { 0, 3, 0x23 };

	for (unsigned i = 0; i < sizeof(selectors) / sizeof(selectors[0]); i++) {
		for (uintptr_t way = 0; way < 2; way++) {
			user_set(W_WAY, way);
			user_set(W_NR, CALL_TEST);
			user_set(W_SELECTOR, selectors[i]);
			CHECK_EQ(user_start(user_x_selectors), USER_EXITED);
			CHECK_EQ(user_get(W_RESULT), CALL_TEST);
			CHECK_EQ(pv_cpu()->self, (uintptr_t)pv_cpu());
		}
	}
}

/* With it the program could set a GS base that looks like the kernel's. */
USER_CASE(fsgsbase_stays_off)
{
	uintptr_t cr4 = pv_cr4_read();

	CHECK_EQ(cr4 & PV_CR4_FSGSBASE, 0);
	CHECK_STATUS(pv_cr4_write(cr4 | PV_CR4_FSGSBASE), PV_E_REFUSED);
	CHECK_EQ(pv_cr4_read(), cr4);
}

/* -- selectors that went bad while another guest had the CPU ---------------------------------- */

/* Xen: arch-x86/xen.h, failsafe callback: on top of a frame are rcx, r11, ds, es, fs, gs. */
extern const char pv_xen_failsafe_entry[] PV_WEAK;

#define KERNEL_SS	0xe02bul
#define KERNEL_CS	0xe030ul

/* As if Xen had come back to user mode, and a selector could not be loaded. Gate closed. */
static void
failsafe_from_user(struct pv_uframe *f)
{
	struct pv_frame *r = (struct pv_frame *)(void *)f;

	pv_irq_disable();
	__asm__ volatile("and $-16, %%rsp\n\tpush %0\n\tpush %1\n\tpush %2\n\tpush %3\n\tpush %4\n\t"
	    "push $7\n\tpush $7\n\tpush $7\n\tpush $7\n\tpush $0\n\tpush $0\n\tjmp pv_xen_failsafe_entry"
	    : : "r" (r->ss), "r" (r->rsp), "r" (r->rflags), "r" (r->cs), "r" (r->rip) : "memory");
}

USER_CASE(lost_selectors_are_the_programs_fault)
{
	if (!pv_has(PV_CAP_DIRECT_TABLES) || pv_xen_failsafe_entry == NULL)
		return;		/* nobody else has the CPU in between */
	user_set(W_NR, CALL_TEST);
	user.on_call = failsafe_from_user;
	CHECK_EQ(user_start(user_call), USER_TRAPPED);
	CHECK_EQ(user.trap.cause, PV_CAUSE_PROTECTION);
	CHECK((user.trap.access & PV_ACCESS_USER) != 0);
	CHECK_EQ(user.trap.sp, USER_STACK_TOP);
	user.on_call = NULL;
	CHECK_EQ(user_start(user_exit), USER_EXITED);
}

/* In the kernel it is nothing: it goes on where it was, with the gate as it was. */
static bool
failsafe_in_kernel(uintptr_t flags)
{
	uintptr_t kept = 0x5a5a5a5a, sp = 0;

	pv_irq_disable();
	__asm__ volatile("mov %%rsp, %1\n\tand $-16, %%rsp\n\tpush %2\n\tpush %1\n\tpush %3\n\tpush %4\n\t"
	    "lea 1f(%%rip), %%rax\n\tpush %%rax\n\t"
	    "push $7\n\tpush $7\n\tpush $7\n\tpush $7\n\tpush $0\n\tpush %0\n\t"
	    "xor %%ecx, %%ecx\n\tjmp pv_xen_failsafe_entry\n1:"
	    : "+c" (kept), "+&r" (sp) : "r" (KERNEL_SS), "r" (flags), "r" (KERNEL_CS)
	    : "rax", "r11", "cc", "memory");
	return kept == 0x5a5a5a5a;
}

static void
lost_selectors_do_no_harm_in_kernel(void)
{
	bool kept, open, closed;

	if (!pv_has(PV_CAP_DIRECT_TABLES) || pv_xen_failsafe_entry == NULL)
		return;
	kept = failsafe_in_kernel(0x202);
	open = pv_irq_enabled();
	kept = failsafe_in_kernel(0x2) && kept;
	closed = !pv_irq_enabled();
	pv_irq_enable();
	CHECK(kept);
	CHECK(open);
	CHECK(closed);
}

static const struct suite_case cases[] = {
	{ "lost_selectors_are_the_programs_fault", lost_selectors_are_the_programs_fault, "trap.init", 0 },
	{ "lost_selectors_do_no_harm_in_kernel", lost_selectors_do_no_harm_in_kernel, "trap.init isa.iret", 0 },
	{ "pc_that_is_no_address", pc_that_is_no_address, "user.init isa.iret isa.swapgs", 0 },
	{ "enter_at_no_address", enter_at_no_address, "user.enter isa.iret isa.swapgs", 0 },
	{ "goes_on_after_failed_exit", goes_on_after_failed_exit, "isa.iret isa.swapgs", 0 },
	{ "exit_with_bad_selector", exit_with_bad_selector, "isa.iret isa.swapgs", CASE_DIRECT,
	    "extable.c:[0-9]+: Pre-exception" },
	{ "sysenter_is_refused", sysenter_is_refused, "user.init", CASE_ONCE },
	{ "compat_syscall_is_refused", compat_syscall_is_refused, "user.init", CASE_ONCE },
	{ "kernel_base_instructions_are_refused", kernel_base_instructions_are_refused, "isa.swapgs", 0 },
	{ "fsgsbase_stays_off", fsgsbase_stays_off, "isa.cr4_write user.init", CASE_ONCE },
	{ "own_selectors_do_no_harm", own_selectors_do_no_harm, "isa.swapgs user.init", 0 },
};

SUITE(suite_exit, "exit", cases);
