/*
 * What the way into the kernel and back leaves a program: its registers and its
 * place, in interrupts, faults and calls; and what it does not give: rights.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/sparc64/syscall.h>
#include "../user/world.h"

extern const char user_s_context[], user_s_back[], user_s_state[], user_s_delay[], user_s_spill[], user_s_fill[];
extern const char user_s_read_pil[];

#define RW		(PV_PROT_READ | PV_PROT_WRITE)
#define TICKS		20u
#define CONTEXT		(USER_DATA + 1024)

/* -- registers ------------------------------------------------------------------------------------ */

static volatile unsigned ticks;
static volatile bool came;

/* Registers that the compiler's code leaves alone are spoiled by hand: a handler may. */
static void
spoil(void)
{
	__asm__ volatile("wr %%g0, 0x77, %%y\n\twr %%g0, 0x80, %%asi\n\tmov 0x78, %%g5\n\tmov 0x79, %%g7" :
	    : : "g5", "g7");
}

static void
tick(struct pv_timer *timer, void *arg)
{
	(void)timer;
	(void)arg;
	spoil();
	came = true;
}

/* Only those count that came while the program was at it: on a busy host many do before it has begun. */
static void
stop_later(void)
{
	spoil();
	ticks += came && pv_uframe_pc(pv_thread_uframe(&user.thread)) != user_at(user_s_state);
	came = false;
	if (ticks >= TICKS)
		user_set(W_STOP, 1);
}

/* Ancillary registers, condition codes and all globals, while interrupts come anywhere. */
USER_CASE(interrupts_keep_registers)
{
	static struct pv_timer timer = { .handler = tick };

	ticks = 0;
	came = false;
	user.before_user = stop_later;
	CHECK_OK(pv_timer_set(&timer, PV_TIMER_REAL, pv_time_ns() + PV_NS_PER_US, 100 * PV_NS_PER_US));
	(void)user_start(user_s_state);
	CHECK(pv_timer_cancel(&timer));
	CHECK_EQ(user.ended, USER_EXITED);
	CHECK_EQ(user_get(W_SPOILED), 0);
	CHECK(ticks >= TICKS);
}

/* -- delay slots ------------------------------------------------------------------------------------ */

static unsigned demands, calls_seen;

static bool
map_on_demand(struct pv_trap *trap, void *arg)
{
	(void)arg;
	if (pv_page_down(trap->address) != USER_HOLE || demands != 0)
		return false;
	demands++;
	return pv_space_map(&user.space, pv_va(USER_HOLE), suite_page(), PV_PAGE_SIZE, RW | PV_PROT_USER) == PV_OK;
}

static void
count_call(struct pv_uframe *f)
{
	calls_seen++;
	pv_uframe_set_result(f, 0x5a, false);
}

/* What comes next is not what stands behind: after a fault, and after a call. */
USER_CASE(delay_slots_go_on_at_the_target)
{
	enum user_end end;

	demands = calls_seen = 0;
	CHECK_OK(pv_trap_set(PV_CAUSE_PAGE_FAULT, map_on_demand, NULL));
	user.on_call = count_call;
	user_set(W_ADDRESS, USER_HOLE);
	end = user_start(user_s_delay);
	user_hole_free();
	CHECK_EQ(end, USER_EXITED);
	CHECK_EQ(demands, 1);
	CHECK_EQ(calls_seen, 1);
	CHECK_EQ(user_get(W_RESULT), 0x5a);
}

/* -- a stack that comes and goes -------------------------------------------------------------------- */

static pv_paddr stack_frame;
static bool stack_there;

static bool
bring_back(struct pv_trap *trap, void *arg)
{
	(void)arg;
	if (pv_page_down(trap->address) != USER_HOLE || stack_there)
		return false;
	stack_there = true;
	demands++;
	return pv_space_map(&user.space, pv_va(USER_HOLE), stack_frame, PV_PAGE_SIZE, RW | PV_PROT_USER) == PV_OK;
}

