/*
 * CPU and traps of a Xen PV guest.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../common/x86/frame.h"
#include "xen.h"

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

static void
nothing(void)
{
}

static void
kernel_sp(uintptr_t top)
{
	pv_cpu()->kernel_sp = top;
	pv_xen_must("cpu.switch_kernel_sp", "stack_switch", XEN_STACK_SWITCH, XEN_KERNEL_DS, top, 0, 0);
}

const struct pv_cpu_ops pv_xen_cpu_ops = {
	.idle = idle,
	.halt = halt,
	.switch_begin = nothing,
	.switch_kernel_sp = kernel_sp,
	.switch_end = nothing,
};

static const uint8_t causes[32] = {
	[0] = PV_CAUSE_DIVIDE, [1] = PV_CAUSE_STEP, [3] = PV_CAUSE_BREAKPOINT, [4] = PV_CAUSE_OVERFLOW,
	[5] = PV_CAUSE_OVERFLOW,
	[6] = PV_CAUSE_ILLEGAL, [7] = PV_CAUSE_FPU_OFF, [10] = PV_CAUSE_SEGMENT, [11] = PV_CAUSE_SEGMENT,
	[12] = PV_CAUSE_SEGMENT, [13] = PV_CAUSE_PROTECTION, [14] = PV_CAUSE_PAGE_FAULT,
	[16] = PV_CAUSE_FPU_ERROR, [17] = PV_CAUSE_ALIGNMENT, [18] = PV_CAUSE_MACHINE_CHECK,
	[19] = PV_CAUSE_FPU_ERROR,
};

void pv_xen_trap(struct pv_frame *f);

void
pv_xen_trap(struct pv_frame *f)
{
	bool user;
	struct pv_trap t;

	/* Above the selector Xen keeps the mask that was; the iret takes it from the flags. */
	f->cs &= 0xffff;
	user = (f->cs & 3) == 3;
	t = (struct pv_trap){
		.cause = (enum pv_cause)causes[f->vector], .access = user ? PV_ACCESS_USER : 0,
		.pc = f->PV_FRAME_PC, .sp = pv_frame_sp(f),
		.code = (uint64_t)f->vector << 32 | (f->code & 0xffffffff), .frame = f,
	};
	if (f->vector == 14) {
		t.address = pv_xen_vcpu()->cr2;
		t.access |= (f->code & 0x10) != 0 ? PV_ACCESS_EXEC :
		    (f->code & 2) != 0 ? PV_ACCESS_WRITE : PV_ACCESS_READ;
		t.access |= (f->code & 1) != 0 ? PV_ACCESS_PRESENT : 0;
	}
	(void)pv_trap_deliver(&t);
}

static pv_status
traps_init(void)
{
	static struct xen_trap_info table[33];

	for (unsigned v = 0; v < 32; v++)
		table[v] = (struct xen_trap_info){ .vector = (uint8_t)v, .flags = (v == 3 || v == 4 ? 3 : 0) | 4,
		    .cs = XEN_KERNEL_CS, .address = (uintptr_t)pv_xen_trap_entries + v * 16 };
	pv_xen_must("trap.init", "set_trap_table", XEN_SET_TRAP_TABLE, (unsigned long)table, 0, 0, 0);
	return PV_OK;
}

static pv_status
nmi_enable(void)
{
	return PV_E_ABSENT;
}

const struct pv_trap_ops pv_xen_trap_ops = {
	.init = traps_init,
	.nmi_enable = nmi_enable,
};
