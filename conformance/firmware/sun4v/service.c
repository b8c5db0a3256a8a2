/*
 * Console, time of day, soft state, and the ends.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hv.h"

#define SOFT_STATE_SIZE	32
#define AT_ONCE		1024u		/* bytes of CONS_READ and CONS_WRITE */

static uint64_t tod_offset;
static struct {
	uint64_t state, text[SOFT_STATE_SIZE / 8];
} soft;

/* The word delay=N: N times of N + 1 a call is not now. */
bool
delayed(void)
{
	static uint32_t count;

	if (words.delay == 0)
		return false;
	count = (count + 1) % (words.delay + 1);
	return count != 0;
}

uint64_t
call_mach_exit(struct call *c)
{
	end("exit %d", c->o[0]);
}

uint64_t
call_mach_sir(struct call *c)
{
	(void)c;
	say("reset");
	board_reset();
}

uint64_t
call_tod_get(struct call *c)
{
	if (delayed())
		return EWOULDBLOCK;
	c->o[1] = board_time() + tod_offset;
	return EOK;
}

uint64_t
call_tod_set(struct call *c)
{
	tod_offset = c->o[0] - board_time();
	return EOK;
}

uint64_t
call_cons_getchar(struct call *c)
{
	int got = board_get();

	if (got == GOT_NOTHING)
		return EWOULDBLOCK;
	c->o[1] = got == GOT_BREAK ? ~0ul : (uint64_t)got;
	return EOK;
}

uint64_t
call_cons_putchar(struct call *c)
{
	uint64_t what = c->o[0];

	if (what == ~0ul)
		return EOK;		/* a break: there is nobody to see it */
	if (what > 0xff)
		return refuse(c, EINVAL, "no character", what);
	if (delayed())
		return EWOULDBLOCK;
	return board_put(board->uart, (uint8_t)what) ? EOK : EWOULDBLOCK;
}

uint64_t
call_cons_read(struct call *c)
{
	uint64_t to = c->o[0], length = c->o[1], done = 0;
	int got;

	if (!ra_good(to, length))
		return refuse(c, ENORADDR, "not the guest's memory", to);
	while (done < length && (got = board_get()) >= 0)	/* a break ends it, and is lost */
		*(volatile uint8_t *)(to + done++) = (uint8_t)got;
	if (done == 0 && length != 0)
		return EWOULDBLOCK;
	c->o[1] = done;
	return EOK;
}

uint64_t
call_cons_write(struct call *c)
{
	uint64_t from = c->o[0], length = c->o[1], done = 0;

	if (!ra_good(from, length))
		return refuse(c, ENORADDR, "not the guest's memory", from);
	if (delayed())
		return EWOULDBLOCK;
	while (done < length && done < AT_ONCE && board_put(board->uart, *(volatile uint8_t *)(from + done)))
		done++;
	if (done == 0 && length != 0)
		return EWOULDBLOCK;
	c->o[1] = done;
	return EOK;
}

static uint64_t
bad_soft_state(const struct call *c, uint64_t at)
{
	if (at % SOFT_STATE_SIZE != 0)
		return refuse(c, EBADALIGN, "the text is not aligned to 32", at);
	if (!ra_good(at, SOFT_STATE_SIZE))
		return refuse(c, ENORADDR, "the text is not in the guest's memory", at);
	return EOK;
}

uint64_t
call_soft_state_set(struct call *c)
{
	uint64_t state = c->o[0], at = c->o[1], error;
	bool ends = false;

	if (state != 1 && state != 2)
		return refuse(c, EINVAL, "the state is 1 or 2", state);
	error = bad_soft_state(c, at);
	if (error != EOK)
		return error;
	for (unsigned i = 0; i < SOFT_STATE_SIZE; i++)
		ends |= *(volatile uint8_t *)(at + i) == 0;
	if (!ends)
		return refuse(c, EINVAL, "the text has no end", at);
	soft.state = state;
	for (unsigned i = 0; i < SOFT_STATE_SIZE / 8; i++)
		soft.text[i] = peek(at + 8 * i);
	return EOK;
}

uint64_t
call_soft_state_get(struct call *c)
{
	uint64_t at = c->o[0], error = bad_soft_state(c, at);

	if (error != EOK)
		return error;
	for (unsigned i = 0; i < SOFT_STATE_SIZE / 8; i++)
		poke(at + 8 * i, soft.text[i]);
	c->o[1] = soft.state;
	return EOK;
}
