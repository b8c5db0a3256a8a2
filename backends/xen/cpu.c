/*
 * The CPU of a Xen PV guest: idling, what the switch of a thread sets, the FPU's
 * trap.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "batch.h"
#include "trap.h"

/* Unmasks and waits in one step, so nothing can come in between; returns unmasked. */
static void
idle(void)
{
	(void)pv_xen_call(XEN_SCHED_OP, XEN_SCHEDOP_BLOCK, 0, 0, 0);
}

static void
halt(void)
{
	for (;;) {
		pv_xen_vcpu()->mask = 1;
		(void)pv_xen_call(XEN_SCHED_OP, XEN_SCHEDOP_SHUTDOWN, (unsigned long)&(uint32_t){ XEN_SHUTDOWN_CRASH },
		    0, 0);
	}
}

/* -- the switch of a thread: what is asked for in between is one multicall ------------ */

static void
switch_begin(void)
{
	pv_xen_batch_begin_must();
}

static void
switch_kernel_sp(uintptr_t top)
{
	pv_cpu()->kernel_sp = top;
	(void)pv_xen_queue("cpu.switch_kernel_sp", XEN_STACK_SWITCH, XEN_KERNEL_DS, top, 0, 0);
}

static void
switch_end(void)
{
	pv_xen_batch_end_must();
}

/*
 * The flag of CR0 that makes the FPU trap, one bit per CPU: as it was asked for, and as it is.
 * They differ when Xen reported the trap, for which it clears the flag.
 */
static uint8_t fpu_wanted[PV_MAX_CPUS], fpu_is[PV_MAX_CPUS];

bool
pv_xen_fpu_off(void)
{
	return fpu_wanted[pv_cpu_nr()];
}

/* In the queue if one is open. */
static void
fpu_trap(const char *op, bool on)
{
	uint32_t cpu = pv_cpu_nr();

	if (fpu_is[cpu] != on && pv_xen_queue(op, XEN_FPU_TASKSWITCH, on, 0, 0, 0) != PV_OK)
		return;
	fpu_wanted[cpu] = fpu_is[cpu] = on;
}

void
pv_xen_fpu_trapped(void)
{
	fpu_is[pv_cpu_nr()] = false;
}

void
pv_xen_fpu_again(void)
{
	fpu_trap("isa.fpu_set", pv_xen_fpu_off());
}

static void
switch_fpu(bool owned)
{
	fpu_trap("cpu.switch_fpu", !owned);
}

PV_XEN_SITE_FN void
pv_xen_fpu_clear(void)
{
	fpu_trap("isa.fpu_clear", false);
}

PV_XEN_SITE_FN void
pv_xen_fpu_set(void)
{
	fpu_trap("isa.fpu_set", true);
}

const struct pv_cpu_ops pv_xen_cpu_ops = {
	.idle = idle,
	.halt = halt,
	.switch_begin = switch_begin,
	.switch_kernel_sp = switch_kernel_sp,
	.switch_tls = pv_xen_switch_tls,
	.switch_fpu = switch_fpu,
	.switch_end = switch_end,
};
