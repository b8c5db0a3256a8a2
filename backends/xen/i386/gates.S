/*
 * Vectors that a kernel has given gates of its own, i386. Frames are the CPU's but
 * for the old event mask above the code selector, so that only gates that are not
 * present need something here.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "entry_words.h"
#include "../../common/x86/vectors.h"

#define VECTOR_NP	11

	.text
	.balign	16
	.globl	pv_xen_gate_stubs
pv_xen_gate_stubs:
	.set	vector, 0
	.rept	256
	.balign	16
	push	%eax
	mov	$vector, %eax
	.if	PV_HAS_CODE(vector)
	jmp	with_code
	.else
	jmp	no_code
	.endif
	.set	vector, vector + 1
	.endr

	/* On to the handler of vector eax. %ds may still be what user mode made of it. */
	.macro	through absent
	cmpl	$0, %ss:pv_xen_gate_handlers(, %eax, 4)
	je	\absent
	mov	%ss:pv_xen_gate_handlers(, %eax, 4), %eax
	xchg	%eax, (%esp)
	ret
	.endm

with_code:				/* esp: eax, code, eip, cs */
	through	absent_code
no_code:				/* esp: eax, eip, cs */
	through	absent

	/*
	 * What the CPU makes of a gate that is not present (AMD64 volume 2, 8.2.12): a fault whose code is
	 * the gate, in place of the exception's. Below vector 32 eip is the exception's, from there on it
	 * is behind an `int`.
	 */
absent_code:
	lea	2(, %eax, 8), %eax
	mov	%eax, 4(%esp)
	pop	%eax
	jmp	2f
absent:
	cmp	$PV_NR_EXCEPTIONS, %eax
	jb	1f
	subl	$2, 4(%esp)
1:	lea	2(, %eax, 8), %eax
	xchg	%eax, (%esp)
2:	push	$VECTOR_NP
	jmp	pv_xen_trap_common

	/* Where gates lead that nobody has set. */
	.balign	16
	.globl	pv_xen_gate_nobody
pv_xen_gate_nobody:
	push	$0
	push	$0
	save
	call_c	pv_lines_spurious
	mov	%ebp, %esp
	jmp	pv_xen_trap_return

	.section .note.GNU-stack, "", @progbits
