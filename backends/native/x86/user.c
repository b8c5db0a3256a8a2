/*
 * User mode on bare metal x86: the ways into the kernel and the way out. What of it
 * is the ISA's is in <isa>/ways.h and <isa>/user.S.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"
#include "../../../hooks/x86/uframe.h"
#include "../../common/x86/frame.h"

PV_STATIC_ASSERT(PV_VECTOR_SYSCALL == PV_FRAME_CALL, "int 0x80 leaves its vector in the frame");
PV_STATIC_ASSERT(sizeof(struct pv_uframe) == sizeof(struct pv_frame), "a user frame is a frame");
/* CPU_KERNEL_SP and CPU_SCRATCH in <isa>/entry_words.h. */
PV_STATIC_ASSERT(__builtin_offsetof(struct pv_cpu, kernel_sp) == 8 + sizeof(uintptr_t), "entry_words.h");
PV_STATIC_ASSERT(__builtin_offsetof(struct pv_cpu, scratch) == 8 + 2 * sizeof(uintptr_t), "entry_words.h");

#include PV_BACKEND_ISA(ways.h)

void pv_native_user_exit(struct pv_frame *frame) PV_NORETURN;	/* user.S */

/* int 0x80. The kernel itself has no use for it. */
static void
call_gate(struct pv_frame *f)
{
	if ((f->cs & 3) != 3) {
		pv_lines_spurious();
		return;
	}
	f->code = f->PV_FRAME_AX;
	pv_syscall_deliver((struct pv_uframe *)f);
}

static pv_status
init(void)
{
	pv_x86_user.cs = USER_CS;
	pv_x86_user.ds = USER_DS;
	pv_native_vector_set(PV_VECTOR_SYSCALL, call_gate);
	ways_init();
	/* The stack that the record names already, also for the task state and the fast way. */
	if (pv_cpu()->kernel_sp != 0)
		pv_native_kernel_sp_set(pv_cpu()->kernel_sp);
	return PV_OK;
}

static void
enter(struct pv_uframe *f)
{
	pv_before_user();
	pv_native_user_exit(&f->r);
}

const struct pv_user_ops pv_native_user_ops = {
	.init = init,
	.enter = enter,
	.ways = ways,
};
