/*
 * A parser of the machine description, sun4v.md 4.9. It trusts nothing: md_problem() has
 * to find none before the rest is used.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

#define MD_VERSION	0x00010000u
#define TAG_END		0x00
#define TAG_NONE	0x20
#define TAG_NODE	0x4e
#define TAG_NODE_END	0x45
#define TAG_ARC		0x61
#define TAG_VALUE	0x76
#define TAG_STRING	0x73
#define TAG_DATA	0x64

struct md_header {
	uint32_t version, node_size, name_size, data_size;
};
struct md_element {
	uint8_t tag, name_length;
	uint16_t zero;
	uint32_t name;
	union {
		u64 value;
		struct {
			uint32_t size, at;
		} data;
	} u;
};

uint8_t md[64 * KIB] __attribute__((aligned(64)));
u64 md_size;

static const struct md_header *const header = (const struct md_header *)md;

static const struct md_element *
element(u64 index)
{
	return (const struct md_element *)(md + sizeof(*header)) + index;
}

static u64
elements(void)
{
	return header->node_size / sizeof(struct md_element);
}

static const char *
names(void)
{
	return (const char *)md + sizeof(*header) + header->node_size;
}

static const uint8_t *
data(void)
{
	return (const uint8_t *)names() + header->name_size;
}

static const char *
element_problem(const struct md_element *e)
{
	u64 length = 0;

	if (e->zero != 0)
		return "bits that should be 0";
	if ((u64)e->name + e->name_length >= header->name_size)
		return "a name outside of the name block";
	while (names()[e->name + length] != '\0' && length <= e->name_length)
		length++;
	if (length != e->name_length)
		return "a name whose length is wrong";
	if ((e->tag == TAG_NODE || e->tag == TAG_ARC) && e->u.value >= elements())
		return "a node or an arc leads outside";
	if (e->tag == TAG_ARC && element(e->u.value)->tag != TAG_NODE)
		return "an arc to what is no node";
	if (e->tag != TAG_STRING && e->tag != TAG_DATA)
		return 0;
	if ((u64)e->u.data.at + e->u.data.size > header->data_size)
		return "data outside of the data block";
	for (length = 0; e->tag == TAG_STRING && length < e->u.data.size; length++)
		if (data()[e->u.data.at + length] == '\0')
			break;
	if (e->tag == TAG_STRING && length + 1 != e->u.data.size)
		return "a string that does not end where its data end";
	return 0;
}

/* From node to node by their values, each with its end before the next. Nothing leads to what is between. */
static const char *
walk_problem(void)
{
	u64 at = 0, i;

	for (; element(at)->tag == TAG_NODE; at = element(at)->u.value) {
		if (element(at)->u.value <= at)
			return "a node before the one that leads to it";
		for (i = at + 1; element(i)->tag != TAG_NODE_END; i++)
			if (i + 1 >= element(at)->u.value || element(i)->tag == TAG_NODE ||
			    element(i)->tag == TAG_END)
				return "a node that does not end before the next";
	}
	return element(at)->tag == TAG_END ? 0 : "no end of the list";
}

static const char *
find_problem(void)
{
	const char *problem;
	u64 size;

	FAST(MACH_DESC, 0, 0);
	size = last.o[1];
	if (last.o[0] != EINVAL || size < sizeof(*header) || size > sizeof(md) || FAST(MACH_DESC, (u64)md,
	    size) != EOK)
		return "MACH_DESC";
	md_size = last.o[1];
	if (header->version != MD_VERSION)
		return "version";
	if (header->node_size % sizeof(struct md_element) || header->name_size % 16 || header->data_size % 16)
		return "block sizes that are not multiples of 16";
	if (sizeof(*header) + (u64)header->node_size + header->name_size + header->data_size > size)
		return "blocks beyond the size";
	for (u64 i = 0; i < elements(); i++) {
		if (element(i)->tag == TAG_END || element(i)->tag == TAG_NODE_END ||
		    element(i)->tag == TAG_NONE)
			continue;
		problem = element_problem(element(i));
		if (problem)
			return problem;
	}
	return walk_problem();
}

const char *
md_problem(void)
{
	static const char *problem;
	static bool done;

	if (!done)
		problem = find_problem();
	done = true;
	return problem;
}

static bool
named(const struct md_element *e, uint8_t tag, const char *name)
{
	const char *has = names() + e->name;

	if (e->tag != tag)
		return false;
	while (*has != '\0' && *has == *name)
		has++, name++;
	return *has == *name;
}

/* The next node of that name (0: any) behind AFTER, -1 at the end. */
int
md_next(int after, const char *name)
{
	int node = after < 0 ? 0 : (int)element((u64)after)->u.value;

	while (element((u64)node)->tag == TAG_NODE) {
		if (!name || named(element((u64)node), TAG_NODE, name))
			return node;
		node = (int)element((u64)node)->u.value;
	}
	return -1;
}

/* The same among those that the node's arcs lead to. */
int
md_arc(int node, const char *arc, int after, const char *name)
{
	bool found = after < 0;

	for (const struct md_element *e = element((u64)node) + 1; node >= 0 && e->tag != TAG_NODE_END; e++) {
		if (!named(e, TAG_ARC, arc))
			continue;
		if (found && (!name || named(element(e->u.value), TAG_NODE, name)))
			return (int)e->u.value;
		found = found || (int)e->u.value == after;
	}
	return -1;
}

static const struct md_element *
property(int node, uint8_t tag, const char *name)
{
	for (const struct md_element *e = element((u64)node) + 1; node >= 0 && e->tag != TAG_NODE_END; e++)
		if (named(e, tag, name))
			return e;
	return 0;
}

bool
md_value(int node, const char *name, u64 *value)
{
	const struct md_element *e = property(node, TAG_VALUE, name);

	if (e)
		*value = e->u.value;
	return e != 0;
}

const char *
md_string(int node, const char *name)
{
	const struct md_element *e = property(node, TAG_STRING, name);

	return e ? (const char *)data() + e->u.data.at : 0;
}

const uint8_t *
md_data(int node, const char *name, u64 *size)
{
	const struct md_element *e = property(node, TAG_DATA, name);

	if (!e)
		return 0;
	*size = e->u.data.size;
	return data() + e->u.data.at;
}

const char *
md_name(int node)
{
	return names() + element((u64)node)->name;
}
