/*
 * The switch of kernel stacks on sparc64. A saved place is the address of a window
 * save area whose ins say where the window below is and where to go on; all windows
 * of the thread are on its stack then. The FPU is not part of it: kernel code does
 * not touch it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define STACK_BIAS	2047
#define STACK_FRAME	176
#define SAVED(in)	(STACK_BIAS + 64 + 8 * (in))

	.text
	.globl	pv_isa_context_switch
	.type	pv_isa_context_switch, #function
	.balign	16
pv_isa_context_switch:			/* %o0: where to save, %o1: the other's place */
	save	%sp, -STACK_FRAME, %sp
	flushw
	stx	%i6, [%sp + SAVED(6)]
	stx	%i7, [%sp + SAVED(7)]
	add	%sp, STACK_BIAS, %l0
	stx	%l0, [%i0]
	sub	%i1, STACK_BIAS, %sp
	ldx	[%sp + SAVED(6)], %i6
	ldx	[%sp + SAVED(7)], %i7
	ret
	 restore				/* fills the window from there */
	.size	pv_isa_context_switch, . - pv_isa_context_switch

	/* Where a new thread begins, in a window that ends the chain of frames: %l0 entry, %l1 argument. */
	.globl	pv_isa_context_first
	.type	pv_isa_context_first, #function
	.balign	16
pv_isa_context_first:
	call	%l0
	 mov	%l1, %o0
	call	pv_thread_ended
	 nop
	.size	pv_isa_context_first, . - pv_isa_context_first

	.section .note.GNU-stack, "", @progbits
