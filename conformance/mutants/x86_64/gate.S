/*
 * Wrong hot ops of x86_64, site convention. Each is the right one with one thing missing.
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
	pop	%rax
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
	pop	%rax
	cli
	ret

	op	cr2_page_off
	mov	%cr2, %rax
	add	$0x1000, %rax
	ret

	op	cr3_page_off
	mov	%cr3, %rax
	add	$0x1000, %rax
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
	mov	(%rdi), %rax
	btr	$63, %rax
	ret

	op	pte_set_no_soft
	push	%rsi
	and	$~0x400, %rsi
	mov	%rsi, (%rdi)
	pop	%rsi
	ret

	op	pte_set_next
	mov	%rsi, 8(%rdi)
	ret

	op	pte_set_half
	mov	%esi, (%rdi)
	movl	$0, 4(%rdi)
	ret

	op	pte_clear_p
	andq	$~1, (%rdi)
	ret

	op	iret_closed
	andl	$~0x200, 16(%rsp)
	iretq

	op	iret_spoils
	xor	%edx, %edx
	iretq

	op	iret_carry
	orl	$1, 16(%rsp)
	iretq

	.section .note.GNU-stack, "", @progbits
