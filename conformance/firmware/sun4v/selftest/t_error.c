/*
 * Error reports: sun4v.md 4.6, 4.7. The device "errors" makes them on request (README):
 * its first interrupt is a resumable error, the next a non-resumable one.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

struct report {
	u64 handle, stick;
	uint32_t type, attributes;
	u64 address;
	uint32_t size;
	uint16_t cpu, seconds;
	u64 rest[3];
};
_Static_assert(sizeof(struct report) == 64, "an entry of a queue");

enum { UNCORRECTED_RESUMABLE = 1, PRECISE = 2, DEFERRED = 3, SHUTDOWN = 4 };
enum { OF_CPU = 1, OF_MEMORY = 2, OF_PIO = 4, SECONDS = 32 };

static u64 handle, ino;

static bool
find(void)
{
	for (int node = -1; (node = md_next(node, "virtual-device")) >= 0;) {
		const char *name = md_string(node, "name");

		if (name && name[0] == 'e' && name[1] == 'r' && name[2] == 'r')
			return md_value(node, "cfg-handle", &handle) && md_value(node, "ino", &ino);
	}
	wrong("the machine description has no device for errors");
	return false;
}

static void
ring(u64 which)
{
	FAST(VINTR_SETTARGET, handle, ino + which, 0);
	FAST(VINTR_SETVALID, handle, ino + which, 1);
	IS(FAST(VINTR_SETSTATE, handle, ino + which, 1), EOK);
}

TEST(error, resumable,
    "4.7: 64 bytes: handle, stick, type, attributes, ..., seconds; 4.6: 0x7e needs PSTATE.IE")
{
	struct queue *q = queue_open(QUEUE_RESUMABLE, 4);
	const struct report *r = (const struct report *)queue_entry(QUEUE_RESUMABLE, 0);
	u64 first, before = get_stick();

	CHECK(find());
	for (u64 i = 1; i <= 6; i++) {
		ring(0);
		IS(q->count, i - 1);
		IS((queue_get(0x3e8) - queue_get(0x3e0)) & 255, 64);
		set_pstate(PSTATE_PRIV | PSTATE_IE);
		FAST(CPU_YIELD);
		set_pstate(PSTATE_PRIV);
		IS(q->count, i);
		IS(q->tl, 1);
	}
	first = r->handle;
	CHECK(r[1].handle != first);
	CHECK(r->stick >= before && r->stick <= get_stick());
	CHECK(r->stick <= r[1].stick);
	IS(r->type, SHUTDOWN);
	IS(r->attributes & SECONDS, SECONDS);
	CHECK(r->seconds > 0);
	queue_close(QUEUE_RESUMABLE);
}

TEST(error, resumable_full, "4.7: one entry is always unused; what finds no room is told, and lost")
{
	struct queue *q = queue_open(QUEUE_RESUMABLE, 4);

	CHECK(find());
	for (u64 i = 0; i < 3; i++)
		ring(0);
	announce("guest: a resumable error");
	ring(0);
	IS(queue_get(0x3e8), 192);
	set_pstate(PSTATE_PRIV | PSTATE_IE);
	FAST(CPU_YIELD);
	set_pstate(PSTATE_PRIV);
	IS(q->count, 3);
	queue_close(QUEUE_RESUMABLE);
	ring(0);				/* and without a queue */
}

TEST(error, nonresumable, "4.6: 0x7f nonresumable_error: hypervisor generated, not masked by IE")
{
	struct queue *q = queue_open(QUEUE_NONRESUMABLE, 4);
	const struct report *r = (const struct report *)queue_entry(QUEUE_NONRESUMABLE, 0);

	CHECK(find());
	for (u64 i = 1; i <= 5; i++) {
		ring(1);
		IS(q->count, i);
		IS(q->traps, i);
	}
	IS(q->tl, 1);
	IS(q->tstate >> 8 & PSTATE_IE, 0);
	CHECK(r->type == PRECISE || r->type == DEFERRED);
	IS(r->attributes & 63, OF_MEMORY);
	CHECK(memory_end(r->address) != 0);
	CHECK(r->size > 0);
	IS(r->cpu, 0);
	queue_close(QUEUE_NONRESUMABLE);
}

static struct queue *volatile other_queue;

static void
take_errors(struct strand *s)
{
	(void)s;
	other_queue = queue_open(QUEUE_NONRESUMABLE, 4);
	step = 1;
	give_way();
}

TEST(strand, error, "4.7: the report says which cpu; it comes to that one")
{
	const struct report *r = (const struct report *)queue_entry(QUEUE_NONRESUMABLE, 0);

	CHECK(find());
	strand_start(1, take_errors);
	wait_for(1);
	FAST(VINTR_SETVALID, handle, ino + 1, 1);
	IS(FAST(VINTR_SETTARGET, handle, ino + 1, 1), EOK);
	IS(FAST(VINTR_SETSTATE, handle, ino + 1, 1), EOK);
	for (u64 i = 0; i < 10; i++)
		FAST(CPU_YIELD);
	IS(other_queue->count, 1);
	IS(r->cpu, 1);
	IS(FAST(VINTR_SETTARGET, handle, ino + 1, 0), EOK);
	strand_stop(1);
}

TEST(wrongerror, no_queue, "4.6: a non-resumable error that cannot be told is the end")
{
	CHECK(find());
	end_here();
	announce("killed: a non-resumable error.*trap 0x7f");
	ring(1);
	print("Bail out! the guest is still there\n");
}
