/*
 * The ways in and out of 32-bit user mode, at their edges.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include <pv/x86/desc.h>
#include <pv/i386/frame.h>
#include <pv/i386/syscall.h>
#include "../wait.h"
#include "../x86/ring3.h"

#define FLAT_AT(base)	pv_segment(base, 0xfffff, 0xf3, 0xc)

extern const char user_x_selectors[], user_x_null_ds[], user_x_fast_bad[], user_x_sysexit[];

uintptr_t
ring3_flags(void)
{
	return ring3_frame()->eflags;
}

/* The kernel's segment registers in it make the way out fault: see below. */
const enum user_end ring3_forged_end = USER_TRAPPED;

void
ring3_forge(struct pv_user_context *c, uintptr_t pc, uintptr_t sp)
{
	c->eip = pc;
	c->esp = sp;
	c->eflags = ~0u & ~0x100u;
	c->ds = c->es = 0x10;
	c->fs = 0x28;
	c->gs = 0x30;
}

static void (*spoil)(struct pv_frame *r, uint32_t selector);
static uint32_t selector;

static void
spoil_call(struct pv_uframe *f)
{
	spoil((struct pv_frame *)(void *)f, selector);
}

static void
spoil_gs(struct pv_frame *r, uint32_t s)
{
	r->gs = s;
}

static void
spoil_fs(struct pv_frame *r, uint32_t s)
{
	r->fs = s;
}

static void
spoil_es(struct pv_frame *r, uint32_t s)
{
	r->es = s;
}

static void
spoil_ds(struct pv_frame *r, uint32_t s)
{
	r->ds = s;
}

static void
spoil_ss(struct pv_frame *r, uint32_t s)
{
	r->ss = s;
}

static void
spoil_cs(struct pv_frame *r, uint32_t s)
{
	r->cs = s;
}

/* A fault of the program; its registers are all there, and it can go on when that is mended. */
static void
expect_survived(uintptr_t way)
{
	static const uint32_t args[6] = { 0xb1b1, 0xc1c1, 0xd1d1, 0x5151, 0xd7d7, 0xb9b9 };
	const struct pv_frame *r = ring3_frame();

	user_set(W_WAY, way);
	user_set(W_NR, CALL_TEST);
	for (unsigned i = 0; i < 6; i++)
		user_set(W_ARG + i, args[i]);
	user.on_call = spoil_call;
	CHECK_EQ(user_start(user_call), USER_TRAPPED);
	CHECK((user.trap.access & PV_ACCESS_USER) != 0);
	CHECK_EQ(user.trap.cause, PV_CAUSE_PROTECTION);
	r = ring3_frame();
	CHECK_EQ((uint32_t)user.trap.code & 0xfff8, selector & 0xfff8);
	CHECK_EQ(r->ebx, args[0]);
	CHECK_EQ(r->ecx, args[1]);
	CHECK_EQ(r->edx, args[2]);
	CHECK_EQ(r->esi, args[3]);
	CHECK_EQ(r->edi, args[4]);
	CHECK_EQ(r->ebp, args[5]);
	CHECK_EQ(r->esp & ~15u, (USER_STACK_TOP - way * 8) & ~15u);
	pv_uframe_init(pv_thread_uframe(&user.thread), user_at(user_exit), USER_STACK_TOP);
	CHECK_EQ(user_resume(), USER_EXITED);
}

USER_CASE(exit_with_bad_selectors)
{
	static void (*const spoils[])(struct pv_frame *r, uint32_t s) = {
		spoil_gs, spoil_fs, spoil_es, spoil_ds, spoil_ss, spoil_cs,
	};
	/* Beyond the table; the kernel's; a system segment. */
	static const uint32_t selectors[] = { 0x1003, 0x13, 0x33 };

	for (uintptr_t way = 0; way < (user_has_fast_way() ? 2 : 1); way++) {
		for (unsigned i = 0; i < sizeof(spoils) / sizeof(spoils[0]); i++) {
			for (unsigned k = 0; k < sizeof(selectors) / sizeof(selectors[0]); k++) {
				spoil = spoils[i];
				selector = selectors[k];
				expect_survived(way);
			}
		}
	}
}

