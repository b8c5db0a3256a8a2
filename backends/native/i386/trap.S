/*
 * Trap and interrupt entry on i386: 256 stubs, one common path, struct pv_frame on
 * the stack. Segments are reloaded on every entry: %fs carries the per-CPU record.
 *
 * pv_native_trap() gives back the frame to return to, which need not be the one that
 * it got: a fault on the way out to user mode goes on as one of user mode. The
 * instructions that user mode can make fault there have names, for edge.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "entry_words.h"
#include "../x86/stubs.h"

	.text
	stubs

no_code:				/* esp: vector where the code belongs, and what is behind */
	push	(%esp)
	movl	$0, 4(%esp)
with_code:
	subl	$-STUB_BIAS, (%esp)
	save
	clear_ac
	cld
	call_c	pv_native_trap
	mov	%eax, %esp
	/* Also the way into user mode for the first time, and back from a system call. */
	.globl	pv_native_trap_return
	.globl	pv_native_exit
pv_native_trap_return:			/* esp: struct pv_frame; gate closed */
	restore	pv_native_exit
	cmpl	$PV_FRAME_SYSEXIT, (%esp)	/* the stack segment's, whatever %ds is by now */
	je	1f
	add	$8, %esp
pv_native_exit:
	site	SLOT_IRET, 6, 1

	/* The STI holds interrupts back for one instruction: none comes on this stack any more. */
1:	mov	EXIT_EIP(%esp), %edx
	mov	EXIT_ESP(%esp), %ecx
	add	$EXIT_EFLAGS, %esp
	andl	$~EFLAGS_IF, (%esp)
	popf
	sti
	sysexit

	.section .note.GNU-stack, "", @progbits
