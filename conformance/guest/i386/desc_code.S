/*
 * Gates of the cases' own, i386: one that is only counted, and one per vector
 * 0x20-0xff for a kernel that keeps its IDT.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.set	SLOT_IRET, 21 * 4	/* in pv_ops; checked in x86/suite_desc.c */

	.text
	.globl	desc_gate, desc_hits, desc_sp
desc_gate:
	mov	%esp, desc_sp
	incl	desc_hits
	jmp	*pv_ops + SLOT_IRET

	.balign	16
	.globl	desc_stubs
desc_stubs:
	.set	vector, 0x20
	.rept	0xe0
	.balign	16
	push	$vector
	jmp	common
	.set	vector, vector + 1
	.endr

common:
	push	%eax
	push	%ecx
	push	%edx
	push	%ebp
	mov	%esp, %ebp
	and	$-16, %esp
	sub	$12, %esp
	cld
	pushl	16(%ebp)
	call	desc_arrived
	mov	%ebp, %esp
	pop	%ebp
	pop	%edx
	pop	%ecx
	pop	%eax
	add	$4, %esp
	jmp	*pv_ops + SLOT_IRET

	.bss
	.balign	4
desc_sp:
	.skip	4
desc_hits:
	.skip	4
	.section .note.GNU-stack, "", @progbits
