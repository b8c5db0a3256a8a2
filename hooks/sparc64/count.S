/*
 * Counting shims for pv=count on sparc64; see hooks/x86_64/count.S. %g1 and %g5 are
 * free at a function's entry.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.text
	.register %g2, #scratch
	.balign	64
pv_count_shims:
	.set	n, 0
	.rept	128
	.balign	64
	sethi	%hi(pv_op_counts + 8 * n), %g1
	or	%g1, %lo(pv_op_counts + 8 * n), %g1
	ldx	[%g1], %g5
	add	%g5, 1, %g5
	stx	%g5, [%g1]
	sethi	%hi(pv_ops_real + 8 * n), %g1
	ldx	[%g1 + %lo(pv_ops_real + 8 * n)], %g1
	jmp	%g1
	 nop
	.set	n, n + 1
	.endr

	.globl	pv_count_shim
	.type	pv_count_shim, #function
pv_count_shim:				/* %o0: slot */
	sethi	%hi(pv_count_shims), %g1
	or	%g1, %lo(pv_count_shims), %g1
	sllx	%o0, 6, %o0
	retl
	 add	%g1, %o0, %o0
	.size	pv_count_shim, . - pv_count_shim
	.section .note.GNU-stack, "", @progbits
