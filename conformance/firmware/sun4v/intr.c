/*
 * Virtual interrupts: sources, by device handle and ino, or by sysino where the guest
 * speaks the first version of the calls, and their way into a strand's device queue.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hv.h"

/* Device handles and inos as in md/sun4v.txt. */
#define CHANNELS_HANDLE	0x200u
#define DOORBELL_HANDLE	0x100u
#define DOORBELL_INO	0x10u
#define DOORBELLS	2u
#define ERROR_INOS	2u		/* the next ones: a resumable error, a non-resumable one */
#define SOURCES		(2 * CHANNELS + DOORBELLS + ERROR_INOS)
#define SYSINO		0x20u		/* of the first source */

static struct source {
	uint64_t cookie;
	uint32_t target;
	uint8_t valid, state;
	bool level;			/* as long as it has a reason */
	bool rings;			/* once */
} sources[SOURCES];
static bool waiting;			/* some source may have something to queue */

#define FIRST_ERROR	(2 * CHANNELS + DOORBELLS)
#define REPORT_SHUTDOWN	(4ul << 32 | 1ul << 5)	/* type, attributes */
#define REPORT_MEMORY	(2ul << 32 | 1ul << 1 | 1ul << 24)
#define SHUTDOWN_SECONDS 10

static uint64_t
sysino_of(const struct source *s)
{
	return SYSINO + (uint64_t)(s - sources);
}

static bool
pending(const struct source *s)
{
	return s->level || s->rings;
}

/* The errors that a guest may ask for: a shutdown warning, and a load from bad memory, its first. */
static void
report(struct source *s, bool resumable)
{
	static uint64_t handle;
	struct strand *strand = &strands[s->target];
	uint64_t entry[8] = { ++handle, RDTICK(), resumable ? REPORT_SHUTDOWN : REPORT_MEMORY };

	entry[3] = resumable ? 0 : memory[0].base;
	entry[4] = (resumable ? 0ul : ENTRY_SIZE) << 32 | (uint64_t)strand->id << 16 |
	    (resumable ? SHUTDOWN_SECONDS : 0);
	s->rings = false;
	s->state = VINTR_IDLE;
	if (queue_put(strand, resumable ? QUEUE_RESUMABLE : QUEUE_NONRESUMABLE, entry))
		return;
	if (!resumable)
		kill_guest(strand, TT_NONRESUMABLE, "a non-resumable error, and its queue has no room");
	complain(strand, "a resumable error, and its queue has no room", handle);
}

/* No further mondo until the guest has set the state to idle. */
static void
try(struct source *s)
{
	uint64_t entry[8] = { 0 };

	if (!pending(s) || s->state == VINTR_DELIVERED)
		return;
	s->state = VINTR_RECEIVED;
	waiting = true;
	if (!s->valid)
		return;
	if (s - sources >= FIRST_ERROR) {
		report(s, s - sources == FIRST_ERROR);
		return;
	}
	entry[0] = api_has(GROUP_INTR, 2, 0) ? s->cookie : sysino_of(s);
	if (!queue_put(&strands[s->target], QUEUE_DEV, entry))
		return;
	s->rings = false;
	s->state = VINTR_DELIVERED;
}

/* On the way out: what found no room before. */
void
intr_poll(void)
{
	if (!waiting)
		return;
	waiting = false;
	for (struct source *s = sources; s < sources + SOURCES; s++)
		try(s);
}

/* A channel's: number 2 * channel for transmit, one more for receive. */
void
intr_level(unsigned source, bool level)
{
	sources[source].level = level;
	if (!level && !sources[source].rings && sources[source].state == VINTR_RECEIVED)
		sources[source].state = VINTR_IDLE;
	try(&sources[source]);
}

void
intr_ring(unsigned source)
{
	sources[source].rings = true;
	try(&sources[source]);
}

/* What rang behind the mondo that was queued is still pending; what was not queued yet is forgotten. */
static void
set_state(struct source *s, uint64_t state)
{
	if (state == VINTR_RECEIVED)
		s->rings = true;
	if (state == VINTR_IDLE && s->state != VINTR_DELIVERED)
		s->rings = false;
	s->state = (uint8_t)state;
	try(s);
}

/* Null: told. */
static struct source *
by_handle(const struct call *c)
{
	uint64_t handle = c->o[0], ino = c->o[1];

	if (handle == CHANNELS_HANDLE && ino < 2 * CHANNELS)
		return &sources[ino];
	if (handle == DOORBELL_HANDLE && ino - DOORBELL_INO < DOORBELLS + ERROR_INOS)
		return &sources[2 * CHANNELS + ino - DOORBELL_INO];
	refuse(c, EINVAL, "no such device or interrupt",
	    handle == CHANNELS_HANDLE || handle == DOORBELL_HANDLE ? ino : handle);
	return 0;
}

static struct source *
by_sysino(const struct call *c)
{
	if (c->o[0] - SYSINO < SOURCES)
		return &sources[c->o[0] - SYSINO];
	refuse(c, EINVAL, "no such sysino", c->o[0]);
	return 0;
}

static uint64_t
give(struct call *c, const struct source *s, uint64_t value)
{
	if (!s)
		return EINVAL;
	c->o[1] = value;
	return EOK;
}

static uint64_t
take_valid(struct call *c, struct source *s, uint64_t valid)
{
	if (!s)
		return EINVAL;
	if (valid > 1)
		return refuse(c, EINVAL, "the value is 0 or 1", valid);
	s->valid = (uint8_t)valid;
	try(s);
	return EOK;
}

static uint64_t
take_state(struct call *c, struct source *s, uint64_t state)
{
	if (!s)
		return EINVAL;
	if (state > VINTR_DELIVERED)
		return refuse(c, EINVAL, "the state is 0, 1 or 2", state);
	set_state(s, state);
	return EOK;
}

static uint64_t
take_target(struct call *c, struct source *s, uint64_t target)
{
	if (!s)
		return EINVAL;
	if (target >= words.strands)
		return refuse(c, ENOCPU, "no such cpu", target);
	s->target = (uint32_t)target;
	try(s);
	return EOK;
}

#define GET(name, by, what)								\
uint64_t										\
name(struct call *c)									\
{											\
	struct source *s = by(c);							\
											\
	return give(c, s, s ? (uint64_t)(what) : 0);					\
}
#define SET(name, by, take, value)							\
uint64_t										\
name(struct call *c)									\
{											\
	return take(c, by(c), c->o[value]);						\
}
GET(call_intr_devino2sysino, by_handle, sysino_of(s))
GET(call_intr_getenabled, by_sysino, s->valid)
GET(call_intr_getstate, by_sysino, s->state)
GET(call_intr_gettarget, by_sysino, s->target)
SET(call_intr_setenabled, by_sysino, take_valid, 1)
SET(call_intr_setstate, by_sysino, take_state, 1)
SET(call_intr_settarget, by_sysino, take_target, 1)
GET(call_vintr_getcookie, by_handle, s->cookie)
GET(call_vintr_getvalid, by_handle, s->valid)
GET(call_vintr_getstate, by_handle, s->state)
GET(call_vintr_gettarget, by_handle, s->target)
SET(call_vintr_setvalid, by_handle, take_valid, 2)
SET(call_vintr_setstate, by_handle, take_state, 2)
SET(call_vintr_settarget, by_handle, take_target, 2)

uint64_t
call_vintr_setcookie(struct call *c)
{
	struct source *s = by_handle(c);

	if (!s)
		return EINVAL;
	s->cookie = c->o[2];
	return EOK;
}
