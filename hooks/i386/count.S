/*
 * Counting shims for pv=count on i386; see hooks/x86_64/count.S. The stack's segment
 * is the kernel's everywhere, also on the way out to user mode, where %ds is not.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.text
	.balign	32
pv_count_shims:
	.set	n, 0
	.rept	160
	.balign	32
	addl	$1, %ss:pv_op_counts + 8 * n
	adcl	$0, %ss:pv_op_counts + 8 * n + 4
	jmp	*%ss:pv_ops_real + 4 * n
	.set	n, n + 1
	.endr

	.globl	pv_count_shim
	.type	pv_count_shim, @function
pv_count_shim:				/* 4(%esp): slot */
	mov	4(%esp), %eax
	shl	$5, %eax
	add	$pv_count_shims, %eax
	ret
	.size	pv_count_shim, . - pv_count_shim
	.section .note.GNU-stack, "", @progbits
