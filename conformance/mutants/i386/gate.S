/*
 * Wrong hot ops of i386, site convention. Each is the right one with one thing missing.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.text

	.macro	op name
	.globl	mutant_\name
	.balign	8
mutant_\name:
	.endm

	op	nothing			/* for ops that should do something */
	ret

	op	save_stays_open
	pushf
	pop	%eax
	ret

	op	save_says_open
	cli
	mov	$0x202, %eax
	ret

	op	save_says_closed
	cli
	mov	$2, %eax
	ret

	op	restore_opens
	sti
	ret

	op	restore_closes
	cli
	ret

	op	read_says_closed
	mov	$2, %eax
	ret

	op	read_closes
	pushf
	pop	%eax
	cli
	ret

	op	cr2_page_off
	mov	%cr2, %eax
	add	$0x1000, %eax
	ret

	op	cr3_page_off
	mov	%cr3, %eax
	add	$0x1000, %eax
	ret

	op	counter_stands
	mov	$7, %eax
	xor	%edx, %edx
	ret

	op	in_all_ones
	mov	$-1, %eax
	ret

	op	out8_other
	xor	$1, %eax
	outb	%al, %dx
	xor	$1, %eax
	ret

	op	out16_half
	outb	%al, %dx
	ret

	op	out32_half
	outw	%ax, %dx
	ret

	op	pte_get_no_nx
	mov	(%ecx), %eax
	mov	4(%ecx), %edx
	btr	$31, %edx
	ret

	op	pte_set_no_soft
	push	%edx
	and	$~0x400, %edx
	mov	%ecx, 4(%eax)
	mov	%edx, (%eax)
	pop	%edx
	ret

	op	pte_set_next
	mov	%ecx, 12(%eax)
	mov	%edx, 8(%eax)
	ret

	op	pte_set_half
	movl	$0, 4(%eax)
	mov	%edx, (%eax)
	ret

	op	pte_clear_p
	andl	$~1, (%eax)
	ret

	op	iret_closed
	andl	$~0x200, 8(%esp)
	iretl

	op	iret_spoils
	xor	%edx, %edx
	iretl

	op	iret_carry
	orl	$1, 8(%esp)
	iretl

	.section .note.GNU-stack, "", @progbits
