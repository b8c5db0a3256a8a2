/*
 * The frame arithmetic of faults between kernel and user mode on x86_64: what is put
 * together again when the way out fails, and what is left alone. Source:
 * backends/native/x86_64/edge.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../backends/native/x86/native.h"
#include "../../backends/native/x86/stubs.h"
#include "run.h"

/* The places in entry code, as addresses only. */
const char pv_native_stubs[STUBS_BYTES], pv_native_exit[16];
const char pv_native_syscall_entry[16], pv_native_syscall_compat[16];

void
pv_native_iret(void)
{
}

/* The top of a kernel stack while the iret is tried: the user frame, of which only the end still counts. */
static struct {
	uint64_t room[64];
	struct pv_frame user;
} __attribute__((aligned(16))) stack;

static struct pv_frame *fault;		/* what the CPU and the entry code push for it */
static struct pv_frame regs;		/* the user's registers at that time */

static void
exit_fails(uintptr_t at, unsigned vector, unsigned cs)
{
	uintptr_t rsp = (uintptr_t)&stack.user.rip;

	memset(&stack, 0x5a, sizeof(stack));
	stack.user.rip = 0x8000000000000;
	stack.user.cs = cs;
	stack.user.rflags = 0x246;
	stack.user.rsp = 0x7000;
	stack.user.ss = 0x7b;
	for (unsigned i = 0; i < 15; i++)
		((uint64_t *)&regs)[i] = 0x0101010101010101 * (i + 1);
	/* In long mode the stack is aligned before the CPU pushes. */
	fault = (struct pv_frame *)((rsp & ~(uintptr_t)15) - sizeof(*fault));
	*fault = regs;
	fault->vector = vector;
	fault->code = 0x78;
	fault->rip = at;
	fault->cs = 8;
	fault->rflags = 2;
	fault->rsp = rsp;
	fault->ss = 0x10;
}

static void
expect_user_frame(struct pv_frame *u)
{
	ck_assert_ptr_eq(u, &stack.user);
	ck_assert_mem_eq(u, &regs, __builtin_offsetof(struct pv_frame, vector));
	ck_assert_uint_eq(u->vector, 13);
	ck_assert_uint_eq(u->code, 0x78);
	ck_assert_uint_eq(u->rip, 0x8000000000000);
	ck_assert_uint_eq(u->cs, 0x2b);
	ck_assert_uint_eq(u->rflags, 0x246);
	ck_assert_uint_eq(u->rsp, 0x7000);
	ck_assert_uint_eq(u->ss, 0x7b);
}

START_TEST(failed_exit_is_the_users)
{
	for (unsigned vector = 11; vector <= 13; vector++) {
		exit_fails((uintptr_t)pv_native_exit, vector, 0x2b);
		expect_user_frame(pv_native_edge(fault));
		exit_fails((uintptr_t)pv_native_iret, vector, 0x2b);
		expect_user_frame(pv_native_edge(fault));
	}
}
END_TEST

START_TEST(other_faults_are_the_kernels)
{
	static const unsigned vectors[] = { 0, 3, 6, 7, 8, 10, 14, 16, 17, 18, 19 };

	for (unsigned i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		exit_fails((uintptr_t)pv_native_exit, vectors[i], 0x2b);
		ck_assert_ptr_null(pv_native_edge(fault));
	}
	exit_fails((uintptr_t)pv_native_exit + 1, 13, 0x2b);
	ck_assert_ptr_null(pv_native_edge(fault));
	exit_fails((uintptr_t)&stack, 13, 0x2b);
	ck_assert_ptr_null(pv_native_edge(fault));
}
END_TEST

START_TEST(exit_to_the_kernel_is_not_the_users)
{
	exit_fails((uintptr_t)pv_native_exit, 13, 0x08);
	ck_assert_ptr_null(pv_native_edge(fault));
	ck_assert_uint_eq(fault->vector, 13);
}
END_TEST

START_TEST(debug_trap_at_an_entry_is_dropped)
{
	const uintptr_t stubs = (uintptr_t)pv_native_stubs;
	const uintptr_t places[] = { (uintptr_t)pv_native_syscall_entry, (uintptr_t)pv_native_syscall_compat,
	    stubs, stubs + STUB_OFFSET(0x80), stubs + STUBS_BYTES - 1 };

	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		exit_fails(places[i], 1, 0x2b);
		ck_assert_ptr_eq(pv_native_edge(fault), fault);
		ck_assert_uint_eq(fault->cs, 8);
		exit_fails(places[i], 13, 0x2b);
		ck_assert_ptr_null(pv_native_edge(fault));
	}
	/* Which symbol lies behind the stubs here is the linker's choice. */
	exit_fails(stubs + STUBS_BYTES, 1, 0x2b);
	if (stubs + STUBS_BYTES != places[0] && stubs + STUBS_BYTES != places[1])
		ck_assert_ptr_null(pv_native_edge(fault));
	exit_fails((uintptr_t)&stack, 1, 0x2b);
	ck_assert_ptr_null(pv_native_edge(fault));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("edge");
	TCase *t = tcase_create("all");

	tcase_add_test(t, failed_exit_is_the_users);
	tcase_add_test(t, other_faults_are_the_kernels);
	tcase_add_test(t, exit_to_the_kernel_is_not_the_users);
	tcase_add_test(t, debug_trap_at_an_entry_is_dropped);
	suite_add_tcase(s, t);
	return run_all(srunner_create(s));
}
