/*
 * The machine description that MACH_DESC hands out: somebody's own, or the compiled one
 * (md/) with the places filled in that only the running machine knows.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hv.h"

#define OWN_AT		0x3100000ul
#define MD_MOST		0x10000u
#define VERSION		0x10000u
#define ROUND		16u

#define LIST_END	0x00
#define NODE		0x4e
#define NODE_END	0x45
#define NOOP		0x20
#define ARC		0x61
#define VALUE		0x76
#define STRING		0x73
#define PLACE		0x4d440000u	/* upper half of a value that is filled in, the lower is a token */
#define WHEN		0x4d440001u	/* of one that says whether its node is there */

/* The order of mdc.py's TOKENS. */
enum token {
	NEVER, LOW_BASE, LOW_SIZE, HIGH_BASE, HIGH_SIZE, ARGS, FIRST_OF_FOUR,
	CPU = 0, MODULE_BASE, MODULE_SIZE, MODULE_NAME, OF_FOUR
};

struct header {
	uint32_t version, nodes, names, data;
};

struct element {
	uint8_t tag, name_length;
	uint16_t zero;
	uint32_t name;
	union {
		uint64_t value;
		struct {
			uint32_t length, offset;
		} data;
	} u;
};

extern const char md_template[], md_template_end[];

static union {
	struct header header;
	char bytes[MD_MOST];
} md __attribute__((aligned(16)));
static uint32_t md_size;

static uint64_t
token_value(uint32_t token)
{
	uint32_t n = (token - FIRST_OF_FOUR) / OF_FOUR;

	switch (token) {
	case LOW_BASE:
		return memory[0].base;
	case LOW_SIZE:
		return memory[0].size;
	case HIGH_BASE:
		return memory[1].base;
	case HIGH_SIZE:
		return memory[1].size;
	}
	if (token < FIRST_OF_FOUR || n >= MODULES)
		return 0;
	switch ((token - FIRST_OF_FOUR) % OF_FOUR) {
	case CPU:
		return n < words.strands;
	case MODULE_BASE:
		return n < words.modules ? words.module[n].base : 0;
	case MODULE_SIZE:
		return n < words.modules ? words.module[n].size : 0;
	}
	return 0;
}

static const char *
token_text(uint32_t token)
{
	uint32_t n = (token - FIRST_OF_FOUR) / OF_FOUR;

	if (token == ARGS)
		return words.args;
	return token >= FIRST_OF_FOUR && n < words.modules ? words.module[n].text : "";
}

/* As much of the text as there is room for. */
static void
fill_string(struct element *e, char *to)
{
	const char *from = token_text((uint8_t)to[1]);
	uint32_t i = 0;

	for (; i + 1 < e->u.data.length && from[i] != '\0'; i++)
		to[i] = from[i];
	to[i] = '\0';
	if (from[i] != '\0')
		say("words: there is no room for all of '%s'", from);
	e->u.data.length = i + 1;
}

static bool
is_place(const struct element *e, uint32_t kind)
{
	return e->tag == VALUE && e->u.value >> 32 == kind;
}

/* A node whose condition fails: nothing leads to it, and the node before leads past it. */
static void
hide(struct element *e, struct element *node, struct element *last)
{
	uint64_t index = (uint64_t)(node - e);

	last->u.value = node->u.value;
	for (; e->tag != LIST_END; e++)
		if (e->tag == ARC && e->u.value == index)
			e->tag = NOOP;
}

static void
fill(struct element *e, char *data)
{
	struct element *first = e, *node = e, *last = e, *next;

	for (; node->tag == NODE; node = next) {
		bool hidden = false;

		next = first + node->u.value;
		for (e = node + 1; e->tag != NODE_END; e++) {
			if (is_place(e, WHEN)) {
				hidden = token_value((uint32_t)e->u.value) == 0;
				e->tag = NOOP;
			} else if (is_place(e, PLACE))
				e->u.value = token_value((uint32_t)e->u.value);
			else if (e->tag == STRING && data[e->u.data.offset] == 1)
				fill_string(e, data + e->u.data.offset);
		}
		if (hidden)
			hide(first, node, last);
		else
			last = node;
	}
}

void
md_build(void)
{
	const struct header *own = (const struct header *)OWN_AT;
	const char *from = md_template;
	uint64_t size = (uint64_t)(md_template_end - md_template);

	if (own->version == VERSION) {
		uint64_t own_size = sizeof(*own) + (uint64_t)own->nodes + own->names + own->data;

		if (own_size <= MD_MOST) {
			from = (const char *)own;
			size = own_size;
		} else
			say("words: a machine description of %d bytes is too large", own_size);
	}
	for (uint64_t i = 0; i < size; i++)
		md.bytes[i] = from[i];
	md_size = (uint32_t)size;
	if (from == md_template)
		fill((struct element *)(void *)(md.bytes + sizeof(struct header)),
		    md.bytes + sizeof(struct header) + md.header.nodes + md.header.names);
}

uint64_t
call_mach_desc(struct call *c)
{
	uint64_t buffer = c->o[0], length = c->o[1], size = (md_size + ROUND - 1) / ROUND * ROUND;

	if (buffer % ROUND != 0)
		return refuse(c, EBADALIGN, "the buffer is no multiple of 16", buffer);
	c->o[1] = size;
	if (length < size)
		return EINVAL;		/* the way to ask for the size */
	if (!ra_good(buffer, size))
		return refuse(c, ENORADDR, "not the guest's memory", buffer);
	for (uint64_t i = 0; i < size; i++)
		((char *)buffer)[i] = i < md_size ? md.bytes[i] : '\0';
	return EOK;
}
