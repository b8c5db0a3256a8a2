/*
 * The switch of kernel stacks on x86_64. A saved place is the six registers that a
 * C function must keep, and the address to go on at. The FPU's control words are
 * not among them: kernel code does not touch the FPU.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.text
	.globl	pv_isa_context_switch
	.type	pv_isa_context_switch, @function
	.balign	16
pv_isa_context_switch:			/* rdi: where to save, rsi: the other's place */
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	%rsp, (%rdi)
	mov	%rsi, %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret

	/* Where a new thread begins, on a stack that ends the chain of frames: rbx entry, r12 argument. */
	.globl	pv_isa_context_first
	.type	pv_isa_context_first, @function
	.balign	16
pv_isa_context_first:
	cld
	xor	%ebp, %ebp
	mov	%r12, %rdi
	call	*%rbx
	call	pv_thread_ended

	.section .note.GNU-stack, "", @progbits
