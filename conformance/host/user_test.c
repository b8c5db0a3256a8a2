/*
 * Threads, user frames, signals and user copies on the build machine: the very code
 * of x86_64, with this process as the kernel and its lower half as user memory.
 *
 * The copies are the real ones (copy.S): a fault in them arrives as SIGSEGV, and goes
 * on where the library's table says. Compile with -mno-red-zone, link with -no-pie:
 * hooks/{user,thread,recover}.c, hooks/x86/uframe.c, hooks/x86_64/{signal,context}.c,
 * hooks/x86_64/{copy,switch}.S.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "user_model.h"
#include "run.h"

#define SP		(USER + PAGE - 256)
#define HANDLER		0x401000u
#define TRAMPOLINE	0x402000u
#define FLAGS_CLEAN	0x202u

static struct pv_uframe f;

/* Every register distinct; flags plain. */
static void
fill_frame(void)
{
	uint64_t *word = (uint64_t *)&f;

	pv_uframe_init(&f, 0x400123, SP);
	for (unsigned i = 0; i < 15; i++)
		word[i] = 0x1111111111111111ul * (i + 1);
}

/* -- frames -- */

START_TEST(init_is_clean)
{
	struct pv_frame zero;

	memset(&f, 0xff, sizeof(f));
	pv_uframe_init(&f, 0x400000, 0x7000);
	ck_assert_uint_eq(f.r.rip, 0x400000);
	ck_assert_uint_eq(f.r.rsp, 0x7000);
	ck_assert_uint_eq(f.r.cs, USER_CS);
	ck_assert_uint_eq(f.r.ss, USER_DS);
	ck_assert_uint_eq(f.r.rflags, FLAGS_CLEAN);
	memset(&zero, 0, sizeof(zero));
	ck_assert_mem_eq(&f.r, &zero, offsetof(struct pv_frame, vector));
}
END_TEST

START_TEST(pc_and_sp)
{
	pv_uframe_init(&f, 1, 2);
	pv_uframe_set_pc(&f, 0x1234);
	pv_uframe_set_sp(&f, 0x5678);
	ck_assert_uint_eq(pv_uframe_pc(&f), 0x1234);
	ck_assert_uint_eq(pv_uframe_sp(&f), 0x5678);
	ck_assert_uint_eq(f.r.rip, 0x1234);
	ck_assert_uint_eq(f.r.rsp, 0x5678);
}
END_TEST

START_TEST(call_arguments_in_order)
{
	fill_frame();
	f.r.vector = PV_FRAME_CALL;
	f.r.code = 42;
	f.r.rdi = 100;
	f.r.rsi = 101;
	f.r.rdx = 102;
	f.r.r10 = 103;
	f.r.r8 = 104;
	f.r.r9 = 105;
	ck_assert_uint_eq(pv_uframe_call_nr(&f), 42);
	for (unsigned i = 0; i < 6; i++)
		ck_assert_uint_eq(pv_uframe_call_arg(&f, i), 100 + i);
	/* The number stays when the result takes its register. */
	pv_uframe_set_result(&f, 7, false);
	ck_assert_uint_eq(pv_uframe_call_nr(&f), 42);
}
END_TEST

START_TEST(seventh_argument_panics)
{
	fill_frame();
	EXPECT_PANIC((void)pv_uframe_call_arg(&f, 6));
	ck_assert_ptr_nonnull(strstr(panic_text, "there is no 6"));
}
END_TEST

START_TEST(result_changes_two_things)
{
	struct pv_uframe before;

	fill_frame();
	f.r.rflags = 0xad7;
	before = f;
	pv_uframe_set_result(&f, 0xfeed, true);
	before.r.rax = 0xfeed;
	ck_assert_mem_eq(&f, &before, sizeof(f));
	pv_uframe_set_result(&f, ~0ul, false);
	before.r.rax = ~0ul;
	before.r.rflags = 0xad6;
	ck_assert_mem_eq(&f, &before, sizeof(f));
}
END_TEST

