/*
 * Names of struct pv_frame's members that hooks/x86/ uses for both widths, and the
 * registers that bring a system call's arguments (<pv/i386/syscall.h>).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_I386_UFRAME_WORDS_H
#define PV_I386_UFRAME_WORDS_H

#include <pv/x86/desc.h>

#define PV_U_PC		eip
#define PV_U_SP		esp
#define PV_U_FLAGS	eflags
#define PV_U_AX		eax
#define PV_U_ARGS(r)	{ (r)->ebx, (r)->ecx, (r)->edx, (r)->esi, (r)->edi, (r)->ebp }

/* %gs is the way to thread-local data; the switch batch fills slot 0 before user mode runs. */
static inline void
pv_uframe_segments(struct pv_frame *r, uint16_t ds)
{
	r->ds = r->es = ds;
	r->fs = 0;
	r->gs = PV_TLS_SELECTOR(0);
}

#endif
