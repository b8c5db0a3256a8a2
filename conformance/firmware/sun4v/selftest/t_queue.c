/*
 * Mondo queues, cross-CPU mondos, strands: sun4v.md 4.3, 4.4, 4.7. The queue registers are
 * reached by marked instructions (README).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

#define HEAD(queue)	(0x3c0 + 16 * ((queue) - QUEUE_CPU))
#define TAIL(queue)	(HEAD(queue) + 8)

static u64 mondo_log[4][QUEUE_ENTRIES][8];
static uint8_t other_stack[3][16 * KIB] __attribute__((aligned(64)));

static struct strand *
self(void)
{
	return (struct strand *)get_scratch(0);
}

struct queue *
queue_open(u64 queue, u64 entries)
{
	struct queue *q = &self()->queue[queue - QUEUE_CPU];
	u64 size = entries * 64;

	*q = (struct queue){ .base = (u64)page_pool(size), .mask = size - 1,
	    .log = (u64)mondo_log[queue - QUEUE_CPU] };
	IS(FAST(CPU_QCONF, queue, q->base, entries), EOK);
	return q;
}

void
queue_close(u64 queue)
{
	IS(FAST(CPU_QCONF, queue, 0, 0), EOK);
}

u64 *
queue_entry(u64 queue, u64 number)
{
	return mondo_log[queue - QUEUE_CPU][number % QUEUE_ENTRIES];
}

TEST(queue, registers,
    "4.7: head read-write, tail read-only; CPU_QCONF resets head and tail; wherever the operands are")
{
	for (u64 queue = QUEUE_CPU; queue <= QUEUE_NONRESUMABLE; queue++) {
		queue_open(queue, 8);
		IS(queue_get(HEAD(queue)), 0);
		IS(queue_get(TAIL(queue)), 0);
		queue_set(HEAD(queue), 64);
		IS(queue_get(HEAD(queue)), 64);
		IS(queue_get_g(HEAD(queue)), 64);
		IS(queue_get_o(HEAD(queue)), 64);
		IS(queue_get_l(HEAD(queue)), 64);
		IS(queue_get_i(HEAD(queue)), 64);
		queue_set_l(HEAD(queue), 448);
		IS(queue_get_g(HEAD(queue)), 448);
		IS(queue_get(TAIL(queue)), 0);
		queue_clear(HEAD(queue));
		IS(queue_get(HEAD(queue)), 0);
		queue_set(HEAD(queue), 128);
		queue_open(queue, 4);
		IS(queue_get(HEAD(queue)), 0);
		queue_close(queue);
	}
}

TEST(queue, wrong_head, "4.7: what no entry has is no head; the tail is read-only")
{
	static const u64 heads[] = { 512, 8, ~0ul, 1ul << 32 };

	IS(FAST(MMU_FAULT_AREA_CONF, (u64)fault_area), EOK);
	queue_open(QUEUE_DEVICE, 8);
	announce("guest: a queue's head");
	for (u64 i = 0; i < ARRAY(heads); i++) {
		queue_set(HEAD(QUEUE_DEVICE), heads[i]);
		CHECK(queue_get(HEAD(QUEUE_DEVICE)) < 512 && queue_get(HEAD(QUEUE_DEVICE)) % 64 == 0);
	}
	announce("guest: ");
	skip_next(1);
	queue_set(TAIL(QUEUE_DEVICE), 64);
	trap_of(1)->action = ACTION_NONE;
	CHECK(trap_of(1)->tt == 0 || trap_of(1)->tt == TT_D_EXCEPTION);
	IS(queue_get(TAIL(QUEUE_DEVICE)), 0);
	queue_close(QUEUE_DEVICE);
}

TEST(queue, in_handler, "4.7: the registers are there for a trap handler, with its own globals")
{
	struct trap *t;

	queue_open(QUEUE_CPU, 8);
	queue_set(HEAD(QUEUE_CPU), 192);
	t = run_next(1, nested_queue, HEAD(QUEUE_CPU), 0);
	t->result = 0x77;
	probe_trap();
	IS(t->result, 192);
	queue_close(QUEUE_CPU);
}

TEST(queue, nobody, "4.7: nothing comes into queues that are empty")
{
	struct queue *cpu = queue_open(QUEUE_CPU, 8), *device = queue_open(QUEUE_DEVICE, 8);

	flip = PSTATE_IE;
	for (u64 i = 0; i < 10; i++)
		FAST(CPU_YIELD);
	IS(cpu->traps + device->traps, 0);
	queue_close(QUEUE_CPU);
	queue_close(QUEUE_DEVICE);
}

/* What other strands do is in their own words: a function, its steps counted in arg[0]. */
static volatile u64 step, seen[8];