START_TEST(restart_goes_two_bytes_back)
{
	fill_frame();
	f.r.vector = PV_FRAME_CALL;
	f.r.code = 99;
	pv_uframe_set_result(&f, 1, true);
	pv_uframe_restart_call(&f);
	ck_assert_uint_eq(f.r.rip, 0x400121);
	ck_assert_uint_eq(f.r.rax, 99);
	/* Not twice. */
	EXPECT_PANIC(pv_uframe_restart_call(&f));
	ck_assert_uint_eq(f.r.rip, 0x400121);
}
END_TEST

START_TEST(restart_needs_a_call)
{
	fill_frame();
	for (unsigned v = 0; v < 32; v++) {
		f.r.vector = v;
		EXPECT_PANIC(pv_uframe_restart_call(&f));
	}
	ck_assert_uint_eq(f.r.rip, 0x400123);
}
END_TEST

START_TEST(flags_let_nothing_through)
{
	/* CF PF AF ZF SF TF DF OF AC ID are the program's. */
	const uint64_t own = 1u << 0 | 1u << 2 | 1u << 4 | 1u << 6 | 1u << 7 | 1u << 8 | 1u << 10 | 1u << 11 |
	    1u << 18 | 1u << 21;

	for (unsigned bit = 0; bit < 64; bit++) {
		uint64_t flag = 1ul << bit;

		ck_assert_uint_eq(pv_x86_user_flags(flag, 0), FLAGS_CLEAN | (flag & own));
	}
	ck_assert_uint_eq(pv_x86_user_flags(~0ul, 0), FLAGS_CLEAN | own);
}
END_TEST

START_TEST(clone_goes_to_the_childs_top)
{
	static uint8_t stack[8192] __attribute__((aligned(16)));
	struct pv_thread child;

	fill_frame();
	ck_assert_int_eq(pv_thread_init(&child, stack, sizeof(stack), never, NULL), PV_OK);
	pv_uframe_clone(&child, &f);
	ck_assert_mem_eq(stack + sizeof(stack) - sizeof(f), &f, sizeof(f));
	ck_assert_ptr_eq(pv_thread_uframe(&child), stack + sizeof(stack) - sizeof(f));
	ck_assert_uint_le(child.sp + 64, (uintptr_t)pv_thread_uframe(&child));
}
END_TEST

/* -- signals -- */

struct on_stack {
	uint64_t trampoline;
	struct pv_user_context context;
};

START_TEST(signal_frame_layout)
{
	struct pv_uframe before;
	struct on_stack *s;

	fill_frame();
	f.r.rflags = FLAGS_CLEAN | PV_FLAGS_TF | PV_FLAGS_DF | PV_FLAGS_CF | PV_FLAGS_AC;
	before = f;
	ck_assert_int_eq(pv_uframe_push_signal(&f, HANDLER, 15, TRAMPOLINE), PV_OK);
	ck_assert_uint_eq(f.r.rip, HANDLER);
	ck_assert_uint_eq(f.r.rdi, 15);
	s = (struct on_stack *)f.r.rsp;
	ck_assert_uint_eq(f.r.rsi, (uintptr_t)&s->context);
	ck_assert_uint_eq(s->trampoline, TRAMPOLINE);
	ck_assert_uint_eq(s->context.rip, before.r.rip);
	ck_assert_uint_eq(s->context.rsp, before.r.rsp);
	ck_assert_uint_eq(s->context.rflags, before.r.rflags);
	ck_assert_mem_eq(&s->context, &before.r, 15 * sizeof(uint64_t));
	ck_assert_uint_eq(f.r.rflags, FLAGS_CLEAN | PV_FLAGS_CF);
	ck_assert_uint_eq(f.r.cs, USER_CS);
}
END_TEST

