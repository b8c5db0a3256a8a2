/*
 * Queues, mondos and virtual interrupts of sun4v_model.h (UltraSPARC Virtual Machine
 * Specification, "Interrupts"; 4.7 and 4.11 of what the answers of a T1 are).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <string.h>

#include "sun4v_model.h"

#define ENTRY		64u
#define EOK		0u
#define ENOCPU		1u
#define ENORADDR	2u
#define EINVAL		6u
#define EBADALIGN	8u
#define EWOULDBLOCK	9u
#define SENT		0xffffu
#define REGISTERS	0x3c0u

bool
model_enqueue(struct strand *s, unsigned queue, const uint64_t words[8])
{
	struct queue *q = &s->queue[queue];
	uint64_t next;
	uint8_t *at;

	if (q->entries == 0)
		return false;
	next = (q->tail + ENTRY) & (q->entries * ENTRY - 1);
	if (next == q->head)
		return false;
	at = model_real(q->ra + q->tail, ENTRY, true);
	for (unsigned i = 0; i < 8; i++)
		model_put(at + 8 * i, 8, words[i]);
	q->tail = next;
	return true;
}

void
model_pump(void)
{
	for (struct source *v = model.source; v < model.source + model.nr_sources; v++) {
		struct strand *s = &model.strand[v->target];
		uint64_t words[8] = { v->cookie };

		if (v->pending && v->valid && v->state == IDLE)
			v->state = RECEIVED;
		if (v->state != RECEIVED || !v->valid || !model_enqueue(s, DEVICE_MONDO, words))
			continue;
		v->pending = v->level;
		v->state = DELIVERED;
		v->queued++;
	}
}

void
model_raise(unsigned source)
{
	model.source[source].pending = true;
	model.source[source].raised++;
	model_pump();
}

/* Head and tail registers: the tail is the hypervisor's. */
unsigned
model_queue_access(struct strand *s, uint64_t va, bool write, uint64_t *v)
{
	struct queue *q = &s->queue[(va - REGISTERS) / 16 % QUEUES];
	bool tail = (va & 8) != 0;

	if (va < REGISTERS || va >= REGISTERS + 16 * QUEUES || va % 8 != 0 || (write && tail))
		return EINVAL;
	if (!write) {
		*v = tail ? q->tail : q->head;
		if (tail && order.bad_tail)
			*v = order.tail;
		return EOK;
	}
	if (!order.bad_tail && (q->entries == 0 || *v % ENTRY != 0 || *v >= q->entries * ENTRY))
		model_broken("head 0x%llx of a queue of %llu entries", (unsigned long long)*v,
		    (unsigned long long)q->entries);
	q->head = *v;
	model_pump();
	return EOK;
}

unsigned
model_queue_trap(const struct strand *s)
{
	for (unsigned i = CPU_MONDO; i <= RESUMABLE; i++)
		if (s->queue[i].head != (order.bad_tail ? order.tail : s->queue[i].tail))
			return 0x7c + i;
	return 0;
}

unsigned
model_mondo_send(const struct strand *from, uint64_t n, uint64_t list, uint64_t data)
{
	const uint8_t *mondo = model_real(data, ENTRY, false);
	uint8_t *cpus = model_real(list, 2 * n, true);
	uint64_t words[8];
	bool later = false;

	if (mondo == NULL || cpus == NULL)
		return ENORADDR;
	if (data % ENTRY != 0 || list % 2 != 0)
		return EBADALIGN;
	for (unsigned i = 0; i < 8; i++)
		words[i] = model_get(mondo + 8 * i, 8);
	for (uint64_t i = 0; i < n; i++) {
		uint64_t cpu = model_get(cpus + 2 * i, 2);

		if (cpu != SENT && cpu >= STRANDS)
			return ENOCPU;
		if (cpu == from->id)
			return EINVAL;
	}
	for (uint64_t i = 0; i < n; i++) {
		uint64_t cpu = model_get(cpus + 2 * i, 2);

		if (cpu == SENT)
			continue;
		if (model_enqueue(&model.strand[cpu], CPU_MONDO, words))
			model_put(cpus + 2 * i, 2, SENT);
		else
			later = true;
	}
	return later ? EWOULDBLOCK : EOK;
}
