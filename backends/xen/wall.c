/*
 * The wall clock under Xen, which the hypervisor keeps: all read it, a first domain
 * may set it. Linked by kernels that use it.
 *
 * The page for user space needs a rate that stays: only where Xen says that the
 * counter's does. Elsewhere Xen changes it every second.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../hooks/arith.h"
#include "clock.h"
#include "events.h"
#include "refuse.h"

static pv_status
wall_get(uint64_t *ns)
{
	uint64_t base;

	if (!pv_xen_clock_wall(pv_xen_shared, &base))
		return PV_E_FORMAT;
	*ns = base + pv_time_ns();
	return PV_OK;
}

static pv_status
wall_set(uint64_t ns)
{
	struct xen_platform_op op = { .cmd = XEN_PF_SETTIME64, .interface_version = XEN_PF_INTERFACE_VERSION };
	struct pv_xen_refused r = { .op = "time.wall_set", .call = "XENPF_settime64", .nr = XEN_PLATFORM_OP,
	    .nr_args = 2, .index = -1 };
	uint64_t rest;

	if (!pv_xen_first_domain())
		return PV_E_ABSENT;
	op.u.settime64.secs = pv_udiv64(ns, PV_NS_PER_SEC, &rest);
	op.u.settime64.nsecs = (uint32_t)rest;
	op.u.settime64.system_time = pv_time_ns();
	r.code = pv_xen_call(XEN_PLATFORM_OP, (unsigned long)&op, 0, 0, 0);
	if (r.code >= 0)
		return PV_OK;
	r.arg[0] = op.u.settime64.secs;
	r.arg[1] = rest;
	pv_xen_refused(&r);
	return PV_E_REFUSED;
}

static pv_status
clock_page(struct pv_clock_page *page)
{
	const struct pv_xen_clock *clock = pv_xen_clock_now();
	uint64_t base;

	if (clock->mul == 0 || !clock->stable || !pv_xen_clock_wall(pv_xen_shared, &base))
		return PV_E_ABSENT;
	page->base_count = clock->tsc;
	page->base_ns = clock->ns;
	page->wall_base_ns = base;
	page->shift = clock->shift >= 0 ? 32 - (uint32_t)clock->shift : 32;
	page->mult = clock->shift >= 0 ? clock->mul : clock->mul >> -clock->shift;
	return PV_OK;
}

const struct pv_time_ops pv_xen_wall_ops = {
	.wall_get = wall_get,
	.wall_set = wall_set,
	.clock_page = clock_page,
};