/* For every stack pointer: the ABI's alignment, and the red zone is left alone. */
START_TEST(signal_stack_is_as_the_abi_wants)
{
	for (unsigned off = 0; off < 64; off++) {
		uint8_t *zone;

		memset(user_page, 0, PAGE);
		fill_frame();
		f.r.rsp = SP - off;
		zone = (uint8_t *)f.r.rsp - 128;
		memset(zone, 0x77, 128);
		ck_assert_int_eq(pv_uframe_push_signal(&f, HANDLER, 1, TRAMPOLINE), PV_OK);
		ck_assert_uint_eq((f.r.rsp + 8) % 16, 0);
		ck_assert_uint_le(f.r.rsp + sizeof(struct on_stack), (uintptr_t)zone);
		ck_assert_uint_ge(f.r.rsp + sizeof(struct on_stack) + 16, (uintptr_t)zone);
		for (unsigned i = 0; i < 128; i++)
			ck_assert_uint_eq(zone[i], 0x77);
	}
}
END_TEST

START_TEST(signal_needs_a_good_stack)
{
	const uintptr_t bad[] = { 0, 8, 128, 300, USER + 200, HOLE + 512, CONSTANT + PAGE, PV_USER_END + PAGE,
	    PV_KERNEL_START + 4096, ~0ul, ~0ul - 64 };

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct pv_uframe before;

		fill_frame();
		f.r.rsp = bad[i];
		before = f;
		ck_assert_int_eq(pv_uframe_push_signal(&f, HANDLER, 1, TRAMPOLINE), PV_E_FAULT);
		ck_assert_mem_eq(&f, &before, sizeof(f));
	}
}
END_TEST

START_TEST(signal_there_and_back)
{
	struct pv_uframe before;
	uintptr_t context;

	fill_frame();
	f.r.rflags = FLAGS_CLEAN | 0x8d5 | PV_FLAGS_TF | PV_FLAGS_IOPL;
	before = f;
	ck_assert_int_eq(pv_uframe_push_signal(&f, HANDLER, 1, TRAMPOLINE), PV_OK);
	/* I/O privilege is the thread's, not the handler's to lose. */
	ck_assert_uint_eq(f.r.rflags & PV_FLAGS_IOPL, PV_FLAGS_IOPL);
	context = f.r.rsi;
	memset(&f, 0xaa, sizeof(f));
	f.r.rflags = PV_FLAGS_IOPL;
	ck_assert_int_eq(pv_uframe_pop_signal(&f, context), PV_OK);
	before.r.code = 0;
	before.r.vector = PV_FRAME_PLAIN;
	ck_assert_mem_eq(&f, &before, sizeof(f));
}
END_TEST

START_TEST(context_gives_no_rights)
{
	struct pv_user_context *c = (struct pv_user_context *)USER;

	memset(c, 0xff, sizeof(*c));
	fill_frame();
	f.r.vector = PV_FRAME_CALL;
	ck_assert_int_eq(pv_uframe_pop_signal(&f, USER), PV_OK);
	ck_assert_uint_eq(f.r.cs, USER_CS);
	ck_assert_uint_eq(f.r.ss, USER_DS);
	ck_assert_uint_eq(f.r.rflags & ~(uint64_t)PV_FLAGS_USER, FLAGS_CLEAN);
	ck_assert_uint_eq(f.r.rip, ~0ul);
	/* It is no call any more that could be restarted. */
	EXPECT_PANIC(pv_uframe_restart_call(&f));
}
END_TEST

START_TEST(context_is_read_whole_or_not_at_all)
{
	const uintptr_t bad[] = { HOLE, HOLE - 8, USER + PAGE - sizeof(struct pv_user_context) + 1,
	    PV_USER_END, PV_USER_END - 8, PV_KERNEL_START, ~0ul - 7, 0 };

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct pv_uframe before;

		fill_frame();
		before = f;
		ck_assert_int_eq(pv_uframe_pop_signal(&f, bad[i]), PV_E_FAULT);
		ck_assert_mem_eq(&f, &before, sizeof(f));
	}
}
END_TEST

/* -- copies -- */

START_TEST(copy_of_every_size)
{
	uint8_t a[80], b[80];

	for (unsigned size = 0; size < 70; size++) {
		for (unsigned off = 0; off < 9; off++) {
			for (unsigned i = 0; i < sizeof(a); i++)
				a[i] = (uint8_t)(i * 13 + size + off);
			memset(b, 0xee, sizeof(b));
			memset(user_page, 0x55, 128);
			ck_assert_int_eq(pv_copyout(USER + off, a, size), PV_OK);
			ck_assert_mem_eq(user_page + off, a, size);
			ck_assert_uint_eq(user_page[off + size], 0x55);
			ck_assert_int_eq(pv_copyin(b, USER + off, size), PV_OK);
			ck_assert_mem_eq(a, b, size);
			ck_assert_uint_eq(b[size], 0xee);
		}
	}
	ck_assert_uint_eq(faults, 0);
}
END_TEST

