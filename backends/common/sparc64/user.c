/*
 * User mode on sparc64, the same on all machines: the way in (ta 0x6d comes through
 * the trap table like any trap), and what must be done before the way out.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "sparc64.h"
#include "../../../hooks/sparc64/uframe.h"

#define TT_PROTECTION	0x06cul

void
pv_sparc64_syscall(struct pv_frame *frame)
{
	/* For pv_uframe_restart_call(). */
	frame->fault[0] = frame->tpc;
	frame->fault[1] = frame->tnpc;
	frame->fault[2] = frame->o[0];
	frame->tpc = frame->tnpc;
	frame->tnpc += 4;
	pv_syscall_deliver((struct pv_uframe *)frame);
}

/* As if the program's last instruction had written there itself. */
static void
deliver_fault(struct pv_uframe *f, uintptr_t at)
{
	struct pv_trap trap = {
		.cause = (at & 7) == 0 ? PV_CAUSE_PAGE_FAULT : PV_CAUSE_ALIGNMENT,
		.access = PV_ACCESS_USER | PV_ACCESS_WRITE,
		.address = at,
		.pc = f->r.tpc,
		.sp = pv_uframe_sp(f),
		.code = (uint64_t)TT_PROTECTION << 32,
		.frame = &f->r,
	};

	(void)pv_trap_deliver(&trap);
}

/*
 * Called by the trap table while the kernel has had to take windows of the program out of the register
 * file: all but its current one go to its stack. What cannot be written is the program's fault; one that
 * the kernel lets go on all the same has lost these windows.
 */
void
pv_sparc64_user_windows(struct pv_frame *frame)
{
	struct pv_uframe *f = (struct pv_uframe *)frame;
	uintptr_t at;

	if (pv_uframe_windows_push(f, &at))
		return;
	deliver_fault(f, at);
	if (!pv_uframe_windows_push(f, &at))
		pv_uframe_windows_drop(f);
	pv_sparc64_user_ready(frame);
}

/* Before all that. */
void
pv_sparc64_user_ready(struct pv_frame *frame)
{
	uintptr_t tls;

	pv_before_user();
	/* As the CPU has it: these bits are not there. */
	frame->tpc &= ~3ul;
	frame->tnpc &= ~3ul;
	tls = pv_sparc64_tls();
	if (tls != 0)
		frame->g[7] = tls;
}

static pv_status
init(void)
{
	return PV_OK;
}

static void
enter(struct pv_uframe *f)
{
	pv_sparc64_user_ready(&f->r);
	pv_windows_flush();
	pv_sparc64_to_user(&f->r);
}

static const char *
ways(void)
{
	return "ta 0x6d";
}

const struct pv_user_ops pv_sparc64_user_ops = {
	.init = init,
	.enter = enter,
	.ways = ways,
};
