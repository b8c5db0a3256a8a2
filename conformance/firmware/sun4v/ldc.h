/*
 * An end of a channel, for ldc.c and ldc_map.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef LDC_H
#define LDC_H

#include "hv.h"

struct end {
	struct queue tx, rx;
	uint64_t map, map_entries;	/* what this end exports; 0 entries: nothing */
};

extern struct end channels[CHANNELS];

struct end *ldc_end(const struct call *c);
struct end *ldc_peer(const struct end *e);

#endif
