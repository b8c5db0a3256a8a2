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
	sysenter_call
	jmp	pv_native_trap_return

	/* (frame): out to user mode with a frame at the top of the stack we are on. */
	.globl	pv_native_user_exit
pv_native_user_exit:
	mov	4(%esp), %esp
	jmp	pv_native_trap_return

	.section .note.GNU-stack, "", @progbits
