/*
 * Mondos from one strand to another: sun4v.md 4.3, 4.6, 4.7.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

#define HEAD	0x3c0
#define TAIL	0x3c8
#define VA	0x4000000000ul

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

	strand_start(1, send_to_first);
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
	strand_stop(1);
	queue_close(QUEUE_CPU);
}

TEST(mondo, closed, "4.6: 0x7c needs PSTATE.IE and head != tail; what came meanwhile comes when it opens")
{
	struct queue *q = queue_open(QUEUE_CPU, 8);

	strand_start(1, send_to_first);
	wait_for(1);
	for (u64 i = 0; i < 10; i++)
		FAST(CPU_YIELD);
	IS(q->traps, 0);
	CHECK(queue_get(TAIL) != 0);
	IS(queue_get(HEAD), 0);
	IS(((u64 *)q->base)[1], 1 << 8 | 1);
	set_pstate(PSTATE_PRIV | PSTATE_IE);
	FAST(CPU_YIELD);
	set_pstate(PSTATE_PRIV);
	CHECK(q->count > 0);
	IS(queue_entry(QUEUE_CPU, 0)[7], 1 << 8 | 7);
	strand_stop(1);
	queue_close(QUEUE_CPU);
}

TEST(mondo, full,
    "4.7: one entry is always unused; 4.3: on EWOULDBLOCK nothing is lost, retry with the same list")
{
	struct queue *q = queue_open(QUEUE_CPU, 4);

	strand_start(1, send_to_first);
	wait_for(1000);
	IS(step, 3 | 1000);
	IS(seen[0], EWOULDBLOCK);
	IS(cpus[0], 0);
	IS(queue_get(TAIL), 192);
	set_pstate(PSTATE_PRIV | PSTATE_IE);
	FAST(CPU_YIELD);
	set_pstate(PSTATE_PRIV);
	IS(q->count, 3);
	for (u64 i = 0; i < 3; i++)
		IS(queue_entry(QUEUE_CPU, i)[0], (i + 1) << 8);
	IS(queue_get(HEAD), 192);
	strand_stop(1);
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

	strand_start(1, send_many);
	for (u64 i = 0; i < 3000 && known < 100; i++) {
		set_pstate(PSTATE_PRIV | PSTATE_IE);
		FAST(CPU_YIELD);
		set_pstate(PSTATE_PRIV);
		for (; known < q->count; known++)
			IS(queue_entry(QUEUE_CPU, known)[0], known + 1);
	}
	IS(q->count, 100);
	strand_stop(1);
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
	strand_start(1, receive);
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
	strand_stop(1);
}

static void
do_nothing(struct strand *s)
{
	(void)s;
	step = 1;
	give_way();
}

TEST(mondo, no_queue, "a mondo to a cpu that has no queue, or is stopped, is not done")
{
	strand_start(1, do_nothing);
	wait_for(1);
	cpus[0] = 1;
	CHECK(FAST(CPU_MONDO_SEND, 1, (u64)cpus, (u64)mondo_data) != EOK);
	IS(cpus[0], 1);
	strand_stop(1);
	CHECK(FAST(CPU_MONDO_SEND, 1, (u64)cpus, (u64)mondo_data) != EOK);
	IS(cpus[0], 1);
}

/* One mondo is in the queue, and interrupts are off. */
static struct queue *
one_waits(void)
{
	struct queue *q = queue_open(QUEUE_CPU, 8);

	strand_start(1, send_to_first);
	wait_for(1);
	strand_stop(1);
	CHECK(queue_get(TAIL) != 0);
	IS(q->traps, 0);
	return q;
}

TEST(mondo, in_handler, "4.6: at TL 1 with IE it comes to TL 2, by the other half of the table")
{
	struct queue *q = one_waits();
	u64 traps_before = traps();

	run_next(1, nested_yield, 0, 0);
	probe_trap();
	CHECK(q->count > 0);
	IS(q->tl, 2);
	IS(q->tstate >> 40 & 7, 1);
	IS(traps(), traps_before + 1);
	queue_close(QUEUE_CPU);
}

