/*
 * Names of struct pv_frame's members that hooks/x86/ uses for both widths, and the
 * registers that bring a system call's arguments (<pv/x86_64/syscall.h>).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_X86_64_UFRAME_WORDS_H
#define PV_X86_64_UFRAME_WORDS_H

#define PV_U_PC		rip
#define PV_U_SP		rsp
#define PV_U_FLAGS	rflags
#define PV_U_AX		rax
#define PV_U_ARGS(r)	{ (r)->rdi, (r)->rsi, (r)->rdx, (r)->r10, (r)->r8, (r)->r9 }

/* Data segments mean nothing in 64-bit mode. */
static inline void
pv_uframe_segments(struct pv_frame *r, uint16_t ds)
{
	(void)r;
	(void)ds;
}

#endif
