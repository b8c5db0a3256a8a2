/*
 * Other strands of the self-test guest: a function runs on each, in turn with the first
 * strand, and tells by `step` and `seen` how far it is and what it saw.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

volatile u64 step, seen[8];
static uint8_t other_stack[3][16 * KIB] __attribute__((aligned(64)));

void
strand_start(u64 cpu, void (*function)(struct strand *))
{
	struct strand *s = &strands[cpu];

	memset(s, 0, sizeof(*s));
	s->stack = (u64)other_stack[cpu - 1] + sizeof(other_stack[0]) - FRAME - STACK_BIAS;
	s->function = (u64)function;
	step = 0;
	IS(FAST(CPU_START, cpu, (u64)strand_entry, (u64)__image_start, (u64)s), EOK);
}

/* Other strands run when this one gives way. */
void
wait_for(u64 wanted)
{
	for (u64 i = 0; i < 1000 && step < wanted; i++)
		FAST(CPU_YIELD);
	if (step < wanted)
		wrong("the other strand is at step %u, not %u", step, wanted);
}

void
give_way(void)
{
	for (;;) {
		struct call call = { .o = { 0, 0, 0, 0, 0, CPU_YIELD } };

		call_80(&call);
	}
}

u64
quietly(u64 function, u64 a, u64 b, u64 c, u64 *result)
{
	struct call call = { .o = { a, b, c, 0, 0, function } };

	call_80(&call);
	if (result)
		*result = call.o[1];
	return call.o[0];
}

void
strand_stop(u64 cpu)
{
	IS(FAST(CPU_STOP, cpu), EOK);
	IS(FAST(CPU_STATE, cpu), EOK);
	IS(last.o[1], 1);
}

static volatile u64 busy_rounds, busy_wrong;

/* Something to do beside every case: calls, windows, a scratchpad, a secondary context. */
static void
keep_busy(struct strand *s)
{
	u64 id;

	set_scratch(0x10, 0x7777);
	set_context(SECONDARY, 0x123);
	for (;; busy_rounds++) {
		quietly(CPU_MYID, 0, 0, 0, &id);
		if (id != 3 || deep(9) != 45 || get_scratch(0x10) != 0x7777 || get_scratch(0) != (u64)s ||
		    probe_load(SECONDARY, ASI_CONTEXT) != 0x123)
			busy_wrong++;
	}
}

void
strand_busy(void)
{
	strand_start(3, keep_busy);
}

bool
strand_was_busy(void)
{
	print("# beside: %u rounds, %u wrong\n", busy_rounds, busy_wrong);
	return busy_rounds > 10 && busy_wrong == 0;
}
