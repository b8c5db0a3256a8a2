/*
 * The switch of kernel stacks on i386. A saved place is the four registers that a
 * C function must keep, and the address to go on at.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.text
	.globl	pv_isa_context_switch
	.type	pv_isa_context_switch, @function
	.balign	16
pv_isa_context_switch:			/* (where to save, the other's place) */
	mov	4(%esp), %eax
	mov	8(%esp), %edx
	push	%ebx
	push	%ebp
	push	%esi
	push	%edi
	mov	%esp, (%eax)
	mov	%edx, %esp
	pop	%edi
	pop	%esi
	pop	%ebp
	pop	%ebx
	ret

	/* Where a new thread begins: ebx entry, esi argument; the stack is 16-aligned. */
	.globl	pv_isa_context_first
	.type	pv_isa_context_first, @function
	.balign	16
pv_isa_context_first:
	cld
	xor	%ebp, %ebp
	sub	$12, %esp
	push	%esi
	call	*%ebx
	call	pv_thread_ended

	.section .note.GNU-stack, "", @progbits
