/*
 * Threads: preparing them, switching among them, what a switch carries along.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "world.h"

#define NR_THREADS	3u

static uint8_t stacks[NR_THREADS][2 * PV_STACK_MIN] __attribute__((aligned(64)));
static struct pv_thread threads[NR_THREADS];
static char order[16];
static unsigned nr_order;
static bool gate_was_open;
static uintptr_t stack_seen[NR_THREADS];
static struct pv_thread *current_seen;

static void
note(char what)
{
	if (nr_order < sizeof(order) - 1)
		order[nr_order++] = what;
	order[nr_order] = '\0';
}

static void
go(struct pv_thread *from, struct pv_thread *to)
{
	pv_irq_state gate = pv_irq_save();

	pv_thread_switch(from, to);
	pv_irq_restore(gate);
}

/* Says its letter and goes to the next; the last one to the main thread. */
static void
in_turn(void *arg)
{
	unsigned n = (unsigned)(uintptr_t)arg;
	int here;

	gate_was_open |= pv_irq_enabled();
	stack_seen[n] = (uintptr_t)&here;
	current_seen = pv_cpu()->thread;
	for (;;) {
		note((char)('a' + n));
		go(&threads[n], n + 1 < NR_THREADS ? &threads[n + 1] : &user.main);
	}
}

static bool
prepare(unsigned n, void (*entry)(void *arg))
{
	void *arg = (void *)(uintptr_t)n;

	return pv_thread_init(&threads[n], stacks[n], sizeof(stacks[n]), entry, arg) == PV_OK;
}

USER_CASE(init_refuses)
{
	struct pv_thread t;

	CHECK_STATUS(pv_thread_init(&t, stacks[0], PV_STACK_MIN - 16, in_turn, NULL), PV_E_INVAL);
	CHECK_STATUS(pv_thread_init(&t, stacks[0] + 8, PV_STACK_MIN, in_turn, NULL), PV_E_INVAL);
	CHECK_STATUS(pv_thread_init(&t, stacks[0], PV_STACK_MIN + 8, in_turn, NULL), PV_E_INVAL);
	CHECK_STATUS(pv_thread_init(&t, NULL, PV_STACK_MIN, in_turn, NULL), PV_E_INVAL);
	CHECK_STATUS(pv_thread_init(&t, stacks[0], PV_STACK_MIN, NULL, NULL), PV_E_INVAL);
	CHECK_STATUS(pv_thread_init(&t, (void *)~(uintptr_t)15, PV_STACK_MIN, in_turn, NULL), PV_E_INVAL);
	CHECK_OK(pv_thread_init(&t, stacks[0], PV_STACK_MIN, in_turn, NULL));
}

USER_CASE(init_clears)
{
	struct pv_thread t;

	memset(&t, 0xff, sizeof(t));
	CHECK_OK(pv_thread_init(&t, stacks[0], sizeof(stacks[0]), in_turn, NULL));
	CHECK(t.space == NULL && t.fpu == NULL && !t.fpu_owned && t.tls == 0 && t.kernel == NULL);
	CHECK_EQ(t.stack_base, (uintptr_t)stacks[0]);
	CHECK_EQ(t.stack_size, sizeof(stacks[0]));
	CHECK(t.sp >= t.stack_base && t.sp < t.stack_base + t.stack_size);
}

USER_CASE(switches_in_turn)
{
	nr_order = 0;
	gate_was_open = false;
	for (unsigned i = 0; i < NR_THREADS; i++)
		CHECK(prepare(i, in_turn));
	go(&user.main, &threads[0]);
	note('.');
	go(&user.main, &threads[0]);
	note('.');
	CHECK(memcmp(order, "abc.abc.", 9) == 0);
	CHECK(!gate_was_open);
}

USER_CASE(runs_on_its_stack)
{
	for (unsigned i = 0; i < NR_THREADS; i++)
		CHECK(prepare(i, in_turn));
	go(&user.main, &threads[0]);
	for (unsigned i = 0; i < NR_THREADS; i++)
		CHECK(stack_seen[i] - (uintptr_t)stacks[i] < sizeof(stacks[i]));
	CHECK(current_seen == &threads[NR_THREADS - 1]);
	CHECK(pv_cpu()->thread == &user.main);
}

USER_CASE(saved_place_is_told)
{
	CHECK(prepare(0, in_turn));
	CHECK(prepare(1, in_turn));
	CHECK(prepare(2, in_turn));
	CHECK_EQ(user.main.sp, 0);
	go(&user.main, &threads[0]);
	CHECK(threads[0].sp != 0);
	CHECK_EQ(user.main.sp, 0);
}

/* More values alive over the switch than there are registers. */
static uint64_t __attribute__((noinline))
sum_over_switch(uint64_t seed)
{
	uint64_t v[12], sum = 0;

	for (unsigned i = 0; i < 12; i++) {
		seed = seed * 6364136223846793005ull + 1;
		v[i] = seed;
	}
	go(&user.main, &threads[0]);
	for (unsigned i = 0; i < 12; i++)
		sum = sum * 31 + v[i];
	return sum;
}

static void
spoils(void *arg)
{
	volatile uint64_t x = (uintptr_t)arg + 77;

	for (;;) {
		for (unsigned i = 0; i < 10; i++)
			x = x * 0x123456789abcdefull + i;
		go(&threads[0], &user.main);
	}
}

