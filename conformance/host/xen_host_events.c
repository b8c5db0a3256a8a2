/*
 * What event channels and time ask of the rest of the library.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <string.h>

#include "xen_host_events.h"
#include "../../backends/xen/events.h"
#include "../../backends/xen/refuse.h"

bool xh_no_fifo, xh_first_domain;

bool
pv_wanted(const char *name)
{
	return strcmp(name, "nofifo") == 0 && xh_no_fifo;
}

static pv_status
shared_map(void)
{
	return PV_OK;
}
pv_status (*pv_xen_shared_map)(void) = shared_map;

bool
pv_xen_first_domain(void)
{
	return xh_first_domain;
}

const char *
pv_xen_why(const struct pv_xen_refused *r)
{
	(void)r;
	return NULL;
}
