/*
 * Leaving a call by way of a fault, x86_64.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.text
	.globl	suite_catch_call, suite_catch_resume
suite_catch_call:			/* rdi fn, rsi arg */
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	sub	$8, %rsp
	mov	%rsp, saved_rsp(%rip)
	mov	%rdi, %rax
	mov	%rsi, %rdi
	call	*%rax
	xor	%eax, %eax
	jmp	1f
suite_catch_resume:
	mov	saved_rsp(%rip), %rsp
	cld
	mov	$1, %eax
1:	add	$8, %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret

	.bss
	.balign	8
saved_rsp:
	.skip	8
	.section .note.GNU-stack, "", @progbits
