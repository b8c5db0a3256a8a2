/*
 * The core trap: versions of API groups, the first console, the way out.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hv.h"

enum { API_SET_VERSION, API_PUTCHAR, API_EXIT, API_GET_VERSION };

#define GROUPS (sizeof(groups) / sizeof(groups[0]))

/* Majors are 1 up to the number of minors; the actual minor is at most that. */
static const struct group {
	uint16_t number, majors;
	uint16_t minor[2];
} groups[] = {
	{ GROUP_SUN4V, 1, { 0 } },
	{ GROUP_CORE, 1, { 1 } },
	{ GROUP_INTR, 2, { 0, 0 } },
	{ GROUP_SOFT, 1, { 0 } },
	{ GROUP_LDC, 1, { 0 } },
};

static struct {
	uint16_t major, minor;		/* major 0: not agreed on */
} agreed[GROUPS];

/* GROUPS if there is none of that number. */
static unsigned
group(uint64_t number)
{
	unsigned g = 0;

	while (g < GROUPS && groups[g].number != number)
		g++;
	return g;
}

/* Has the guest agreed on that group? Major 0: any. */
bool
api_has(unsigned number, unsigned major, unsigned minor)
{
	unsigned g = group(number);

	return agreed[g].major != 0 && (major == 0 || agreed[g].major == major) && agreed[g].minor >= minor;
}

/* Refusals are no misuse: this is how one asks. */
static uint64_t
set_version(struct call *c)
{
	unsigned g = group(c->o[0]);
	uint64_t major = c->o[1], minor = c->o[2];

	c->o[1] = 0;
	if (g == GROUPS)
		return EINVAL;
	if (major > groups[g].majors)
		return ENOTSUPPORTED;
	agreed[g].major = (uint16_t)major;
	if (major == 0)
		return EOK;
	agreed[g].minor = minor < groups[g].minor[major - 1] ? (uint16_t)minor : groups[g].minor[major - 1];
	c->o[1] = agreed[g].minor;
	return EOK;
}

static uint64_t
get_version(struct call *c)
{
	unsigned g = group(c->o[0]);

	if (g == GROUPS || agreed[g].major == 0)
		return EINVAL;
	c->o[1] = agreed[g].major;
	c->o[2] = agreed[g].minor;
	return EOK;
}

uint64_t
api_core(struct call *c)
{
	static const char *const names[] = {
		"API_SET_VERSION", "API_PUTCHAR", "API_EXIT", "API_GET_VERSION"
	};
	uint64_t function = c->o[5];

	c->name = "core trap";
	if (function > API_GET_VERSION)
		return refuse(c, EBADTRAP, "no such function", function);
	c->name = names[function];
	if (function != API_PUTCHAR)
		call_log(c);
	if (refused(c))
		return words.refuse_error;
	switch (function) {
	case API_SET_VERSION:
		c->results = 1;
		return set_version(c);
	case API_GET_VERSION:
		c->results = 2;
		return get_version(c);
	case API_PUTCHAR:
		board_put(board->uart, (uint8_t)c->o[0]);
		return EOK;
	default:
		return call_mach_exit(c);
	}
}
