/*
 * Vectors that a kernel has given gates of its own, i386. Frames are the CPU's but
 * for the old event mask above the code selector, so that only gates that are not
 * present need something here.
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
	push	%eax
	mov	$vector, %eax
	jmp	1f
	.set	vector, vector + 1
	.endr

	/* %ds may still be what user mode made of it. */
1:	cmpl	$0, %ss:pv_xen_gate_handlers(, %eax, 4)
	je	absent
	mov	%ss:pv_xen_gate_handlers(, %eax, 4), %eax
	xchg	%eax, (%esp)
	ret

	/* What the CPU makes of a gate that is not present (AMD64 volume 2, 8.2.12), where `int` stands. */
absent:					/* eax: vector */
	lea	2(, %eax, 8), %eax
	subl	$2, 4(%esp)
	xchg	%eax, (%esp)
	push	$VECTOR_NP
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
