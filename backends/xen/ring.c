/*
 * The console ring: see ring.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/cpu.h>
#include "ring.h"

#define IN_SIZE		((uint32_t)sizeof(((struct xen_console_ring *)0)->in))
#define OUT_SIZE	((uint32_t)sizeof(((struct xen_console_ring *)0)->out))

uint32_t
pv_xen_ring_room(struct pv_xen_ring *ring)
{
	uint32_t cons, used;

	if (ring->out_stopped)
		return 0;
	cons = PV_READ_SHARED(ring->page->out_cons);
	used = ring->out_prod - cons;
	if (used > OUT_SIZE) {
		ring->out_stopped = true;
		ring->out_wrong = cons;
		return 0;
	}
	return OUT_SIZE - used;
}

/* How many bytes wait for us. */
static uint32_t
waiting(struct pv_xen_ring *ring)
{
	uint32_t prod, n;

	if (ring->in_stopped)
		return 0;
	prod = PV_READ_SHARED(ring->page->in_prod);
	n = prod - ring->in_cons;
	if (n > IN_SIZE) {
		ring->in_stopped = true;
		ring->in_wrong = prod;
		return 0;
	}
	return n;
}

void
pv_xen_ring_open(struct pv_xen_ring *ring, struct xen_console_ring *page)
{
	*ring = (struct pv_xen_ring){
		.page = page, .out_prod = PV_READ_SHARED(page->out_prod), .in_cons = PV_READ_SHARED(page->in_cons),
	};
	(void)pv_xen_ring_room(ring);
	(void)waiting(ring);
}

static void
put(struct pv_xen_ring *ring, char c)
{
	PV_WRITE_SHARED(ring->page->out[ring->out_prod % OUT_SIZE], c);
	ring->out_prod++;
}

size_t
pv_xen_ring_put(struct pv_xen_ring *ring, const char *text, size_t size)
{
	uint32_t room = pv_xen_ring_room(ring);
	size_t taken = 0;

	/* What the other side has read it must have read before it is overwritten. */
	pv_mb();
	for (; taken < size && room > (text[taken] == '\n'); taken++) {
		if (text[taken] == '\n') {
			put(ring, '\r');
			room--;
		}
		put(ring, text[taken]);
		room--;
	}
	if (taken != 0) {
		pv_wmb();
		PV_WRITE_SHARED(ring->page->out_prod, ring->out_prod);
	}
	return taken;
}

int
pv_xen_ring_get(struct pv_xen_ring *ring)
{
	unsigned char c;

	if (waiting(ring) == 0)
		return -1;
	pv_rmb();
	c = (unsigned char)PV_READ_SHARED(ring->page->in[ring->in_cons % IN_SIZE]);
	/* Taken before the place is given back. */
	pv_mb();
	ring->in_cons++;
	PV_WRITE_SHARED(ring->page->in_cons, ring->in_cons);
	return c;
}
