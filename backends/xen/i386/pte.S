/*
 * Hot ops on page tables under Xen PV, site convention: every register but the result
 * is kept around a call of the C function that does it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.text

	.macro	op name
	.globl	pv_xen_\name
	.type	pv_xen_\name, @function
	.balign	8
pv_xen_\name:
	.endm

	op	pte_get			/* ecx -> edx:eax */
	push	%ecx
	push	%ecx
	call	pv_xen_pte_read
	pop	%ecx
	pop	%ecx
	ret

	op	cr3_read		/* -> eax */
	push	%ecx
	push	%edx
	call	pv_xen_root_read
	pop	%edx
	pop	%ecx
	ret

	op	pte_set			/* eax, ecx:edx -> */
	push	%eax
	push	%edx
	push	%ecx
	push	%ecx			/* the entry's high word, */
	push	%edx			/* its low one, */
	push	%eax			/* and where */
	call	pv_xen_pte_write
	jmp	three

	op	pte_clear		/* eax -> */
	push	%eax
	push	%edx
	push	%ecx
	push	$0
	push	$0
	push	%eax
	call	pv_xen_pte_write
three:	add	$12, %esp
	jmp	done

	op	cr3_write		/* eax -> */
	push	%eax
	push	%edx
	push	%ecx
	push	%eax
	call	pv_xen_root_write
	jmp	one

	op	invlpg			/* eax -> */
	push	%eax
	push	%edx
	push	%ecx
	push	%eax
	call	pv_xen_page_flush
one:	add	$4, %esp
done:	pop	%ecx
	pop	%edx
	pop	%eax
	ret

	.section .note.GNU-stack, "", @progbits
