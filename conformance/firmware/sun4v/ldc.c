/*
 * Loop-back channels: an even channel and the next one are the two ends of one. Packets
 * go over when a tail is set and when room is made. The map tables are in ldc_map.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "ldc.h"

#define ENTRIES_MOST	0x100000u

struct end channels[CHANNELS];

/* Null: told. */
struct end *
ldc_end(const struct call *c)
{
	if (c->o[0] < CHANNELS)
		return &channels[c->o[0]];
	refuse(c, ECHANNEL, "no such channel", c->o[0]);
	return 0;
}

struct end *
ldc_peer(const struct end *e)
{
	return &channels[(e - channels) ^ 1];
}

static bool
up(const struct end *e)
{
	return e->rx.size != 0 && ldc_peer(e)->rx.size != 0;
}

static void
interrupts(const struct end *e)
{
	intr_level(2 * (unsigned)(e - channels) + 1, e->rx.head != e->rx.tail);
}

/* What waits in the transmit queue, as far as there is room at the other end. */
static void
move(struct end *e)
{
	struct end *peer = ldc_peer(e);

	while (up(e) && e->tx.size != 0 && e->tx.head != e->tx.tail) {
		uint64_t next = (peer->rx.tail + ENTRY_SIZE) & (peer->rx.size - 1);

		if (next == peer->rx.head)
			break;
		for (unsigned i = 0; i < ENTRY_SIZE; i += 8)
			poke(peer->rx.base + peer->rx.tail + i, peek(e->tx.base + e->tx.head + i));
		peer->rx.tail = next;
		e->tx.head = (e->tx.head + ENTRY_SIZE) & (e->tx.size - 1);
	}
	interrupts(peer);
}

static uint64_t
qconf(struct call *c, struct queue *q)
{
	uint64_t base = c->o[1], entries = c->o[2], size = entries * ENTRY_SIZE;

	if (entries == 1 || entries > ENTRIES_MOST || (entries & (entries - 1)) != 0)
		return refuse(c, EINVAL, "entries are 0 or a power of two from 2 on", entries);
	if (entries != 0 && base % size != 0)
		return refuse(c, EBADALIGN, "the base is not aligned to the size", base);
	if (entries != 0 && !ra_good(base, size))
		return refuse(c, ENORADDR, "the queue is not in the guest's memory", base);
	q->base = entries != 0 ? base : 0;
	q->size = size;
	q->head = q->tail = 0;
	return EOK;
}

static uint64_t
qinfo(struct call *c, const struct queue *q)
{
	c->o[1] = q->base;
	c->o[2] = q->size / ENTRY_SIZE;
	return EOK;
}

static uint64_t
get_state(struct call *c, const struct end *e, const struct queue *q)
{
	c->o[1] = q->head;
	c->o[2] = q->tail;
	c->o[3] = up(e);
	return EOK;
}

/* A head or tail that the guest sets. */
static uint64_t
position(const struct call *c, const struct queue *q, uint64_t at)
{
	if (at % ENTRY_SIZE != 0)
		return refuse(c, EBADALIGN, "no multiple of 64", at);
	if (at >= q->size)
		return refuse(c, EINVAL, "outside of the queue", at);
	return EOK;
}

uint64_t
call_ldc_tx_qconf(struct call *c)
{
	struct end *e = ldc_end(c);

	return e ? qconf(c, &e->tx) : ECHANNEL;
}

uint64_t
call_ldc_tx_qinfo(struct call *c)
{
	struct end *e = ldc_end(c);

	return e ? qinfo(c, &e->tx) : ECHANNEL;
}

uint64_t
call_ldc_tx_get_state(struct call *c)
{
	struct end *e = ldc_end(c);

	return e ? get_state(c, e, &e->tx) : ECHANNEL;
}

uint64_t
call_ldc_tx_set_qtail(struct call *c)
{
	struct end *e = ldc_end(c);
	uint64_t error;

	if (!e)
		return ECHANNEL;
	error = position(c, &e->tx, c->o[1]);
	if (error != EOK)
		return error;
	e->tx.tail = c->o[1];
	move(e);
	return EOK;
}

/* What was on its way is lost when a receive queue goes or comes. */
uint64_t
call_ldc_rx_qconf(struct call *c)
{
	struct end *e = ldc_end(c);
	uint64_t error = e ? qconf(c, &e->rx) : ECHANNEL;

	if (error != EOK)
		return error;
	ldc_peer(e)->tx.head = ldc_peer(e)->tx.tail;
	interrupts(e);
	return EOK;
}

uint64_t
call_ldc_rx_qinfo(struct call *c)
{
	struct end *e = ldc_end(c);

	return e ? qinfo(c, &e->rx) : ECHANNEL;
}

uint64_t
call_ldc_rx_get_state(struct call *c)
{
	struct end *e = ldc_end(c);

	return e ? get_state(c, e, &e->rx) : ECHANNEL;
}

/* Makes room: the peer's transmit interrupt rings if it had waited for that. */
uint64_t
call_ldc_rx_set_qhead(struct call *c)
{
	struct end *e = ldc_end(c), *peer;
	uint64_t error, waited;

	if (!e)
		return ECHANNEL;
	error = position(c, &e->rx, c->o[1]);
	if (error != EOK)
		return error;
	peer = ldc_peer(e);
	e->rx.head = c->o[1];
	waited = peer->tx.head;
	move(peer);
	if (peer->tx.head != waited)
		intr_ring(2 * (unsigned)(peer - channels));
	return EOK;
}
