/*
 * Counting shims for pv=count on x86_64: shim n adds one to pv_op_counts[n] and goes
 * on in pv_ops_real[n]. Registers stay as they are; flags are free by the site
 * convention and by the C calling convention. One CPU may lose a count to another:
 * the figures are for people and for tests on one CPU.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.text
	/* 4 bytes each; every 32nd is followed by the jump that those before it reach. */
pv_count_shims:
	.set	n, 0
	.rept	4
	.rept	32
	.byte	0x6a, n			/* push $n */
	jmp	1f
	.set	n, n + 1
	.endr
1:	.byte	0xe9			/* jmp count, always with 32 bits of distance */
	.long	count - . - 4
	.endr

count:
	push	%rax
	push	%rdx
	mov	16(%rsp), %edx
	lea	pv_op_counts(%rip), %rax
	incq	(%rax, %rdx, 8)
	lea	pv_ops_real(%rip), %rax
	mov	(%rax, %rdx, 8), %rax
	mov	%rax, 16(%rsp)
	pop	%rdx
	pop	%rax
	ret

	.globl	pv_count_shim
	.type	pv_count_shim, @function
pv_count_shim:				/* edi: slot */
	mov	%edi, %eax
	shr	$5, %eax
	lea	(%rax, %rax, 4), %eax
	lea	(%rax, %rdi, 4), %eax
	lea	pv_count_shims(%rip), %rdx
	add	%rdx, %rax
	ret
	.size	pv_count_shim, . - pv_count_shim
	.section .note.GNU-stack, "", @progbits
