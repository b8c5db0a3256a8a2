/*
 * Virtual interrupts by cookie: sun4v.md 4.3, 4.7, 4.11. The doorbell is a device that
 * only rings (README): VINTR_SETSTATE to 1 makes its source pending.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

#define COOKIE	0x123456789abcdef0ul

static u64 handle, ino;

/* The doorbell's handle and first interrupt, from the machine description. */
static bool
find(void)
{
	for (int node = -1; (node = md_next(node, "virtual-device")) >= 0;) {
		const char *name = md_string(node, "name");

		if (name && name[0] == 'd' && name[1] == 'o' && name[2] == 'o' && name[3] == 'r')
			return md_value(node, "cfg-handle", &handle) && md_value(node, "ino", &ino);
	}
	wrong("the machine description has no doorbell");
	return false;
}

static u64
state(void)
{
	IS(FAST(VINTR_GETSTATE, handle, ino), EOK);
	return last.o[1];
}

static void
ready(u64 valid)
{
	IS(FAST(VINTR_SETCOOKIE, handle, ino, COOKIE), EOK);
	IS(FAST(VINTR_SETTARGET, handle, ino, 0), EOK);
	IS(FAST(VINTR_SETSTATE, handle, ino, 0), EOK);
	IS(FAST(VINTR_SETVALID, handle, ino, valid), EOK);
}

/* A look at the queue: interrupts open over one call. */
static void
open_once(void)
{
	set_pstate(PSTATE_PRIV | PSTATE_IE);
	FAST(CPU_YIELD);
	set_pstate(PSTATE_PRIV);
}

TEST(vintr, properties, "4.3: cookie, valid, state, target are set and got; cookie 64-bit")
{
	CHECK(find());
	ready(1);
	IS(FAST(VINTR_GETCOOKIE, handle, ino), EOK);
	IS(last.o[1], COOKIE);
	IS(FAST(VINTR_GETTARGET, handle, ino), EOK);
	IS(last.o[1], 0);
	IS(FAST(VINTR_GETVALID, handle, ino), EOK);
	IS(last.o[1], 1);
	IS(state(), 0);
	IS(FAST(VINTR_SETVALID, handle, ino, 0), EOK);
	IS(FAST(VINTR_GETVALID, handle, ino), EOK);
	IS(last.o[1], 0);
}

TEST(vintr, refused,
    "4.11: VINTR_SETTARGET to unknown cpu: ENOCPU; unknown devices, states and values: EINVAL")
{
	CHECK(find());
	ready(0);
	REFUSED(ENOCPU, VINTR_SETTARGET, handle, ino, 7);
	REFUSED(ENOCPU, VINTR_SETTARGET, handle, ino, ~0ul);
	REFUSED(EINVAL, VINTR_SETSTATE, handle, ino, 3);
	REFUSED(EINVAL, VINTR_SETSTATE, handle, ino, ~0ul);
	REFUSED(EINVAL, VINTR_SETVALID, handle, ino, 2);
	for (u64 f = VINTR_GETCOOKIE; f <= VINTR_SETTARGET; f++) {
		REFUSED(EINVAL, f, handle, 0x7777, 0);
		REFUSED(EINVAL, f, handle, ~0ul, 0);
		REFUSED(EINVAL, f, 0x7777777, ino, 0);
		REFUSED(EINVAL, f, ~0ul, ino, 0);
	}
	for (u64 i = 0; i < 4; i++) {
		REFUSED(EINVAL, VINTR_GETSTATE, 0x200, 8 + i);	/* README: handle 0x200 has the channels' */
		REFUSED(EINVAL, VINTR_GETSTATE, handle, ino - 1 - i);
	}
	IS(FAST(VINTR_GETTARGET, handle, ino), EOK);
	IS(last.o[1], 0);
}

static struct queue *volatile other_queue;

static void
take_interrupts(struct strand *s)
{
	(void)s;
	other_queue = queue_open(QUEUE_DEVICE, 8);
	set_pstate(PSTATE_PRIV | PSTATE_IE);
	step = 1;
	give_way();
}

