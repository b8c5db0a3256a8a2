/*
 * How suites of sparc64 look at memory from its other sides: a frame by the direct map,
 * an address of the space that is active as its programs see it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef SUITE_LOOK_H
#define SUITE_LOOK_H

#include <pv/user.h>
#include "../suites.h"

static inline uint32_t *
direct(pv_paddr frame)
{
	const struct pv_hooks *h = pv_hooks_get();

	return h->phys_to_virt(h->context, frame);
}

/* The word there; all ones if it cannot be read. */
static inline uint32_t
seen(uintptr_t va)
{
	uint32_t v = 0;

	return pv_fetch32(&v, va) == PV_OK ? v : ~0u;
}

#endif
