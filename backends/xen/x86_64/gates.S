/*
 * Vectors that a kernel has given gates of its own, x86_64: Xen enters here, and the
 * kernel's handler finds the frame of the CPU, without rcx, r11 and the old event
 * mask in it. Flags of the interrupted code are in the frame; those here are free.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "entry_words.h"

#define VECTOR_NP	11

	.text
	.balign	16
	.globl	pv_xen_gate_stubs
pv_xen_gate_stubs:
	.set	vector, 0
	.rept	256
	.balign	16
	push	%rax
	mov	$vector, %eax
	.if	(vector == 8) || (vector >= 10 && vector <= 14) || (vector == 17) || (vector == 21) || \
		(vector == 29) || (vector == 30)
	jmp	with_code
	.else
	jmp	no_code
	.endif
	.set	vector, vector + 1
	.endr

with_code:				/* rsp: rax, rcx, r11, code, rip, cs */
	movl	$0, 44(%rsp)
	jmp	1f
no_code:				/* rsp: rax, rcx, r11, rip, cs */
	movl	$0, 36(%rsp)
1:	mov	16(%rsp), %r11
	lea	pv_xen_gate_handlers(%rip), %rcx
	mov	(%rcx, %rax, 8), %rcx
	test	%rcx, %rcx
	jz	absent
	mov	%rcx, 16(%rsp)
	mov	8(%rsp), %rcx
	pop	%rax
	add	$8, %rsp
	ret

	/* What the CPU makes of a gate that is not present (AMD64 volume 2, 8.2.12), where `int` stands. */
absent:					/* eax: vector */
	mov	8(%rsp), %rcx
	lea	2(, %rax, 8), %eax
	mov	%rax, 16(%rsp)
	subq	$2, 24(%rsp)
	movq	$VECTOR_NP, 8(%rsp)
	pop	%rax
	jmp	pv_xen_trap_common

	/* Where gates lead that nobody has set. */
	.balign	16
	.globl	pv_xen_gate_nobody
pv_xen_gate_nobody:
	push	$0
	push	$0
	save
	cld
	call	pv_lines_spurious
	jmp	pv_xen_trap_return

	.section .note.GNU-stack, "", @progbits