/* The program's %ds is in force when the kernel jumps to its last instruction. */
USER_CASE(data_segment_with_a_base)
{
	static const uint32_t selectors[] = { 0, PV_TLS_SELECTOR(1), PV_TLS_SELECTOR(2) };

	CHECK_OK(pv_tls_write(1, FLAT_AT(0x10000)));
	CHECK_OK(pv_tls_write(2, pv_segment(0, 0xfff, 0xf3, 0x4)));
	for (unsigned i = 0; i < sizeof(selectors) / sizeof(selectors[0]); i++) {
		user_set(W_SELECTOR, selectors[i]);
		CHECK_EQ(user_start(user_x_null_ds), USER_EXITED);
	}
	CHECK_OK(pv_tls_write(1, 0));
	CHECK_OK(pv_tls_write(2, 0));
}

static volatile unsigned alarms;

static void
alarm_handler(struct pv_timer *timer, void *arg)
{
	(void)timer;
	(void)arg;
	alarms++;
}

/* The program's %gs goes while the kernel works for it, and an interrupt comes. */
static void
take_segment_away(struct pv_uframe *f)
{
	static struct pv_timer timer = { .handler = alarm_handler };

	(void)f;
	alarms = 0;
	(void)pv_tls_write(2, 0);
	(void)pv_timer_set(&timer, PV_TIMER_REAL, pv_time_ns() + PV_NS_PER_MS, 0);
	(void)suite_wait(&alarms, 1);
}

USER_CASE(segment_goes_during_a_call)
{
	CHECK_OK(pv_tls_write(2, FLAT_AT(0)));
	user.on_call = take_segment_away;
	user_set(W_NR, CALL_TEST);
	user_set(W_SELECTOR, PV_TLS_SELECTOR(2));
	CHECK_EQ(user_start(user_x_selectors), USER_TRAPPED);
	CHECK_EQ(alarms, 1);
	CHECK_EQ(user.trap.cause, PV_CAUSE_PROTECTION);
	CHECK_EQ((uint32_t)user.trap.code & 0xfff8, PV_TLS_SELECTOR(2) & 0xfff8);
}

USER_CASE(fast_call_with_bad_stack)
{
	static const uintptr_t stacks[] = { USER_HOLE, 0xc0001000, 0xfffffffc, PV_USER_END - 4, 0 };

	if (!user_has_fast_way())
		SKIP("no fast system call here");
	for (unsigned i = 0; i < sizeof(stacks) / sizeof(stacks[0]); i++) {
		user_set(W_ADDRESS, stacks[i]);
		CHECK_EQ(user_start(user_x_fast_bad), USER_TRAPPED);
		CHECK_EQ(user.trap.cause, PV_CAUSE_PAGE_FAULT);
		CHECK((user.trap.access & PV_ACCESS_USER) != 0);
		CHECK((user.trap.access & PV_ACCESS_READ) != 0);
		CHECK_EQ(user.trap.address, stacks[i]);
		CHECK_EQ(user.trap.pc, user_get(W_PLACE));
		CHECK_EQ(user_start(user_exit), USER_EXITED);
	}
}

USER_CASE(sysexit_is_refused)
{
	CHECK_EQ(user_start(user_x_sysexit), USER_TRAPPED);
	CHECK_EQ(user.trap.cause, PV_CAUSE_PROTECTION);
}

static const struct suite_case cases[] = {
	{ "exit_with_bad_selectors", exit_with_bad_selectors, "user.init isa.iret", CASE_DIRECT, "Pre-exception" },
	{ "data_segment_with_a_base", data_segment_with_a_base, "isa.iret isa.tls_write", 0 },
	{ "segment_goes_during_a_call", segment_goes_during_a_call, "isa.iret isa.tls_write", 0 },
	{ "fast_call_with_bad_stack", fast_call_with_bad_stack, "user.init", CASE_ONCE },
	{ "sysexit_is_refused", sysexit_is_refused, "user.init", CASE_ONCE },
};

SUITE(suite_exit, "exit", cases);
