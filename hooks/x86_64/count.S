/*
 * Counting shims for pv=count on x86_64: shim n adds one to pv_op_counts[n] and
 * jumps to pv_ops_real[n]. Registers stay as they are; flags are free by the site
 * convention and by the C calling convention. One CPU at a time may lose a count
 * to another; the figures are for people and for tests on one CPU.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.text
	.balign	16
pv_count_shims:
	.set	n, 0
	.rept	160
	.balign	16
	incq	pv_op_counts + 8 * n(%rip)
	jmp	*pv_ops_real + 8 * n(%rip)
	.set	n, n + 1
	.endr

	.globl	pv_count_shim
	.type	pv_count_shim, @function
pv_count_shim:				/* edi: slot */
	mov	%edi, %eax
	shl	$4, %rax
	lea	pv_count_shims(%rip), %rcx
	add	%rcx, %rax
	ret
	.size	pv_count_shim, . - pv_count_shim
	.section .note.GNU-stack, "", @progbits
