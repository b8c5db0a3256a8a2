/*
 * Counting shims for pv=count on i386; see hooks/x86_64/count.S. Data are reached
 * through %ss: at the way out to user mode (iret) %ds is the user's already.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.text
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
	push	%eax
	mov	4(%esp), %eax
	addl	$1, %ss:pv_op_counts(, %eax, 8)
	adcl	$0, %ss:pv_op_counts + 4(, %eax, 8)
	mov	%ss:pv_ops_real(, %eax, 4), %eax
	mov	%eax, 4(%esp)
	pop	%eax
	ret

	.globl	pv_count_shim
	.type	pv_count_shim, @function
pv_count_shim:				/* 4(%esp): slot */
	mov	4(%esp), %eax
	mov	%eax, %edx
	shr	$5, %edx
	lea	(%edx, %edx, 4), %edx
	lea	pv_count_shims(%edx, %eax, 4), %eax
	ret
	.size	pv_count_shim, . - pv_count_shim
	.section .note.GNU-stack, "", @progbits
