/*
 * Gates of the cases' own, x86_64: one that is only counted, and one per vector
 * 0x20-0xff for a kernel that keeps its IDT.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.set	SLOT_IRET, 21 * 8	/* in pv_ops; checked in x86/suite_desc.c */

	.text
	.globl	desc_gate, desc_hits, desc_sp
desc_gate:
	mov	%rsp, desc_sp(%rip)
	incl	desc_hits(%rip)
	jmp	*pv_ops + SLOT_IRET(%rip)

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
	push	%rax
	push	%rcx
	push	%rdx
	push	%rsi
	push	%rdi
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	push	%rbp
	mov	%rsp, %rbp
	and	$-16, %rsp
	cld
	mov	80(%rbp), %edi
	call	desc_arrived
	mov	%rbp, %rsp
	pop	%rbp
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rdi
	pop	%rsi
	pop	%rdx
	pop	%rcx
	pop	%rax
	add	$8, %rsp
	jmp	*pv_ops + SLOT_IRET(%rip)

	.bss
	.balign	8
desc_sp:
	.skip	8
desc_hits:
	.skip	4
	.section .note.GNU-stack, "", @progbits