TEST(strand, vintr, "4.3: VINTR_SETTARGET: the mondo goes to that cpu")
{
	struct queue *mine = queue_open(QUEUE_DEVICE, 8);

	CHECK(find());
	strand_start(1, take_interrupts);
	wait_for(1);
	ready(1);
	IS(FAST(VINTR_SETTARGET, handle, ino, 1), EOK);
	IS(FAST(VINTR_GETTARGET, handle, ino), EOK);
	IS(last.o[1], 1);
	IS(FAST(VINTR_SETSTATE, handle, ino, 1), EOK);
	for (u64 i = 0; i < 10; i++)
		open_once();
	IS(mine->count, 0);
	IS(other_queue->count, 1);
	IS(state(), 2);
	IS(FAST(VINTR_SETSTATE, handle, ino, 0), EOK);
	IS(FAST(VINTR_SETTARGET, handle, ino, 0), EOK);
	IS(FAST(VINTR_SETSTATE, handle, ino, 1), EOK);
	open_once();
	IS(mine->count, 1);
	IS(FAST(VINTR_SETSTATE, handle, ino, 0), EOK);
	strand_stop(1);
	queue_close(QUEUE_DEVICE);
}

TEST(vintr, ring,
    "4.11: becomes 2 (delivered) when the mondo was queued; 4.3: the cookie is word 0; 4.6: trap 0x7d")
{
	struct queue *q = queue_open(QUEUE_DEVICE, 8);

	CHECK(find());
	ready(1);
	IS(FAST(VINTR_SETSTATE, handle, ino, 1), EOK);
	IS(state(), 2);
	IS(q->traps, 0);
	IS(queue_get(0x3d8), 64);
	IS(*(u64 *)q->base, COOKIE);
	open_once();
	IS(q->traps, 1);
	IS(q->count, 1);
	IS(q->tl, 1);
	IS(queue_entry(QUEUE_DEVICE, 0)[0], COOKIE);
	IS(state(), 2);
	IS(FAST(VINTR_SETSTATE, handle, ino, 0), EOK);
	IS(state(), 0);
	open_once();
	IS(q->count, 1);
	queue_close(QUEUE_DEVICE);
}

TEST(vintr, once, "4.11: no further mondo for that ino until the guest sets 0")
{
	struct queue *q = queue_open(QUEUE_DEVICE, 8);

	CHECK(find());
	ready(1);
	IS(FAST(VINTR_SETSTATE, handle, ino, 1), EOK);
	open_once();
	IS(q->count, 1);
	for (u64 i = 0; i < 3; i++) {
		IS(FAST(VINTR_SETCOOKIE, handle, ino, COOKIE + i), EOK);
		open_once();
	}
	IS(q->count, 1);
	IS(state(), 2);
	for (u64 i = 2; i <= 20; i++) {			/* as often as it is ended and rings */
		IS(FAST(VINTR_SETSTATE, handle, ino, 0), EOK);
		IS(FAST(VINTR_SETSTATE, handle, ino, 1), EOK);
		open_once();
		IS(q->count, i);
	}
	IS(FAST(VINTR_SETSTATE, handle, ino, 0), EOK);
	queue_close(QUEUE_DEVICE);
}

TEST(vintr, invalid,
    "4.3: VINTR_SETVALID 0: nothing is queued; what is pending comes when it becomes valid")
{
	struct queue *q = queue_open(QUEUE_DEVICE, 8);

	CHECK(find());
	ready(0);
	IS(FAST(VINTR_SETSTATE, handle, ino, 1), EOK);
	CHECK(state() != 2);
	open_once();
	IS(q->count, 0);
	IS(FAST(VINTR_SETVALID, handle, ino, 1), EOK);
	open_once();
	IS(q->count, 1);
	IS(state(), 2);
	IS(FAST(VINTR_SETSTATE, handle, ino, 0), EOK);
	queue_close(QUEUE_DEVICE);
}

