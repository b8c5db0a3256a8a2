/*
 * Leaving a call by way of a fault, i386.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.text
	.globl	suite_catch_call, suite_catch_resume
suite_catch_call:			/* 4(%esp) fn, 8(%esp) arg */
	mov	4(%esp), %eax
	mov	8(%esp), %ecx
	push	%ebx
	push	%esi
	push	%edi
	push	%ebp
	sub	$8, %esp
	push	%ecx
	mov	%esp, saved_esp
	call	*%eax
	xor	%eax, %eax
	jmp	1f
suite_catch_resume:
	mov	saved_esp, %esp
	cld
	mov	$1, %eax
1:	add	$12, %esp
	pop	%ebp
	pop	%edi
	pop	%esi
	pop	%ebx
	ret

	.bss
	.balign	4
saved_esp:
	.skip	4
	.section .note.GNU-stack, "", @progbits
