/*
 * Hot ops on page tables under Xen PV, site convention: every register but the result
 * is kept around a call of the C function that does it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.text

	.macro	save
	push	%rcx
	push	%rdx
	push	%rsi
	push	%rdi
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	.endm

	.macro	restore
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rdi
	pop	%rsi
	pop	%rdx
	pop	%rcx
	.endm

	.macro	op name
	.globl	pv_xen_\name
	.type	pv_xen_\name, @function
	.balign	8
pv_xen_\name:
	.endm

	op	pte_get			/* rdi -> rax */
	save
	call	pv_xen_pte_read
	restore
	ret

	op	cr3_read		/* -> rax */
	save
	call	pv_xen_root_read
	restore
	ret

	op	pte_set			/* rdi, rsi -> */
	push	%rax
	save
	call	pv_xen_pte_write
	jmp	done

	op	pte_clear		/* rdi -> */
	push	%rax
	save
	xor	%esi, %esi
	call	pv_xen_pte_write
	jmp	done

	op	cr3_write		/* rdi -> */
	push	%rax
	save
	call	pv_xen_root_write
	jmp	done

	op	invlpg			/* rdi -> */
	push	%rax
	save
	call	pv_xen_page_flush
done:	restore
	pop	%rax
	ret

	.section .note.GNU-stack, "", @progbits
