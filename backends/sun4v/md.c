/*
 * Reading a machine description (UltraSPARC Virtual Machine Specification, machine
 * description): a head of 16 bytes, then the elements, the names and the data. An
 * element has 16 bytes; a node begins with one whose value is the index of the next
 * node, and ends with one that says so.
 *
 * Numbers are taken byte by byte: neither alignment nor byte order of this CPU
 * matters.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "md.h"
#include "../../hooks/hooks_internal.h"

#define HEAD		16u
#define ELEMENT		16u
#define MAJOR(version)	((version) >> 16)

#define TAG_LIST_END	0x00
#define TAG_NODE	'N'
#define TAG_NODE_END	'E'
#define TAG_VALUE	'v'
#define TAG_STRING	's'
#define TAG_DATA	'd'

static uint32_t
number32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static const uint8_t *
element(const struct pv_sun4v_md *md, uint32_t n)
{
	return md->elements + (size_t)n * ELEMENT;
}

static uint64_t
value_of(const uint8_t *e)
{
	return (uint64_t)number32(e + 8) << 32 | number32(e + 12);
}

const char *
pv_sun4v_md_fault_text(enum pv_sun4v_md_fault fault)
{
	static const char *const texts[PV_SUN4V_MD_FAULTS] = {
		[PV_SUN4V_MD_GOOD] = "nothing",
		[PV_SUN4V_MD_SHORT] = "it is shorter than its head",
		[PV_SUN4V_MD_VERSION] = "its version is not 1",
		[PV_SUN4V_MD_SIZES] = "its three blocks do not fit its size",
		[PV_SUN4V_MD_NO_ROOT] = "its first element is not a node",
		[PV_SUN4V_MD_NO_END] = "its chain of nodes does not come to an end",
	};

	return (unsigned)fault < PV_SUN4V_MD_FAULTS ? texts[fault] : "?";
}

enum pv_sun4v_md_fault
pv_sun4v_md_open(struct pv_sun4v_md *md, const void *bytes, size_t size)
{
	const uint8_t *p = bytes;
	uint32_t elements, node, next;

	memset(md, 0, sizeof(*md));
	if (size < HEAD)
		return PV_SUN4V_MD_SHORT;
	if (MAJOR(number32(p)) != 1)
		return PV_SUN4V_MD_VERSION;
	elements = number32(p + 4);
	md->names_size = number32(p + 8);
	md->data_size = number32(p + 12);
	size -= HEAD;
	if (elements % ELEMENT != 0 || elements > size || md->names_size > size - elements ||
	    md->data_size > size - elements - md->names_size)
		return PV_SUN4V_MD_SIZES;
	md->nr_elements = elements / ELEMENT;
	md->elements = p + HEAD;
	md->names = md->elements + elements;
	md->data = md->names + md->names_size;
	if (md->nr_elements == 0 || md->elements[0] != TAG_NODE)
		return PV_SUN4V_MD_NO_ROOT;
	/* Nodes follow each other upwards to the end of the list: no walk goes in circles. */
	for (node = 0; element(md, node)[0] == TAG_NODE; node = next) {
		uint64_t to = value_of(element(md, node));

		if (to <= node || to >= md->nr_elements)
			return PV_SUN4V_MD_NO_END;
		next = (uint32_t)to;
	}
	return element(md, node)[0] == TAG_LIST_END ? PV_SUN4V_MD_GOOD : PV_SUN4V_MD_NO_END;
}

/* Its own length and the NUL behind it count, not what the element says of it. */
static bool
has_name(const struct pv_sun4v_md *md, const uint8_t *e, const char *name)
{
	size_t length = pv_text_length(name);
	uint32_t at = number32(e + 4);

	return at < md->names_size && length < md->names_size - at &&
	    memcmp(md->names + at, name, length + 1) == 0;
}

uint32_t
pv_sun4v_md_next(const struct pv_sun4v_md *md, uint32_t after, const char *name)
{
	uint32_t node = after == PV_SUN4V_MD_NONE ? 0 : (uint32_t)value_of(element(md, after));

	for (; element(md, node)[0] == TAG_NODE; node = (uint32_t)value_of(element(md, node)))
		if (name == NULL || has_name(md, element(md, node), name))
			return node;
	return PV_SUN4V_MD_NONE;
}

/* The first property of a node with that tag and name, or NULL. */
static const uint8_t *
property(const struct pv_sun4v_md *md, uint32_t node, uint8_t tag, const char *name)
{
	if (node >= md->nr_elements)
		return NULL;
	for (uint32_t i = node + 1; i < md->nr_elements; i++) {
		const uint8_t *e = element(md, i);

		if (e[0] == TAG_NODE_END || e[0] == TAG_NODE || e[0] == TAG_LIST_END)
			return NULL;
		if (e[0] == tag && has_name(md, e, name))
			return e;
	}
	return NULL;
}

bool
pv_sun4v_md_value(const struct pv_sun4v_md *md, uint32_t node, const char *name, uint64_t *value)
{
	const uint8_t *e = property(md, node, TAG_VALUE, name);

	if (e == NULL)
		return false;
	*value = value_of(e);
	return true;
}

static const uint8_t *
bytes_of(const struct pv_sun4v_md *md, uint32_t node, uint8_t tag, const char *name, uint32_t *size)
{
	const uint8_t *e = property(md, node, tag, name);
	uint32_t at;

	if (e == NULL)
		return NULL;
	*size = number32(e + 8);
	at = number32(e + 12);
	return at <= md->data_size && *size <= md->data_size - at ? md->data + at : NULL;
}

const char *
pv_sun4v_md_string(const struct pv_sun4v_md *md, uint32_t node, const char *name)
{
	uint32_t size;
	const uint8_t *p = bytes_of(md, node, TAG_STRING, name, &size);

	/* Its end must lie in it. */
	for (uint32_t i = 0; p != NULL && i < size; i++)
		if (p[i] == '\0')
			return (const char *)p;
	return NULL;
}

const uint8_t *
pv_sun4v_md_data(const struct pv_sun4v_md *md, uint32_t node, const char *name, uint32_t *size)
{
	return bytes_of(md, node, TAG_DATA, name, size);
}
