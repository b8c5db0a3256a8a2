/*
 * The guest's memory by real addresses, which are physical ones: every address that a
 * guest names goes through ra_good(). And MEM_SCRUB, MEM_SYNC.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hv.h"

#define UNIT		8192u
#define AT_ONCE		0x40000u	/* bytes that one call scrubs or syncs at most */

void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int c, size_t size);

bool
ra_good(uint64_t ra, uint64_t size)
{
	for (unsigned i = 0; i < 2; i++)
		if (ra >= memory[i].base && ra - memory[i].base < memory[i].size &&
		    size <= memory[i].size - (ra - memory[i].base))
			return true;
	return false;
}

uint64_t
peek(uint64_t pa)
{
	return *(volatile uint64_t *)pa;
}

void
poke(uint64_t pa, uint64_t value)
{
	*(volatile uint64_t *)pa = value;
}

static enum error
range(struct call *c, const char **reason, uint64_t *value)
{
	*value = c->o[0];
	*reason = "address or length is no multiple of 8192";
	if ((c->o[0] | c->o[1]) % UNIT != 0)
		return EBADALIGN;
	*reason = "the length is 0";
	if (c->o[1] == 0)
		return EINVAL;
	*reason = "not the guest's memory";
	return ra_good(c->o[0], c->o[1]) ? EOK : ENORADDR;
}

static uint64_t
part(struct call *c, bool clear)
{
	const char *reason;
	uint64_t value;
	enum error error = range(c, &reason, &value);

	if (error != EOK)
		return refuse(c, error, reason, value);
	if (c->o[1] > AT_ONCE)
		c->o[1] = AT_ONCE;
	for (uint64_t i = 0; clear && i < c->o[1]; i += 8)
		poke(c->o[0] + i, 0);
	return EOK;
}

uint64_t
call_mem_scrub(struct call *c)
{
	return part(c, true);
}

uint64_t
call_mem_sync(struct call *c)
{
	return part(c, false);
}

void *
memcpy(void *to, const void *from, size_t size)
{
	char *t = to;
	const char *f = from;

	while (size-- > 0)
		*t++ = *f++;
	return to;
}

void *
memset(void *to, int c, size_t size)
{
	char *t = to;

	while (size-- > 0)
		*t++ = (char)c;
	return to;
}