static void
start(u64 cpu, void (*function)(struct strand *))
{
	struct strand *s = &strands[cpu];

	memset(s, 0, sizeof(*s));
	s->stack = (u64)other_stack[cpu - 1] + sizeof(other_stack[0]) - FRAME - STACK_BIAS;
	s->function = (u64)function;
	step = 0;
	IS(FAST(CPU_START, cpu, (u64)strand_entry, (u64)__image_start, (u64)s), EOK);
}

/* Other strands run when this one gives way. */
static void
wait_for(u64 wanted)
{
	for (u64 i = 0; i < 1000 && step < wanted; i++)
		FAST(CPU_YIELD);
	if (step < wanted)
		wrong("the other strand is at step %u, not %u", step, wanted);
}

static void
give_way(void)
{
	struct call call = { .o = { 0, 0, 0, 0, 0, CPU_YIELD } };

	for (;;)
		call_80(&call);
}

static u64
quietly(u64 function, u64 a, u64 b, u64 c, u64 *result)
{
	struct call call = { .o = { a, b, c, 0, 0, function } };

	call_80(&call);
	if (result)
		*result = call.o[1];
	return call.o[0];
}

static void
stop(u64 cpu)
{
	IS(FAST(CPU_STOP, cpu), EOK);
	IS(FAST(CPU_STATE, cpu), EOK);
	IS(last.o[1], 1);
}

static void
tell_state(struct strand *s)
{
	u64 id = 77;

	quietly(CPU_MYID, 0, 0, 0, &id);
	seen[0] = id;
	quietly(CPU_GET_RTBA, 0, 0, 0, &id);
	seen[1] = id;
	seen[2] = get_scratch(0) == (u64)s;
	quietly(MMU_FAULT_AREA_INFO, 0, 0, 0, &id);
	seen[3] = id;
	seen[4] = quietly(MMU_ENABLE, 0, (u64)__image_start, 0, 0);	/* EINVAL: it is off */
	step = 1;
	give_way();
}

TEST(strand, start,
    "4.3: CPU_START: MMU off, PRIV, arg in %o0; CPU_STATE 1 stopped, 2 running; its own everything")
{
	FAST(MMU_FAULT_AREA_CONF, (u64)fault_area);
	for (u64 cpu = 1; cpu < asked_number("strands", 1); cpu++) {
		IS(FAST(CPU_STATE, cpu), EOK);
		IS(last.o[1], 1);
		announce("MMU_ENABLE: EINVAL");
		start(cpu, tell_state);
		IS(FAST(CPU_STATE, cpu), EOK);
		IS(last.o[1], 2);
		wait_for(1);
		IS(strand_state.pc, strand_entry);
		IS(strand_state.o[0], &strands[cpu]);
		IS(strand_state.pstate, PSTATE_PRIV);
		IS(strand_state.tl, 2);
		IS(strand_state.gl, 2);
		IS(strand_state.pil, 15);
		IS(strand_state.tba, 0);
		IS(strand_state.stick_cmpr >> 63, 1);
		IS(strand_state.softint, 0);
		IS(seen[0], cpu);
		IS(seen[1], __image_start);
		IS(seen[2], true);
		IS(seen[3], 0);
		IS(seen[4], EINVAL);
		REFUSED(EINVAL, CPU_START, cpu, (u64)strand_entry, (u64)__image_start, 0);
		stop(cpu);
	}
	IS(get_scratch(0), &strands[0]);
}

TEST(strand, start_refused, "4.3: CPU_START: ENORADDR, EBADALIGN; real trap table 256-byte aligned")
{
	u64 pc = (u64)strand_entry, rtba = (u64)__image_start;

	REFUSED(EBADALIGN, CPU_START, 1, pc + 2, rtba, 0);
	REFUSED(EBADALIGN, CPU_START, 1, pc, rtba + 128, 0);
	for (u64 n = 0, ra; (ra = bad_ra(n)) != 0; n++) {
		REFUSED(ENORADDR, CPU_START, 1, ra, rtba, 0);
		REFUSED(ENORADDR, CPU_START, 1, pc, ra, 0);
	}
	IS(FAST(CPU_STATE, 1), EOK);
	IS(last.o[1], 1);
	announce("CPU_STOP: E");
	CHECK(FAST(CPU_STOP, 1) != EOK);		/* nothing runs there */
}