/* What lies outside is not even tried. */
START_TEST(ranges_outside_are_not_touched)
{
	static const struct {
		uintptr_t at;
		size_t size;
	} bad[] = {
		{ PV_USER_END, 1 }, { PV_USER_END - 1, 2 }, { PV_USER_END - 7, 8 }, { PV_USER_END + 1, 1 },
		{ PV_KERNEL_START, 8 }, { ~0ul, 1 }, { ~0ul, 2 }, { ~0ul - 7, 8 }, { ~0ul - 7, 16 },
		{ 1, ~0ul }, { USER, ~0ul }, { USER, 0 - USER }, { USER, 0 - USER + 1 },
		{ USER, PV_USER_END },
		{ 0x8000000000000000ul, 8 }, { 0x00007ffffffffffful, 4 }, { 0, ~0ul },
	};
	uint8_t b[16];

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_int_eq(pv_copyin(b, bad[i].at, bad[i].size), PV_E_FAULT);
		ck_assert_int_eq(pv_copyout(bad[i].at, b, bad[i].size), PV_E_FAULT);
	}
	ck_assert_uint_eq(faults, 0);
	ck_assert_int_eq(pv_copyin(b, ~0ul, 0), PV_OK);
	ck_assert_int_eq(pv_copyout(PV_KERNEL_START, b, 0), PV_OK);
}
END_TEST

START_TEST(faults_inside_are_a_status)
{
	uint8_t b[64];

	for (unsigned before = 0; before < 24; before++) {
		for (unsigned after = 1; after < 24; after++) {
			faults = 0;
			ck_assert_int_eq(pv_copyin(b, HOLE - before, before + after), PV_E_FAULT);
			ck_assert_uint_eq(faults, 1);
			ck_assert_int_eq(pv_copyout(HOLE - before, b, before + after), PV_E_FAULT);
			ck_assert_uint_eq(faults, 2);
		}
	}
	ck_assert_int_eq(pv_copyout(CONSTANT, b, 1), PV_E_FAULT);
	ck_assert_int_eq(pv_copyin(b, CONSTANT, 8), PV_OK);
	ck_assert_int_eq(pv_copyin(b, 0, 8), PV_E_FAULT);
}
END_TEST

START_TEST(strings_end_somewhere)
{
	char b[32];
	size_t n = 77;

	memcpy(user_page, "hello", 6);
	ck_assert_int_eq(pv_copyinstr(b, USER, sizeof(b), &n), PV_OK);
	ck_assert_uint_eq(n, 5);
	ck_assert_str_eq(b, "hello");
	ck_assert_int_eq(pv_copyinstr(b, USER, 6, &n), PV_OK);
	ck_assert_int_eq(pv_copyinstr(b, USER, 6, NULL), PV_OK);
	ck_assert_int_eq(pv_copyinstr(b, USER + 5, 1, &n), PV_OK);
	ck_assert_uint_eq(n, 0);
	n = 77;
	memset(b, 0x66, sizeof(b));
	ck_assert_int_eq(pv_copyinstr(b, USER, 5, &n), PV_E_TOOLONG);
	ck_assert_int_eq(b[5], 0x66);
	ck_assert_int_eq(pv_copyinstr(b, USER, 0, &n), PV_E_TOOLONG);
	/* The end of the page, and the end of user space, before the end of the string. */
	memset(user_page + PAGE - 4, 'x', 4);
	ck_assert_int_eq(pv_copyinstr(b, HOLE - 4, 5, &n), PV_E_FAULT);
	ck_assert_int_eq(pv_copyinstr(b, HOLE - 4, 4, &n), PV_E_TOOLONG);
	ck_assert_int_eq(pv_copyinstr(b, PV_USER_END, 4, &n), PV_E_FAULT);
	ck_assert_int_eq(pv_copyinstr(b, ~0ul, 4, &n), PV_E_FAULT);
	ck_assert_uint_eq(n, 77);
}
END_TEST

