/*
 * Vectors that a kernel has given gates of its own, x86_64: Xen enters here, and the
 * kernel's handler finds the frame of the CPU, without rcx, r11 and the old event
 * mask in it. Flags of the interrupted code are in the frame; those here are free.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "entry_words.h"
#include "../../common/x86/vectors.h"

#define VECTOR_NP	11

	/* (rsp: rax, rcx, r11, an error code of so many bytes, rip, cs): on to the handler of vector eax. */
	.macro	through code
	movl	$0, 36 + \code(%rsp)
	mov	16(%rsp), %r11
	lea	pv_xen_gate_handlers(%rip), %rcx
	mov	(%rcx, %rax, 8), %rcx
	test	%rcx, %rcx
	jz	absent_\code
	mov	%rcx, 16(%rsp)
	mov	8(%rsp), %rcx
	pop	%rax
	add	$8, %rsp
	ret
	.endm

	/*
	 * What the CPU makes of a gate that is not present (AMD64 volume 2, 8.2.12): a fault whose code is
	 * the gate, in place of the exception's. Below vector 32 rip is the exception's, from there on it
	 * is behind an `int`.
	 */
	.macro	absent code
absent_\code:
	mov	8(%rsp), %rcx
	.if	\code == 0
	cmp	$PV_NR_EXCEPTIONS, %eax
	jb	1f
	subq	$2, 24(%rsp)
1:
	.endif
	lea	2(, %rax, 8), %eax
	mov	%rax, 16 + \code(%rsp)
	movq	$VECTOR_NP, 8 + \code(%rsp)
	pop	%rax
	.if	\code != 0
	add	$\code, %rsp
	.endif
	jmp	pv_xen_trap_common
	.endm

	.text
	.balign	16
	.globl	pv_xen_gate_stubs
pv_xen_gate_stubs:
	.set	vector, 0
	.rept	256
	.balign	16
	push	%rax
	mov	$vector, %eax
	.if	PV_HAS_CODE(vector)
	jmp	with_code
	.else
	jmp	no_code
	.endif
	.set	vector, vector + 1
	.endr

with_code:
	through	8
no_code:
	through	0
	absent	8
	absent	0

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
