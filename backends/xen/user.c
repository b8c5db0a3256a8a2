/*
 * User mode of a Xen PV guest: the ways into the kernel and the way out. What of it
 * is the ISA's is in <isa>/ways.h and <isa>/user.S.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "trap.h"
#include "batch.h"
#include "../../hooks/x86/uframe.h"

PV_STATIC_ASSERT(sizeof(struct pv_uframe) == sizeof(struct pv_frame), "a user frame is a frame");

#include XEN_ISA(ways.h)

/* int 0x80. The kernel itself has no use for it. */
void
pv_xen_call_gate(struct pv_frame *f)
{
	f->cs &= 0xffff;
	if ((f->cs & 3) != 3) {
		pv_lines_spurious();
		return;
	}
	f->code = f->PV_FRAME_AX;
	pv_syscall_deliver((struct pv_uframe *)f);
	pv_before_user();
}

static pv_status
init(void)
{
	pv_status s;

	pv_x86_user.cs = XEN_USER_CS;
	pv_x86_user.ds = XEN_USER_DS;
	s = pv_xen_trap_gate("user.init", PV_FRAME_CALL, pv_xen_int80_entry, 3);
	if (s == PV_OK)
		s = ways_init();
	pv_xen_fpu_setup();
	/* The stack that the record names already. */
	if (s == PV_OK && pv_cpu()->kernel_sp != 0)
		s = pv_xen_queue("user.init", XEN_STACK_SWITCH, XEN_KERNEL_DS, pv_cpu()->kernel_sp, 0, 0);
	return s;
}

static void
enter(struct pv_uframe *f)
{
	pv_before_user();
	pv_xen_user_exit(&f->r);
}

const struct pv_user_ops pv_xen_user_ops = {
	.init = init,
	.enter = enter,
	.ways = ways,
};