TEST(mondo, once, "4.6: TPC/TNPC are behind the call on whose way out it comes: neither is done twice")
{
	uint8_t *area = page_pool(256);
	struct queue *q;

	q = one_waits();
	IS(count_after_call(PSTATE_PRIV | PSTATE_IE), 1);
	CHECK(q->count > 0);
	queue_close(QUEUE_CPU);
	q = one_waits();
	IS(FAST(MMU_FAULT_AREA_CONF, (u64)area), EOK);
	set_pstate(PSTATE_PRIV | PSTATE_IE);
	IS(FAST(MMU_FAULT_AREA_CONF, (u64)area + 64), EOK);
	set_pstate(PSTATE_PRIV);
	IS(last.o[1], area);
	CHECK(q->count > 0);
	queue_close(QUEUE_CPU);
}

TEST(mondo, levels, "README: not at TL 2 or GL 2, whatever else is")
{
	struct queue *q = one_waits();

	yield_at(2, 0);
	IS(q->count, 0);
	yield_at(0, 2);
	IS(q->count, 0);
	yield_at(0, 1);
	CHECK(q->count > 0);
	IS(q->tl, 1);
	queue_close(QUEUE_CPU);
}

TEST(mondo, at_tl2, "4.6: at TL 2 there is no level left: it waits")
{
	struct queue *q = one_waits();

	run_next(1, nested_trap, 0, 0);
	run_next(2, nested_yield, 0, 0);
	probe_trap();
	IS(q->count, 0);
	set_pstate(PSTATE_PRIV | PSTATE_IE);
	FAST(CPU_YIELD);
	set_pstate(PSTATE_PRIV);
	CHECK(q->count > 0);
	queue_close(QUEUE_CPU);
}

TEST(mondo, in_miss, "README: on the way out of a miss, too; the instruction is done once, behind it")
{
	struct queue *q = one_waits();
	u64 *page = page_pool(PAGE);
	struct tsb *tsb;

	page[1] = 5;
	mmu_on();
	tsb = tsb_make(MMU_TSB_CTX0, SIZE_8K, 1, 0);
	tsb_put(tsb, SIZE_8K, VA, 0, tte(page, TTE_KERNEL));
	set_pstate(PSTATE_PRIV | PSTATE_IE);
	IS(load(VA + 8), 5);
	set_pstate(PSTATE_PRIV);
	CHECK(q->count > 0);
	IS(q->tl, 1);
	mmu_off();
	queue_close(QUEUE_CPU);
}

TEST(mondo, in_user, "4.6: out of user mode, which goes on behind it")
{
	struct queue *q = one_waits();
	u64 *code = page_pool(PAGE), *page = page_pool(PAGE);
	struct tsb *tsb;

	page[2] = 0x9876;
	memcpy(code, user_load, 32);
	sync_code(code);
	mmu_on();
	tsb = tsb_make(MMU_TSB_CTXNON0, SIZE_8K, 1, 0);
	tsb_put(tsb, SIZE_8K, VA, 0, tte(code, TTE_RAM | TTE_X));
	tsb_put(tsb, SIZE_8K, VA + PAGE, 0, tte(page, TTE_RAM));
	user_pstate = PSTATE_IE;
	IS(user(VA, 7, 0, VA + PAGE + 16), TT_TA + 0x10);
	user_pstate = 0;
	set_pstate(PSTATE_PRIV);
	IS(user_result, 0x9876);
	CHECK(q->count > 0);
	IS(q->tl, 1);
	IS(q->tstate >> 8 & (PSTATE_PRIV | PSTATE_IE), PSTATE_IE);
	mmu_off();
	queue_close(QUEUE_CPU);
}

TEST(mondo, closed_queue, "4.3: CPU_QCONF resets head and tail: what was in the queue is gone")
{
	struct queue *q = one_waits();

	queue_open(QUEUE_CPU, 8);
	IS(queue_get(TAIL), 0);
	set_pstate(PSTATE_PRIV | PSTATE_IE);
	FAST(CPU_YIELD);
	set_pstate(PSTATE_PRIV);
	IS(q->count, 0);
	queue_close(QUEUE_CPU);
}
