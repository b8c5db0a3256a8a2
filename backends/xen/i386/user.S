/*
 * The way into the kernel by int 0x80 on i386, and the way out.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "entry_words.h"
#include "../../../hooks/x86/frame_marks.h"

	.text
	.balign	16
	.globl	pv_xen_int80_entry
pv_xen_int80_entry:
	push	%eax			/* the number of the call */
	push	$PV_FRAME_CALL
	save
	call_c	pv_xen_call_gate
	jmp	pv_xen_trap_return

	/* (frame): out to user mode with a frame at the top of the stack we are on. */
	.globl	pv_xen_user_exit
pv_xen_user_exit:
	mov	4(%esp), %esp
	jmp	pv_xen_trap_return

	.section .note.GNU-stack, "", @progbits
