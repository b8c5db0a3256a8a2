/*
 * Strands: starting, stopping, turns, mondos between them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hv.h"

#define RTBA_ALIGN	256
#define NO_CPU		0xffffu

/* Null: the guest has no such cpu. */
static struct strand *
strand_of(uint64_t id)
{
	return id < words.strands ? &strands[id] : 0;
}

static uint64_t
no_cpu(const struct call *c, uint64_t id)
{
	return refuse(c, ENOCPU, "no such cpu", id);
}

/* The next one that runs, in turn; the same if there is none. */
struct strand *
strand_other(void)
{
	uint32_t id = current_strand->id;

	do
		id = (id + 1) % words.strands;
	while (strands[id].state != CPU_RUNNING && id != current_strand->id);
	return &strands[id];
}

static uint64_t
bad_rtba(const struct call *c, uint64_t rtba)
{
	if (rtba % RTBA_ALIGN != 0)
		return refuse(c, EBADALIGN, "the real trap table is not aligned to 256", rtba);
	if (!ra_good(rtba, RTBA_ALIGN))
		return refuse(c, ENORADDR, "the real trap table is not in the guest's memory", rtba);
	return EOK;
}

uint64_t
call_cpu_start(struct call *c)
{
	struct strand *s = strand_of(c->o[0]);
	uint64_t pc = c->o[1], error;

	if (!s)
		return no_cpu(c, c->o[0]);
	if (pc % 4 != 0)
		return refuse(c, EBADALIGN, "the PC is not aligned to 4", pc);
	if (!ra_good(pc, 4))
		return refuse(c, ENORADDR, "the PC is not in the guest's memory", pc);
	error = bad_rtba(c, c->o[2]);
	if (error != EOK)
		return error;
	if (s->state != CPU_STOPPED)
		return refuse(c, EINVAL, "the cpu is not stopped", s->id);
	strand_begin(s, pc, c->o[2], c->o[3]);
	return EOK;
}

uint64_t
call_cpu_stop(struct call *c)
{
	struct strand *s = strand_of(c->o[0]);

	if (!s)
		return no_cpu(c, c->o[0]);
	if (s == c->strand)
		return refuse(c, EINVAL, "a cpu cannot stop itself", s->id);
	if (s->state != CPU_RUNNING)
		return refuse(c, EINVAL, "the cpu does not run", s->id);
	s->state = CPU_STOPPED;
	return EOK;
}

uint64_t
call_cpu_yield(struct call *c)
{
	c->strand->yielded = true;
	return EOK;
}

uint64_t
call_cpu_myid(struct call *c)
{
	c->o[1] = c->strand->id;
	return EOK;
}

uint64_t
call_cpu_state(struct call *c)
{
	struct strand *s = strand_of(c->o[0]);

	if (!s)
		return no_cpu(c, c->o[0]);
	c->o[1] = s->state;
	return EOK;
}

uint64_t
call_cpu_set_rtba(struct call *c)
{
	uint64_t rtba = c->o[0], error = bad_rtba(c, rtba);

	if (error != EOK)
		return error;
	c->o[1] = c->strand->rtba;
	c->strand->rtba = rtba;
	return EOK;
}

uint64_t
call_cpu_get_rtba(struct call *c)
{
	c->o[1] = c->strand->rtba;
	return EOK;
}

/* One entry of the list: EOK if that cpu has the mondo. */
static uint64_t
send_one(const struct call *c, uint16_t id, const uint64_t *entry)
{
	struct strand *s = strand_of(id);

	if (!s)
		return no_cpu(c, id);
	if (s == c->strand)
		return refuse(c, EINVAL, "a mondo to oneself", id);
	if (s->state == CPU_ERROR)
		return refuse(c, ECPUERROR, "the cpu is in error", id);
	return queue_put(s, QUEUE_CPU, entry) ? EOK : EWOULDBLOCK;
}

uint64_t
call_cpu_mondo_send(struct call *c)
{
	uint64_t n = c->o[0], list = c->o[1], data = c->o[2], entry[8], status = EOK;

	if (n == 0 || n > NO_CPU)
		return refuse(c, EINVAL, "no such length of a list", n);
	if (list % 2 != 0 || data % ENTRY_SIZE != 0)
		return refuse(c, EBADALIGN, "the list is not aligned to 2 or the data not to 64",
		    list % 2 != 0 ? list : data);
	if (!ra_good(list, n * 2))
		return refuse(c, ENORADDR, "the list is not in the guest's memory", list);
	if (!ra_good(data, ENTRY_SIZE))
		return refuse(c, ENORADDR, "the data are not in the guest's memory", data);
	if (delayed())
		return EWOULDBLOCK;
	for (unsigned i = 0; i < 8; i++)
		entry[i] = peek(data + 8 * i);
	for (uint64_t i = 0; i < n; i++) {
		volatile uint16_t *id = (volatile uint16_t *)(list + 2 * i);
		uint64_t error = *id == NO_CPU ? EOK : send_one(c, *id, entry);

		if (error == EOK)
			*id = NO_CPU;
		else if (error != EWOULDBLOCK)
			return error;
		else
			status = error;
	}
	return status;
}
