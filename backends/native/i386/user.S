/*
 * SYSENTER on i386, as <pv/i386/syscall.h> has it: ecx is the stack pointer to
 * return with, edx the address. The CPU has loaded kernel code and stack segments
 * and the stack pointer, which follows the thread (pv_native_kernel_sp_set), and
 * closed the gate, no more: TF, NT, DF and AC are still the user's.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "entry_words.h"

	.text
	.balign	16
	.globl	pv_native_sysenter_entry
pv_native_sysenter_entry:		/* with TF a debug trap comes here: edge.c takes it away */
	push	$USER_DS
	push	%ecx
	pushf
	push	$2
	popf				/* NT would make the iret a task switch */
	push	$USER_CS
	push	%edx
	push	%eax			/* the number of the call */
	push	$PV_FRAME_CALL_FAST
	save
	call_c	pv_native_sysenter
	mov	%eax, %esp
	jmp	pv_native_trap_return

	/* (frame): out to user mode with a frame at the top of the stack we are on. */
	.globl	pv_native_user_exit
pv_native_user_exit:
	mov	4(%esp), %esp
	jmp	pv_native_trap_return

	.section .note.GNU-stack, "", @progbits