static void
take_away(struct pv_uframe *f)
{
	(void)pv_space_unmap(&user.space, pv_va(USER_HOLE), PV_PAGE_SIZE);
	pv_space_sync(&user.space);
	stack_there = false;
	pv_uframe_set_result(f, 0, false);
}

/* Windows are filled from a page that comes when it is wanted: all of them, each where it was. */
USER_CASE(windows_come_from_a_page_on_demand)
{
	enum user_end end;

	demands = 0;
	stack_there = false;
	stack_frame = suite_page();
	CHECK_OK(pv_trap_set(PV_CAUSE_PAGE_FAULT, bring_back, NULL));
	user.on_call = take_away;
	user_set(W_ADDRESS, USER_HOLE + PV_PAGE_SIZE - 256);
	user_set(W_COUNT, 20);
	end = user_start(user_s_back);
	(void)pv_space_unmap(&user.space, pv_va(USER_HOLE), PV_PAGE_SIZE);
	pv_space_sync(&user.space);
	suite_page_free(stack_frame);
	CHECK_EQ(end, USER_EXITED);
	CHECK_EQ(user_get(W_SPOILED), 0);
	CHECK_EQ(demands, 2);
}

/* -- rights ------------------------------------------------------------------------------------------ */

/* A page of the program's space that is the kernel's alone, as a stack: spilled to, filled from. */
static void
stack_is_refused(const char *program)
{
	pv_paddr frame = suite_page();
	enum user_end end;

	CHECK_OK(pv_space_map(&user.space, pv_va(USER_HOLE), frame, PV_PAGE_SIZE, RW));
	user_set(W_ADDRESS, USER_HOLE + 512);
	end = user_start(program);
	CHECK_OK(pv_space_unmap(&user.space, pv_va(USER_HOLE), PV_PAGE_SIZE));
	pv_space_sync(&user.space);
	suite_page_free(frame);
	CHECK_EQ(end, USER_TRAPPED);
	CHECK_EQ(user.trap.cause, PV_CAUSE_PAGE_FAULT);
	CHECK_EQ(pv_page_down(user.trap.address), USER_HOLE);
}

USER_CASE(windows_have_the_programs_rights)
{
	stack_is_refused(user_s_spill);
	stack_is_refused(user_s_fill);
}

USER_CASE(copies_have_the_programs_rights)
{
	pv_paddr frame = suite_page();
	pv_status in, out;
	uint32_t word = 0;

	CHECK_OK(pv_space_map(&user.space, pv_va(USER_HOLE), frame, PV_PAGE_SIZE, RW));
	in = pv_copyin(&word, USER_HOLE, sizeof(word));
	out = pv_copyout(USER_HOLE, &word, sizeof(word));
	CHECK_OK(pv_space_unmap(&user.space, pv_va(USER_HOLE), PV_PAGE_SIZE));
	pv_space_sync(&user.space);
	suite_page_free(frame);
	CHECK_STATUS(in, PV_E_FAULT);
	CHECK_STATUS(out, PV_E_FAULT);
}

static pv_status popped;

static void
pop(struct pv_uframe *f, const struct pv_user_context *c)
{
	popped = pv_copyout(CONTEXT, c, sizeof(*c));
	if (popped == PV_OK)
		popped = pv_uframe_pop_signal(f, CONTEXT);
}

/* A context of the program's own making, with all that a CPU has in TSTATE. */
static void
forged(struct pv_uframe *f)
{
	struct pv_user_context c;

	memset(&c, 0, sizeof(c));
	c.tstate = ~0ul;
	c.tpc = user_at(user_s_read_pil);
	c.tnpc = c.tpc + 4;
	c.o[6] = USER_STACK_TOP - 2047;
	pop(f, &c);
}

