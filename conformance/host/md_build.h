/*
 * Machine descriptions for host tests, put together by hand: element by element,
 * big-endian, so that each can be bent.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOST_MD_BUILD_H
#define PV_HOST_MD_BUILD_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../backends/sun4v/md_boot.h"

#define MD_MOST		0x4000u

static struct {
	uint8_t element[MD_MOST], name[MD_MOST], data[MD_MOST];
	uint32_t elements, names, datas;
	uint32_t node;			/* the last, its next is filled in by the end of it */
	uint8_t *bytes;			/* of exactly the size, for the sanitizers */
	size_t size;
} made;

static inline void
md_put32(uint8_t *p, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
}

static inline void
md_put64(uint8_t *p, uint64_t v)
{
	md_put32(p, (uint32_t)(v >> 32));
	md_put32(p + 4, (uint32_t)v);
}

static inline uint32_t
md_element(uint8_t tag, const char *name, uint64_t value)
{
	uint8_t *e = made.element + 16 * made.elements;
	size_t length = strlen(name);

	ck_assert_uint_lt(16 * made.elements + 16, MD_MOST);
	memset(e, 0, 16);
	e[0] = tag;
	e[1] = (uint8_t)length;
	md_put32(e + 4, made.names);
	md_put64(e + 8, value);
	memcpy(made.name + made.names, name, length + 1);
	made.names += (uint32_t)length + 1;
	return made.elements++;
}

static inline uint32_t
md_bytes(uint8_t tag, const char *name, const void *bytes, uint32_t size)
{
	uint32_t n = md_element(tag, name, (uint64_t)size << 32 | made.datas);

	memcpy(made.data + made.datas, bytes, size);
	made.datas += size;
	return n;
}

static inline uint32_t
md_string(const char *name, const char *text)
{
	return md_bytes('s', name, text, (uint32_t)strlen(text) + 1);
}

static inline uint32_t
md_node(const char *name)
{
	made.node = md_element('N', name, 0);
	return made.node;
}

static inline void
md_node_end(void)
{
	(void)md_element('E', "", 0);
	md_put64(made.element + 16 * made.node + 8, made.elements);
}

/* Put the blocks together; what was built may be bent before, and made.bytes after. */
static inline void
md_done(void)
{
	(void)md_element(0, "", 0);
	made.size = 16 + 16 * made.elements + made.names + made.datas;
	free(made.bytes);
	made.bytes = malloc(made.size);
	md_put32(made.bytes, 0x10000);
	md_put32(made.bytes + 4, 16 * made.elements);
	md_put32(made.bytes + 8, made.names);
	md_put32(made.bytes + 12, made.datas);
	memcpy(made.bytes + 16, made.element, 16 * made.elements);
	memcpy(made.bytes + 16 + 16 * made.elements, made.name, made.names);
	memcpy(made.bytes + 16 + 16 * made.elements + made.names, made.data, made.datas);
}

static inline void
md_begin(void)
{
	free(made.bytes);
	memset(&made, 0, sizeof(made));
}

#endif
