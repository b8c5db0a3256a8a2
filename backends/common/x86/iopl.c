/*
 * The I/O privilege of user mode: whoever goes there, CPU or hypervisor, has it from
 * the frame by which it goes.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "frame.h"
#include "registers.h"
#include "../../../hooks/x86/uframe.h"

pv_status
pv_x86_iopl_set(unsigned level)
{
	const struct pv_thread *t = pv_cpu()->thread;
	struct pv_uframe *f;

	if (level != 0 && level != 3)
		return PV_E_INVAL;
	if (t == NULL)
		return PV_E_STAGE;
	/* As pv_thread_uframe() has it, without the part that user mode is. */
	f = (struct pv_uframe *)(t->stack_base + t->stack_size) - 1;
	f->r.PV_FRAME_FLAGS = (f->r.PV_FRAME_FLAGS & ~(uintptr_t)PV_FLAGS_IOPL) | level << 12;
	return PV_OK;
}