USER_CASE(switch_keeps_registers)
{
	uint64_t expected = 0, v, seed = 4711;

	for (unsigned i = 0; i < 12; i++) {
		seed = seed * 6364136223846793005ull + 1;
		v = seed;
		expected = expected * 31 + v;
	}
	CHECK(prepare(0, spoils));
	CHECK_EQ(sum_over_switch(4711), expected);
	CHECK_EQ(sum_over_switch(4711), expected);
}

USER_CASE(switch_to_oneself)
{
	pv_irq_state gate = pv_irq_save();

	pv_thread_switch(&user.main, &user.main);
	pv_irq_restore(gate);
	CHECK(pv_cpu()->thread == &user.main);
	CHECK_EQ(user.main.sp, 0);
}

/* The boot thread again: what adopting says of it, and that a thread can come back to it. */
USER_CASE(adopt_is_current)
{
	int here;

	pv_thread_adopt(&user.main, NULL, 0);
	CHECK(pv_cpu()->thread == &user.main);
	CHECK(user.main.stack_size >= PV_STACK_MIN);
	CHECK((uintptr_t)&here < user.main.stack_base + user.main.stack_size);
	CHECK_EQ(pv_cpu()->kernel_sp, user.main.stack_base + user.main.stack_size);
	CHECK(prepare(0, spoils));
	go(&user.main, &threads[0]);
	CHECK(pv_cpu()->thread == &user.main);
}

/* -- what a switch carries: kernel stack, space, FPU ------------------------------- */

static struct pv_space *space_seen;
static uintptr_t kernel_sp_seen;

static void
looks(void *arg)
{
	(void)arg;
	for (;;) {
		space_seen = pv_cpu()->space;
		kernel_sp_seen = pv_cpu()->kernel_sp;
		go(&threads[0], &user.main);
	}
}

USER_CASE(switch_takes_kernel_stack)
{
	CHECK(prepare(0, looks));
	go(&user.main, &threads[0]);
	CHECK_EQ(kernel_sp_seen, (uintptr_t)stacks[0] + sizeof(stacks[0]));
	CHECK_EQ(pv_cpu()->kernel_sp, user.main.stack_base + user.main.stack_size);
}

USER_CASE(switch_takes_space)
{
	CHECK(prepare(0, looks));
	pv_space_activate(NULL);
	go(&user.main, &threads[0]);
	CHECK(space_seen == NULL);
	threads[0].space = &user.space;
	go(&user.main, &threads[0]);
	CHECK(space_seen == &user.space);
	/* A thread without a space leaves it in place. */
	CHECK(pv_cpu()->space == &user.space);
}

USER_CASE(uframe_is_at_the_top)
{
	uintptr_t frame;

	CHECK(prepare(0, looks));
	frame = (uintptr_t)pv_thread_uframe(&threads[0]);
	CHECK(frame > threads[0].sp);
	CHECK(frame < threads[0].stack_base + threads[0].stack_size);
	pv_uframe_init(pv_thread_uframe(&threads[0]), 0x1234, 0x5670);
	CHECK_EQ(pv_uframe_pc(pv_thread_uframe(&threads[0])), 0x1234);
	CHECK_EQ(pv_uframe_sp(pv_thread_uframe(&threads[0])), 0x5670);
	pv_uframe_set_pc(pv_thread_uframe(&threads[0]), 0x4321);
	pv_uframe_set_sp(pv_thread_uframe(&threads[0]), 0x7650);
	CHECK_EQ(pv_uframe_pc(pv_thread_uframe(&threads[0])), 0x4321);
	CHECK_EQ(pv_uframe_sp(pv_thread_uframe(&threads[0])), 0x7650);
	/* The frame and the place that the thread starts from are apart. */
	go(&user.main, &threads[0]);
	CHECK_EQ(pv_uframe_pc(pv_thread_uframe(&threads[0])), 0x4321);
}

static const struct suite_case cases[] = {
	{ "init_refuses", init_refuses, "pv_thread_init", CASE_ONCE },
	{ "init_clears", init_clears, "pv_thread_init", CASE_ONCE },
	{ "switches_in_turn", switches_in_turn,
	    "pv_thread_switch cpu.switch_begin pv_switch_begin cpu.switch_end pv_switch_end", 0 },
	{ "runs_on_its_stack", runs_on_its_stack, "pv_thread_init pv_thread_switch", CASE_ONCE },
	{ "saved_place_is_told", saved_place_is_told, "pv_thread_switch", CASE_ONCE },
	{ "switch_keeps_registers", switch_keeps_registers, "pv_thread_switch", 0 },
	{ "switch_to_oneself", switch_to_oneself, "pv_thread_switch", CASE_ONCE },
	{ "adopt_is_current", adopt_is_current, "pv_thread_adopt", CASE_ONCE },
	{ "switch_takes_kernel_stack", switch_takes_kernel_stack,
	    "cpu.switch_kernel_sp pv_switch_kernel_sp", 0 },
	{ "switch_takes_space", switch_takes_space, "pv_thread_switch pv_space_activate mmu.activate", 0 },
	{ "uframe_is_at_the_top", uframe_is_at_the_top,
	    "pv_thread_uframe pv_uframe_init pv_uframe_pc pv_uframe_sp pv_uframe_set_pc pv_uframe_set_sp",
	    CASE_ONCE },
};

SUITE(suite_thread, "thread", cases);
