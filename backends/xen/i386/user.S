/*
 * The ways into the kernel from user mode on i386 that are no traps. Of SYSENTER Xen
 * knows no more than the CPU does: its frame has no eip and no esp, which by
 * <pv/i386/syscall.h> are in edx and ecx.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "entry_words.h"

	.text
	.balign	16
	.globl	pv_xen_sysenter_entry
pv_xen_sysenter_entry:			/* esp: eip, cs, eflags, esp, ss of Xen's making */
	mov	%edx, %ss:(%esp)
	movl	$XEN_USER_CS, %ss:4(%esp)
	mov	%ecx, %ss:12(%esp)
	movl	$XEN_USER_DS, %ss:16(%esp)
	push	%eax			/* the number of the call */
	push	$PV_FRAME_CALL_FAST
	save
	call_c	pv_xen_sysenter
	mov	%ebp, %esp
	jmp	pv_xen_trap_return

	.balign	16
	.globl	pv_xen_int80_entry
pv_xen_int80_entry:
	push	%eax
	push	$PV_FRAME_CALL
	save
	call_c	pv_xen_call_gate
	mov	%ebp, %esp
	jmp	pv_xen_trap_return

	/* (frame): out to user mode with a frame at the top of the stack we are on. */
	.globl	pv_xen_user_exit
pv_xen_user_exit:
	mov	4(%esp), %esp
	jmp	pv_xen_trap_return

	.section .note.GNU-stack, "", @progbits