USER_CASE(context_gives_no_rights)
{
	user.on_call = forged;
	CHECK_EQ(user_start(user_call), USER_TRAPPED);
	CHECK_OK(popped);
	CHECK(user.trap.cause == PV_CAUSE_PROTECTION || user.trap.cause == PV_CAUSE_ILLEGAL);
	CHECK((user.trap.access & PV_ACCESS_USER) != 0);
}

/* What a context says is how the program goes on, all of it, and the window that it has on the stack. */
static void
whole(struct pv_uframe *f)
{
	struct pv_user_context c;
	uint64_t window[16];

	memset(&c, 0, sizeof(c));
	c.tstate = 0xa5ul << 32 | 0x82ul << 24;
	c.tpc = user_at(user_s_context);
	c.tnpc = c.tpc + 4;
	c.y = 0x12345678;
	for (unsigned i = 1; i < 8; i++)
		c.g[i] = 0x11111ul * i;
	for (unsigned i = 0; i < 8; i++)
		c.o[i] = 0xa0a0 + i;
	for (unsigned i = 0; i < 16; i++)
		window[i] = 0xb0b0 + i;
	c.o[6] = USER_STACK_TOP - 256 - 2047;
	popped = pv_copyout(CONTEXT, &c, sizeof(c));
	if (popped == PV_OK)
		popped = pv_copyout(USER_STACK_TOP - 256, window, sizeof(window));
	if (popped == PV_OK)
		popped = pv_uframe_pop_signal(f, CONTEXT);
}

USER_CASE(context_comes_whole)
{
	user.on_call = whole;
	CHECK_EQ(user_start(user_call), USER_EXITED);
	CHECK_OK(popped);
	CHECK_EQ(user_get(W_SPOILED), 0);
}

/* A program counter has no low bits, whatever a context says. */
static void
odd(struct pv_uframe *f)
{
	struct pv_user_context c;

	memset(&c, 0, sizeof(c));
	c.tpc = user_at(user_exit) | 3;
	c.tnpc = (user_at(user_exit) + 4) | 1;
	c.o[6] = USER_STACK_TOP - 256 - 2047;
	pop(f, &c);
}

USER_CASE(context_begins_at_an_instruction)
{
	user.on_call = odd;
	CHECK_EQ(user_start(user_call), USER_EXITED);
	CHECK_OK(popped);
}

/* The record has 43 bits: what is above is another address, which nothing is at. */
USER_CASE(high_addresses_are_no_others)
{
	for (unsigned bit = 43; bit < 64; bit++) {
		user_set(W_ADDRESS, USER_DATA | 1ul << bit);
		CHECK_EQ(user_start(user_read), USER_TRAPPED);
		CHECK_EQ(user.trap.cause, PV_CAUSE_PAGE_FAULT);
	}
}

static const struct suite_case cases[] = {
	{ "interrupts_keep_registers", interrupts_keep_registers, "pv_user_enter", CASE_ONCE },
	{ "delay_slots_go_on_at_the_target", delay_slots_go_on_at_the_target, "pv_user_enter", CASE_ONCE },
	{ "windows_come_from_a_page_on_demand", windows_come_from_a_page_on_demand, "pv_space_map", CASE_ONCE },
	{ "windows_have_the_programs_rights", windows_have_the_programs_rights, "pv_space_map", CASE_ONCE },
	{ "copies_have_the_programs_rights", copies_have_the_programs_rights, "pv_copyin pv_copyout", CASE_ONCE },
	{ "context_comes_whole", context_comes_whole, "pv_uframe_pop_signal", CASE_ONCE },
	{ "context_begins_at_an_instruction", context_begins_at_an_instruction, "pv_uframe_pop_signal", CASE_ONCE },
	{ "high_addresses_are_no_others", high_addresses_are_no_others, "pv_space_map", CASE_ONCE },
	{ "context_gives_no_rights", context_gives_no_rights, "pv_uframe_pop_signal", CASE_ONCE },
};
SUITE(suite_entry, "entry", cases);