static void
use_registers(struct strand *s)
{
	u64 value;

	set_scratch(0x08, 0x1111);
	set_context(SECONDARY, 0x77);
	set_pil(9);
	set_stick_cmpr(12345 | 1ul << 63);
	for (step = 1;;) {
		value = deep(12);
		seen[0] = value == 78 && get_scratch(0x08) == 0x1111 && probe_load(SECONDARY,
		    ASI_CONTEXT) == 0x77;
		s->arg[1]++;
		quietly(CPU_YIELD, 0, 0, 0, 0);
	}
}

TEST(strand, registers,
    "a strand's registers are its own: windows, globals, scratchpads, contexts, PIL, compare register")
{
	u64 runs = 0;

	start(1, use_registers);
	set_scratch(0x08, 0x2222);
	set_context(SECONDARY, 0x99);
	for (u64 i = 0; i < 50; i++) {
		IS(deep(i), i * (i + 1) / 2);	/* and what has to be kept is checked at each call */
		IS(FAST(CPU_YIELD), EOK);
		IS(get_scratch(0x08), 0x2222);
		IS(probe_load(SECONDARY, ASI_CONTEXT), 0x99);
		if (step)
			IS(seen[0], true);
		runs = strands[1].arg[1];
	}
	CHECK(runs > 10);
	stop(1);
	FAST(CPU_YIELD);
	runs = strands[1].arg[1];
	for (u64 i = 0; i < 20; i++)
		FAST(CPU_YIELD);
	IS(strands[1].arg[1], runs);
	start(1, use_registers);			/* and again from the start */
	wait_for(1);
	stop(1);
}

static uint16_t cpus[4] __attribute__((aligned(64)));
static u64 mondo_data[8] __attribute__((aligned(64)));

static void
send_to_first(struct strand *s)
{
	(void)s;
	for (u64 i = 1;; i++) {
		for (u64 k = 0; k < 8; k++)
			mondo_data[k] = i << 8 | k;
		cpus[0] = 0;
		seen[0] = quietly(CPU_MONDO_SEND, 1, (u64)cpus, (u64)mondo_data, 0);
		if (seen[0] != EOK)
			break;
		seen[1] = cpus[0];
		step = i;
	}
	step |= 1000;
	give_way();
}

TEST(mondo, one,
    "4.7: 64 bytes arrive as they were sent; trap 0x7c, TL 1; entries done become 0xffff; 4.6: "
    "regardless of PIL")
{
	struct queue *q = queue_open(QUEUE_CPU, 8);
	u64 *entry = queue_entry(QUEUE_CPU, 0);

	start(1, send_to_first);
	set_pstate(PSTATE_PRIV | PSTATE_IE);
	for (u64 i = 0; i < 100 && q->count == 0; i++)
		FAST(CPU_YIELD);
	set_pstate(PSTATE_PRIV);
	CHECK(q->count > 0);
	CHECK(q->traps > 0);
	IS(q->tl, 1);
	IS(q->tstate >> 8 & PSTATE_IE, PSTATE_IE);
	IS(q->tstate >> 40 & 7, 0);
	for (u64 k = 0; k < 8; k++)
		IS(entry[k], 1 << 8 | k);
	IS(seen[1], 0xffff);
	stop(1);
	queue_close(QUEUE_CPU);
}

TEST(mondo, closed, "4.6: 0x7c needs PSTATE.IE and head != tail; what came meanwhile comes when it opens")
{
	struct queue *q = queue_open(QUEUE_CPU, 8);

	start(1, send_to_first);
	wait_for(1);
	for (u64 i = 0; i < 10; i++)
		FAST(CPU_YIELD);
	IS(q->traps, 0);
	CHECK(queue_get(TAIL(QUEUE_CPU)) != 0);
	IS(queue_get(HEAD(QUEUE_CPU)), 0);
	IS(((u64 *)q->base)[1], 1 << 8 | 1);
	set_pstate(PSTATE_PRIV | PSTATE_IE);
	FAST(CPU_YIELD);
	set_pstate(PSTATE_PRIV);
	CHECK(q->count > 0);
	IS(queue_entry(QUEUE_CPU, 0)[7], 1 << 8 | 7);
	stop(1);
	queue_close(QUEUE_CPU);
}

