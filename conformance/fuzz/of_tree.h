/*
 * A device tree out of bytes, behind the OpenFirmware client interface that
 * backends/native/sparc64/oftree.c asks: for its host tests and its fuzzer.
 *
 * The bytes are records: a node (its parent's number; nodes are numbered from 1 on,
 * the first is the root), or a property of the last node.
 *
 *	0x00-0x7f	a node with that parent
 *	0x80 + n	property names[n]: a byte of length, and so many bytes
 *
 * Nothing keeps a tree from having nodes that are their own parents.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_FUZZ_OF_TREE_H
#define PV_FUZZ_OF_TREE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../backends/native/sparc64/of.h"

#define OF_NODES	40u
#define OF_PROPERTIES	200u

static const char *const of_names[] = {
	"name", "device_type", "model", "compatible", "#address-cells", "#size-cells", "reg", "ranges",
	"interrupts", "interrupt-map", "interrupt-map-mask", "upa-portid", "available",
};
#define OF_NAMES	(sizeof(of_names) / sizeof(of_names[0]))

static struct {
	unsigned nodes, properties;
	uint8_t parent[OF_NODES + 1];
	struct {
		uint8_t node, name, size;
		const uint8_t *bytes;
	} property[OF_PROPERTIES];
	unsigned long asked;
} of;

static inline void
of_read(const uint8_t *data, size_t size)
{
	memset(&of, 0, sizeof(of));
	for (size_t at = 0; at < size;) {
		uint8_t tag = data[at++];

		if (tag < 0x80) {
			if (of.nodes < OF_NODES)
				of.parent[++of.nodes] = tag;
			continue;
		}
		if (at == size || data[at] > size - at - 1 || of.properties == OF_PROPERTIES)
			return;
		of.property[of.properties].node = (uint8_t)of.nodes;
		of.property[of.properties].name = (uint8_t)((tag - 0x80) % OF_NAMES);
		of.property[of.properties].size = data[at];
		of.property[of.properties++].bytes = data + at + 1;
		at += 1u + data[at];
	}
}

/* Each question is one; who asks without an end is stopped. */
static inline void
of_asked(void)
{
	if (++of.asked > 200000) {
		fprintf(stderr, "broken promise: the questions come to an end\n");
		abort();
	}
}

bool
pv_native_of_present(void)
{
	return true;
}

uint32_t
pv_native_of_parent(uint32_t node)
{
	of_asked();
	return node <= of.nodes ? of.parent[node] : PV_OF_NONE;
}

static inline uint32_t
of_next(uint32_t parent, uint32_t after)
{
	of_asked();
	for (uint32_t n = after + 1; n <= of.nodes; n++)
		if (of.parent[n] == parent)
			return n;
	return PV_OF_NONE;
}

uint32_t
pv_native_of_child(uint32_t node)
{
	return node == PV_OF_NONE ? PV_OF_NONE : of_next(node, 0);
}

uint32_t
pv_native_of_peer(uint32_t node)
{
	if (node == 0)
		return of.nodes != 0 ? 1 : PV_OF_NONE;
	return node <= of.nodes ? of_next(of.parent[node], node) : PV_OF_NONE;
}

/* The only path that is asked for. */
uint32_t
pv_native_of_find(const char *path)
{
	return strcmp(path, "/memory") == 0 && of.nodes >= 2 ? 2 : PV_OF_NONE;
}

/* As of.c has it: no more bytes than asked for, and how many there were of those. */
int
pv_native_of_get(uint32_t node, const char *name, void *to, size_t size)
{
	of_asked();
	for (unsigned i = 0; i < of.properties; i++) {
		size_t n = of.property[i].size;

		if (of.property[i].node != node || strcmp(of_names[of.property[i].name], name) != 0)
			continue;
		n = n < size ? n : size;
		memcpy(to, of.property[i].bytes, n);
		return (int)n;
	}
	return -1;
}

#endif
