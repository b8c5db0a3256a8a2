/*
 * The console of a Xen guest: which of its two ways is in use.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_CONSOLE_H
#define PV_XEN_CONSOLE_H

#include "ring.h"
#include "xen.h"

/* Xen's own console, by hypercall: a first domain's. */
void pv_xen_console_calls(void);

/* A ring, seen at this address, and the event channel of its other side. Also when it moves. */
void pv_xen_console_ring(struct xen_console_ring *page, uint32_t port);

/* One of them was chosen. */
bool pv_xen_console_chosen(void);

#endif
