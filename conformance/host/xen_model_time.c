/*
 * The model's one CPU: its clock and timers, its state in memory, and sleep.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <string.h>

#include "xen_model.h"

#define PERIOD_LEAST	1000000u	/* ns */
#define PERIOD_MOST	((int64_t)((~0ull >> 1) - 1))	/* STIME_DELTA_MAX */

/* -- time ------------------------------------------------------------------------------------ */

/* The clock's page says the time of now, as read from a counter that this one will not reach: it stands still. */
static void
clock_write(void)
{
	struct xen_vcpu_time *t = &xm.info->time;

	t->version |= 1;
	t->system_time = xm.now;
	t->tsc = 1ull << 62;
	t->mul = 1u << 31;
	t->shift = 0;
	t->flags = xm.clock_flags;
	t->version++;
}

static void
runstate_add(unsigned state, uint64_t ns)
{
	if (xm.runstate == NULL)
		return;
	xm.runstate->time[state] += ns;
	xm.runstate->entry_time = xm.now;
}

static void
pass(uint64_t ns, unsigned state)
{
	xm.now += ns;
	clock_write();
	runstate_add(state, ns);
	if (xm.alarm != 0 && xm.alarm <= xm.now) {
		xm.alarm = 0;
		xm_raise_virq(XEN_VIRQ_TIMER);
	}
	if (xm.period != 0 && xm.next_period <= xm.now) {
		xm.next_period = xm.now + xm.period;
		if (!xm.blocked)
			xm_raise_virq(XEN_VIRQ_TIMER);
	}
}

void
xm_advance(uint64_t ns)
{
	pass(ns, XEN_RUNSTATE_RUNNING);
}

void
xm_steal(uint64_t ns)
{
	pass(ns, XEN_RUNSTATE_RUNNABLE);
}

long
xm_set_timer(unsigned long when, unsigned long b, unsigned long c, unsigned long d)
{
	(void)b;
	(void)c;
	(void)d;
	xm.alarm = when;
	xm_advance(0);
	return 0;
}

static long
move_info(const struct xen_register_vcpu_info *r)
{
	struct xen_vcpu_info *to;

	if (r->offset > 4096 - sizeof(*to) || (r->offset & 7) != 0)
		return -XEN_ENXIO;
	if (xm.info_moved || xm_get_typed((unsigned long)r->mfn, XM_WRITABLE) == NULL)
		return -XEN_EINVAL;
	to = (struct xen_vcpu_info *)((char *)xm_at((unsigned long)r->mfn) + r->offset);
	memcpy(to, xm.info, sizeof(*to));
	xm.info = to;
	xm.info_moved = true;
	/* Whatever was lost in between is looked for once more. */
	to->pending_sel = ~0ul;
	to->pending = 1;
	clock_write();
	return 0;
}

static long
set_period(uint64_t ns)
{
	if (ns < PERIOD_LEAST || ns > (uint64_t)PERIOD_MOST)
		return -XEN_EINVAL;
	xm.period = ns;
	xm.next_period = xm.now + ns;
	return 0;
}

static long
runstate(unsigned long where)
{
	struct xen_runstate_info *r = (struct xen_runstate_info *)where;

	memset(r, 0, sizeof(*r));
	r->entry_time = xm.now;
	r->time[XEN_RUNSTATE_RUNNING] = xm.now;
	return 0;
}

long
xm_vcpu_op(unsigned long cmd, unsigned long cpu, unsigned long arg, unsigned long d)
{
	bool bad = xm_bad((const void *)arg);

	(void)d;
	if (cpu != 0)
		return -XEN_ENOENT;
	switch (cmd) {
	case XEN_VCPUOP_IS_UP:
		return 1;
	case XEN_VCPUOP_GET_RUNSTATE_INFO:
		return bad ? -XEN_EFAULT : runstate(arg);
	case XEN_VCPUOP_REGISTER_RUNSTATE:
		if (bad || xm_bad((const void *)((const struct xen_register_area *)arg)->v))
			return -XEN_EFAULT;
		xm.runstate = (struct xen_runstate_info *)((const struct xen_register_area *)arg)->v;
		return runstate((unsigned long)xm.runstate);
	case XEN_VCPUOP_SET_PERIODIC:
		return bad ? -XEN_EFAULT : set_period(((const struct xen_set_periodic_timer *)arg)->period_ns);
	case XEN_VCPUOP_STOP_PERIODIC:
		xm.period = 0;
		return 0;
	case XEN_VCPUOP_SET_SINGLESHOT:
		if (bad)
			return -XEN_EFAULT;
		return xm_set_timer(((const struct xen_set_singleshot_timer *)arg)->timeout_abs_ns, 0, 0, 0);
	case XEN_VCPUOP_STOP_SINGLESHOT:
		xm.alarm = 0;
		return 0;
	case XEN_VCPUOP_REGISTER_INFO:
		return bad ? -XEN_EFAULT : move_info((const struct xen_register_vcpu_info *)arg);
	default:
		return -XEN_ENOSYS;
	}
}

/* -- sleep -------------------------------------------------------------------------------------- */

/* Until something is pending; if nothing would come, time has no end. */
static long
block(void)
{
	xm.info->mask = 0;
	xm.blocked = true;
	if (xm.info->pending == 0 && xm.alarm != 0)
		xm_advance(xm.alarm - xm.now);
	xm.blocked = false;
	return 0;
}

static long
poll(const struct xen_sched_poll *p)
{
	if (p->nr_ports > 128)
		return -XEN_EINVAL;
	if (p->nr_ports > 0 && xm_bad((const void *)p->ports))
		return -XEN_EFAULT;
	for (unsigned i = 0; i < p->nr_ports; i++)
		if (((const uint32_t *)p->ports)[i] >= xm.valid_ports)
			return -XEN_EINVAL;
	if (p->timeout > xm.now)
		xm_advance(p->timeout - xm.now);
	return 0;
}

long
xm_sched_op(unsigned long cmd, unsigned long arg, unsigned long c, unsigned long d)
{
	bool bad = xm_bad((const void *)arg);

	(void)c;
	(void)d;
	switch (cmd) {
	case XEN_SCHEDOP_YIELD:
		return 0;
	case XEN_SCHEDOP_BLOCK:
		return block();
	case XEN_SCHEDOP_SHUTDOWN:
		if (bad)
			return -XEN_EFAULT;
		xm.shut_down = (int)((const struct xen_sched_shutdown *)arg)->reason;
		return 0;
	case XEN_SCHEDOP_POLL:
		return bad ? -XEN_EFAULT : poll((const struct xen_sched_poll *)arg);
	default:
		return -XEN_ENOSYS;
	}
}
