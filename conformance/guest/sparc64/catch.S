/*
 * Leaving a call by way of a fault, and the faults of ends.h, sparc64.
 *
 * The fault may have come in a deeper register window. Then all windows go to their
 * stacks, and one RESTORE from the saved stack pointer brings this one back. A
 * function without a window of its own faults in ours: there is nothing to undo.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.register %g2, #scratch
	.text
	.globl	suite_catch_call, suite_catch_resume
suite_catch_call:			/* %o0 fn, %o1 arg */
	save	%sp, -176, %sp
	sethi	%hi(saved_sp), %g1
	stx	%sp, [%g1 + %lo(saved_sp)]
	call	%i0
	 mov	%i1, %o0
	ret
	 restore %g0, 0, %o0
suite_catch_resume:
	sethi	%hi(saved_sp), %g1
	ldx	[%g1 + %lo(saved_sp)], %g1
	cmp	%sp, %g1
	be,pn	%xcc, 1f
	 nop
	flushw
	mov	%g1, %fp
	restore
1:	ret
	 restore %g0, 1, %o0

	.globl	suite_illegal, suite_lose_stack
suite_illegal:
	illtrap	0
	retl
	 nop
suite_lose_stack:
	mov	%g0, %sp
	save	%sp, -176, %sp
	flushw
	ret
	 restore

	.section .bss
	.balign	8
saved_sp:
	.skip	8
	.section .note.GNU-stack, "", @progbits
