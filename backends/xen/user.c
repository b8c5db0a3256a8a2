/*
 * User mode of a Xen PV guest: there is no way in yet, and none of bare metal's
 * works.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "xen.h"

static pv_status
init(void)
{
	return PV_OK;
}

static void
enter(struct pv_uframe *f)
{
	(void)f;
	pv_panic("pv_user_enter: user mode does not exist under Xen PV yet");
}

static const char *
ways(void)
{
	return "";
}

const struct pv_user_ops pv_xen_user_ops = {
	.init = init,
	.enter = enter,
	.ways = ways,
};
