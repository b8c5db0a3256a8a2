/*
 * Counting shims for pv=count on x86_64: shim n adds one to pv_op_counts[n] and goes
 * on in pv_ops_real[n]. A shim is a call whose return address says which one it is;
 * the common code puts the op's address in its place and returns there. Registers
 * stay as they are; flags are free by the site convention and by the C calling
 * convention. One CPU may lose a count to another: the figures are for people and
 * for tests on one CPU.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.text
pv_count_shims:
	.rept	160
	.byte	0xe8			/* call, always with 32 bits of distance: 5 bytes each */
	.long	count - . - 4
	.endr

count:
	push	%rax
	push	%rdx
	mov	16(%rsp), %rax
	lea	pv_count_shims + 5(%rip), %rdx
	sub	%rdx, %rax
	imul	$52429, %eax, %eax	/* / 5, exact up to 81919 */
	shr	$18, %eax
	lea	pv_op_counts(%rip), %rdx
	incq	(%rdx, %rax, 8)
	lea	pv_ops_real(%rip), %rdx
	mov	(%rdx, %rax, 8), %rax
	mov	%rax, 16(%rsp)
	pop	%rdx
	pop	%rax
	ret

	.globl	pv_count_shim
	.type	pv_count_shim, @function
pv_count_shim:				/* edi: slot */
	mov	%edi, %edi
	lea	(%rdi, %rdi, 4), %rax
	lea	pv_count_shims(%rip), %rcx
	add	%rcx, %rax
	ret
	.size	pv_count_shim, . - pv_count_shim
	.section .note.GNU-stack, "", @progbits
