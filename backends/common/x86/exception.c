/*
 * From the frame of an exception to the portable trap, and of an NMI.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "exception.h"
#include "frame.h"
#include "../../../hooks/hooks_internal.h"

#define PF_PRESENT	0x01u
#define PF_WRITE	0x02u
#define PF_FETCH	0x10u

/* AMD64 architecture, volume 2, table 8-1. */
static const uint8_t causes[PV_NR_EXCEPTIONS] = {
	[0] = PV_CAUSE_DIVIDE, [1] = PV_CAUSE_STEP, [3] = PV_CAUSE_BREAKPOINT, [4] = PV_CAUSE_OVERFLOW,
	[5] = PV_CAUSE_OVERFLOW, [6] = PV_CAUSE_ILLEGAL, [7] = PV_CAUSE_FPU_OFF, [8] = PV_CAUSE_DOUBLE_FAULT,
	[10] = PV_CAUSE_SEGMENT, [11] = PV_CAUSE_SEGMENT, [12] = PV_CAUSE_SEGMENT, [13] = PV_CAUSE_PROTECTION,
	[14] = PV_CAUSE_PAGE_FAULT, [16] = PV_CAUSE_FPU_ERROR, [17] = PV_CAUSE_ALIGNMENT,
	[18] = PV_CAUSE_MACHINE_CHECK, [19] = PV_CAUSE_FPU_ERROR,
};

static void
fault_details(struct pv_trap *t, uintptr_t cr2)
{
	t->address = cr2;
	if ((t->code & PF_FETCH) != 0)
		t->access |= PV_ACCESS_EXEC;
	else
		t->access |= (t->code & PF_WRITE) != 0 ? PV_ACCESS_WRITE : PV_ACCESS_READ;
	if ((t->code & PF_PRESENT) != 0)
		t->access |= PV_ACCESS_PRESENT;
}

void
pv_x86_exception(struct pv_frame *f, bool user, uintptr_t cr2)
{
	struct pv_trap t = {
		.cause = (enum pv_cause)causes[f->vector],
		.access = user ? PV_ACCESS_USER : 0,
		.pc = f->PV_FRAME_PC,
		.sp = pv_frame_sp(f),
		.code = (uint64_t)f->vector << 32 | (uint32_t)f->code,
		.frame = f,
	};

	if (f->vector == VECTOR_PF)
		fault_details(&t, cr2);
	(void)pv_trap_deliver(&t);
}

void
pv_x86_nmi(struct pv_frame *f)
{
	if (!pv_nmi_deliver())
		pv_log("NMI at 0x%lx, and no handler took it", (unsigned long)f->PV_FRAME_PC);
}