TEST(mondo, full,
    "4.7: one entry is always unused; 4.3: on EWOULDBLOCK nothing is lost, retry with the same list")
{
	struct queue *q = queue_open(QUEUE_CPU, 4);

	start(1, send_to_first);
	wait_for(1000);
	IS(step, 3 | 1000);
	IS(seen[0], EWOULDBLOCK);
	IS(cpus[0], 0);
	IS(queue_get(TAIL(QUEUE_CPU)), 192);
	set_pstate(PSTATE_PRIV | PSTATE_IE);
	FAST(CPU_YIELD);
	set_pstate(PSTATE_PRIV);
	IS(q->count, 3);
	for (u64 i = 0; i < 3; i++)
		IS(queue_entry(QUEUE_CPU, i)[0], (i + 1) << 8);
	IS(queue_get(HEAD(QUEUE_CPU)), 192);
	stop(1);
	queue_close(QUEUE_CPU);
}

static void
send_many(struct strand *s)
{
	(void)s;
	for (u64 i = 1; i <= 100; i++) {
		mondo_data[0] = i;
		cpus[0] = 0;
		while ((seen[0] = quietly(CPU_MONDO_SEND, 1, (u64)cpus, (u64)mondo_data, 0)) == EWOULDBLOCK)
			quietly(CPU_YIELD, 0, 0, 0, 0);
		step = i;
	}
	give_way();
}

TEST(mondo, wrap, "4.7: head = (head + 64) & (size - 1): many times around, none lost, none twice")
{
	struct queue *q = queue_open(QUEUE_CPU, 4);
	u64 known = 0;

	start(1, send_many);
	for (u64 i = 0; i < 3000 && known < 100; i++) {
		set_pstate(PSTATE_PRIV | PSTATE_IE);
		FAST(CPU_YIELD);
		set_pstate(PSTATE_PRIV);
		for (; known < q->count; known++)
			IS(queue_entry(QUEUE_CPU, known)[0], known + 1);
	}
	IS(q->count, 100);
	stop(1);
	queue_close(QUEUE_CPU);
}

static struct queue *volatile other_queue;

static void
receive(struct strand *s)
{
	other_queue = queue_open(QUEUE_CPU, 8);
	set_pstate(PSTATE_PRIV | PSTATE_IE);
	step = 1;
	for (;;) {
		quietly(CPU_YIELD, 0, 0, 0, 0);
		s->arg[1] = other_queue->count;
	}
}

TEST(mondo, list, "4.3: a list of cpus: those done become 0xffff, one that is unknown or oneself ends it")
{
	start(1, receive);
	wait_for(1);
	cpus[0] = 1;
	cpus[1] = 0xffff;
	IS(FAST(CPU_MONDO_SEND, 2, (u64)cpus, (u64)mondo_data), EOK);
	IS(cpus[0], 0xffff);
	for (u64 i = 0; i < 10; i++)
		FAST(CPU_YIELD);
	IS(strands[1].arg[1], 1);
	cpus[0] = 7;
	cpus[1] = 1;
	REFUSED(ENOCPU, CPU_MONDO_SEND, 2, (u64)cpus, (u64)mondo_data);
	cpus[0] = 0;
	cpus[1] = 1;
	REFUSED(EINVAL, CPU_MONDO_SEND, 2, (u64)cpus, (u64)mondo_data);
	stop(1);
}

TEST(mondo, no_queue, "a mondo to a cpu that has no queue, or is stopped, is refused and kept")
{
	start(1, tell_state);
	wait_for(1);
	cpus[0] = 1;
	announce("CPU_MONDO_SEND: E|MMU_ENABLE: EINVAL");
	CHECK(FAST(CPU_MONDO_SEND, 1, (u64)cpus, (u64)mondo_data) != EOK);
	IS(cpus[0], 1);
	stop(1);
	announce("CPU_MONDO_SEND: E|MMU_ENABLE: EINVAL");
	CHECK(FAST(CPU_MONDO_SEND, 1, (u64)cpus, (u64)mondo_data) != EOK);
	IS(cpus[0], 1);
}