TEST(vintr, no_queue,
    "4.11: delivered only when the mondo was queued: not without a queue, and it comes when there is one")
{
	struct queue *q;

	CHECK(find());
	ready(1);
	IS(FAST(VINTR_SETSTATE, handle, ino, 1), EOK);
	CHECK(state() != 2);
	q = queue_open(QUEUE_DEVICE, 8);
	for (u64 i = 0; i < 4 && q->count == 0; i++)
		open_once();
	IS(q->count, 1);
	IS(state(), 2);
	IS(FAST(VINTR_SETSTATE, handle, ino, 0), EOK);
	queue_close(QUEUE_DEVICE);
}

static void
sysino_ready(u64 sysino)
{
	IS(FAST(INTR_SETTARGET, sysino, 0), EOK);
	IS(FAST(INTR_SETSTATE, sysino, 0), EOK);
	IS(FAST(INTR_SETENABLED, sysino, 1), EOK);
}

TEST(vintr, sysino,
    "4.2: interrupt major 1 = sysino calls; 4.7: word 0 = sysino (< 0x1000 typically); set to idle = end")
{
	struct queue *q = queue_open(QUEUE_DEVICE, 8);
	u64 sysino;

	CHECK(find());
	need_group(GROUP_INTERRUPT, 1, 0);
	IS(FAST(INTR_DEVINO2SYSINO, handle, ino), EOK);
	sysino = last.o[1];
	CHECK(sysino < 0x1000);
	REFUSED(EINVAL, INTR_DEVINO2SYSINO, handle, 0x7777);
	REFUSED(EINVAL, INTR_GETSTATE, 0x7777);
	REFUSED(EINVAL, INTR_SETENABLED, sysino, 2);
	REFUSED(EINVAL, INTR_SETSTATE, sysino, 3);
	REFUSED(ENOCPU, INTR_SETTARGET, sysino, 7);
	sysino_ready(sysino);
	IS(FAST(INTR_GETENABLED, sysino), EOK);
	IS(last.o[1], 1);
	IS(FAST(INTR_GETTARGET, sysino), EOK);
	IS(last.o[1], 0);
	for (u64 i = 1; i <= 3; i++) {
		IS(FAST(INTR_SETSTATE, sysino, 1), EOK);
		open_once();
		IS(q->count, i);
		IS(queue_entry(QUEUE_DEVICE, i - 1)[0], sysino);
		IS(FAST(INTR_GETSTATE, sysino), EOK);
		IS(last.o[1], 2);
		IS(FAST(INTR_SETSTATE, sysino, 0), EOK);
	}
	IS(FAST(INTR_SETENABLED, sysino, 0), EOK);
	need_group(GROUP_INTERRUPT, 2, 0);
	queue_close(QUEUE_DEVICE);
}

TEST(vintr, all_inos,
    "4.9: every endpoint's tx-ino and rx-ino is an interrupt of channel-devices' cfg-handle")
{
	u64 channels = ~0ul, inos[2];

	for (int node = -1; (node = md_next(node, "virtual-device")) >= 0;) {
		const char *name = md_string(node, "name");

		if (name && name[0] == 'c' && name[1] == 'h')
			md_value(node, "cfg-handle", &channels);
	}
	if (channels == ~0ul)
		md_value(md_next(-1, "channel-devices"), "cfg-handle", &channels);
	for (int node = -1; (node = md_next(node, "channel-endpoint")) >= 0;) {
		CHECK(md_value(node, "tx-ino", &inos[0]) && md_value(node, "rx-ino", &inos[1]));
		for (u64 i = 0; i < 2; i++) {
			IS(FAST(VINTR_SETCOOKIE, channels, inos[i], COOKIE + i), EOK);
			IS(FAST(VINTR_GETCOOKIE, channels, inos[i]), EOK);
			IS(last.o[1], COOKIE + i);
			IS(FAST(VINTR_GETSTATE, channels, inos[i]), EOK);
			IS(last.o[1], 0);
		}
	}
}
