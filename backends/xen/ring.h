/*
 * The console ring of a domain that is not the first: one page, two rings of bytes,
 * indices that run freely (Xen: io/console.h). The other side may be hostile: its
 * indices are read once and checked, ours are kept here and never read back, and the
 * first impossible one stops that direction for good.
 *
 * Nothing here waits, calls Xen or prints: that is console.c's.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_RING_H
#define PV_XEN_RING_H

#include "abi.h"

struct pv_xen_ring {
	struct xen_console_ring *page;
	uint32_t out_prod, in_cons;
	/* The index of the other side that stopped a direction; meaningless while it runs. */
	uint32_t out_wrong, in_wrong;
	bool out_stopped, in_stopped;
};

/* Go on where the page stands: a boot loader may have used it. */
void pv_xen_ring_open(struct pv_xen_ring *ring, struct xen_console_ring *page);

/* Bytes that it can take now. */
uint32_t pv_xen_ring_room(struct pv_xen_ring *ring);

/* Put as much of the text as there is room for, '\n' as CR LF. How many characters of it that was. */
size_t pv_xen_ring_put(struct pv_xen_ring *ring, const char *text, size_t size);

/* The next byte, or -1. */
int pv_xen_ring_get(struct pv_xen_ring *ring);

#endif