START_TEST(words_are_aligned)
{
	uint32_t v = 0;

	for (unsigned off = 0; off < 8; off++) {
		pv_status s = off % 4 == 0 ? PV_OK : PV_E_INVAL;

		ck_assert_int_eq(pv_store32(USER + 16 + off, 0xabcd0000 + off), s);
		ck_assert_int_eq(pv_fetch32(&v, USER + 16 + off), s);
		if (s == PV_OK)
			ck_assert_uint_eq(v, 0xabcd0000 + off);
	}
	ck_assert_int_eq(pv_fetch32(&v, HOLE), PV_E_FAULT);
	ck_assert_int_eq(pv_store32(HOLE, 1), PV_E_FAULT);
	ck_assert_int_eq(pv_store32(CONSTANT, 1), PV_E_FAULT);
	ck_assert_int_eq(pv_fetch32(&v, PV_USER_END), PV_E_FAULT);
	ck_assert_int_eq(pv_fetch32(&v, PV_USER_END - 2), PV_E_INVAL);
	ck_assert_int_eq(pv_store32(~0ul - 3, 1), PV_E_FAULT);
}
END_TEST

/* -- system calls -- */

static struct pv_uframe *delivered;
static bool gate_in_handler;

static void
handler(struct pv_uframe *frame)
{
	delivered = frame;
	gate_in_handler = gate_open;
	pv_uframe_set_result(frame, 5, false);
}

/* One test: the handler is set once in a process. */
START_TEST(handler_is_set_once)
{
	fill_frame();
	stage = PV_STAGE_TRAPS;
	pv_syscall_deliver(&f);
	ck_assert_uint_eq(f.r.rax, PV_E_ABSENT);
	ck_assert_uint_eq(f.r.rflags & 1, 1);
	ck_assert_int_eq(pv_syscall_set(NULL), PV_E_INVAL);
	stage = PV_STAGE_EARLY;
	ck_assert_int_eq(pv_syscall_set(handler), PV_E_STAGE);
	stage = PV_STAGE_TRAPS;
	ck_assert_int_eq(pv_syscall_set(handler), PV_OK);
	ck_assert_int_eq(pv_syscall_set(handler), PV_E_EXIST);
	gate_open = false;
	pv_syscall_deliver(&f);
	ck_assert_ptr_eq(delivered, &f);
	ck_assert(gate_in_handler);
	ck_assert(!gate_open);
	ck_assert_uint_eq(f.r.rax, 5);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("user");
	TCase *t = tcase_create("all");

	tcase_add_checked_fixture(t, power_on, NULL);
	tcase_add_test(t, init_is_clean);
	tcase_add_test(t, pc_and_sp);
	tcase_add_test(t, call_arguments_in_order);
	tcase_add_test(t, seventh_argument_panics);
	tcase_add_test(t, result_changes_two_things);
	tcase_add_test(t, restart_goes_two_bytes_back);
	tcase_add_test(t, restart_needs_a_call);
	tcase_add_test(t, flags_let_nothing_through);
	tcase_add_test(t, clone_goes_to_the_childs_top);
	tcase_add_test(t, signal_frame_layout);
	tcase_add_test(t, signal_stack_is_as_the_abi_wants);
	tcase_add_test(t, signal_needs_a_good_stack);
	tcase_add_test(t, signal_there_and_back);
	tcase_add_test(t, context_gives_no_rights);
	tcase_add_test(t, context_is_read_whole_or_not_at_all);
	tcase_add_test(t, copy_of_every_size);
	tcase_add_test(t, ranges_outside_are_not_touched);
	tcase_add_test(t, faults_inside_are_a_status);
	tcase_add_test(t, strings_end_somewhere);
	tcase_add_test(t, words_are_aligned);
	tcase_add_test(t, handler_is_set_once);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return run_all(srunner_create(suite()));
}
