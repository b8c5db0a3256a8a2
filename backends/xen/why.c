/*
 * Why Xen may have refused a call: looked up in what this guest knows of itself.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "refuse.h"

const char *
pv_xen_why(const struct pv_xen_refused *r)
{
	(void)r;
	return NULL;
}
