/*
 * Mondo queues and their registers: sun4v.md 4.7. They are reached by marked instructions
 * (README).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

#define HEAD(queue)	(0x3c0 + 16 * ((queue) - QUEUE_CPU))
#define TAIL(queue)	(HEAD(queue) + 8)

static u64 mondo_log[4][QUEUE_ENTRIES][8];

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
	IS(quietly(CPU_QCONF, queue, q->base, entries, 0), EOK);
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
	queue_set(HEAD(QUEUE_DEVICE), 256);
	announce("guest: ");
	skip_next(1);
	queue_set(TAIL(QUEUE_DEVICE), 64);
	trap_of(1)->action = ACTION_NONE;
	CHECK(trap_of(1)->tt == 0 || trap_of(1)->tt == TT_D_EXCEPTION);
	IS(queue_get(TAIL(QUEUE_DEVICE)), 0);
	IS(queue_get(HEAD(QUEUE_DEVICE)), 256);
	queue_close(QUEUE_DEVICE);
}

TEST(queue, no_register,
    "4.7: other offsets are no queue registers: 0x30, as any address space that is not there")
{
	static const u64 offsets[] = { 0x3b8, 0x400, 0, ~0ul - 7, 0x3c4, 0x3c1 };

	IS(FAST(MMU_FAULT_AREA_CONF, (u64)fault_area), EOK);
	queue_open(QUEUE_DEVICE, 8);
	announce("guest: ");
	for (u64 i = 0; i < ARRAY(offsets); i++) {
		skip_next(1);
		queue_get(offsets[i]);
		CHECK(trap_of(1)->tt == TT_D_EXCEPTION || trap_of(1)->tt == TT_ALIGNMENT);
		skip_next(1);
		queue_set(offsets[i], 64);
		CHECK(trap_of(1)->tt == TT_D_EXCEPTION || trap_of(1)->tt == TT_ALIGNMENT);
	}
	queue_close(QUEUE_DEVICE);
}

TEST(queue, copied,
    "README: wherever the code was copied to and however it is mapped, if its accesses were replaced before")
{
	u64 *page, (*get)(u64 at);
	struct tsb *tsb;

	queue_open(QUEUE_CPU, 8);
	queue_set(HEAD(QUEUE_CPU), 320);
	page = page_pool(PAGE);
	memcpy(page, (const void *)queue_get, 32);
	sync_code(page);
	get = (u64 (*)(u64))page;
	IS(get(HEAD(QUEUE_CPU)), 320);
	mmu_on();
	tsb = tsb_make(MMU_TSB_CTX0, SIZE_8K, 1, 0);
	tsb_put(tsb, SIZE_8K, 0x4000000000, 0, tte(page, TTE_KERNEL));
	get = (u64 (*)(u64))0x4000000000;
	IS(get(HEAD(QUEUE_CPU)), 320);
	mmu_off();
	queue_close(QUEUE_CPU);
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
	struct queue *errors = queue_open(QUEUE_RESUMABLE, 8), *worse = queue_open(QUEUE_NONRESUMABLE, 8);

	flip = PSTATE_IE;
	for (u64 i = 0; i < 10; i++)
		FAST(CPU_YIELD);
	IS(cpu->traps + device->traps + errors->traps + worse->traps, 0);
	for (u64 queue = QUEUE_CPU; queue <= QUEUE_NONRESUMABLE; queue++)
		queue_close(queue);
}
