/*
 * What event channels and time ask of the rest of the library, in a guest of the model
 * hypervisor.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_HOST_EVENTS_H
#define XEN_HOST_EVENTS_H

#include "xen_host.h"

/* As the case wants it. */
extern bool xh_no_fifo, xh_first_domain;

#endif
