/*
 * The hot ops of bare metal as functions with the site convention: for sites that
 * are not patched. What patched sites hold instead is in templates.c; a test
 * compares the two.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.text

	.macro	op name
	.globl	pv_native_\name
	.type	pv_native_\name, @function
	.balign	8
pv_native_\name:
	.endm

	op	irq_save		/* -> rax */
	pushf
	pop	%rax
	cli
	ret

	op	irq_disable
	cli
	ret

	op	irq_enable		/* the interrupt shadow of sti ends after the ret */
	sti
	ret

	op	irq_restore		/* rdi -> */
	push	%rdi
	popf
	ret

	op	irq_read		/* -> rax */
	pushf
	pop	%rax
	ret

	op	cr2_read
	mov	%cr2, %rax
	ret

	op	cr3_read
	mov	%cr3, %rax
	ret

	op	cr3_write		/* rdi -> */
	mov	%rdi, %cr3
	ret

	op	fpu_clear
	clts
	ret

	op	fpu_set			/* spoils rax, as the site allows */
	mov	%cr0, %rax
	or	$8, %eax
	mov	%rax, %cr0
	ret

	op	counter			/* -> rax, spoils rdx, as the site allows */
	rdtsc
	shl	$32, %rdx
	or	%rdx, %rax
	ret

	op	pte_get			/* rdi -> rax */
	mov	(%rdi), %rax
	ret

	op	pte_set			/* rdi, rsi -> */
	mov	%rsi, (%rdi)
	ret

	op	pte_clear		/* rdi -> */
	movq	$0, (%rdi)
	ret

	op	invlpg			/* rdi -> */
	invlpg	(%rdi)
	ret

	op	in8			/* dx -> al */
	inb	%dx, %al
	ret

	op	in16
	inw	%dx, %ax
	ret

	op	in32
	inl	%dx, %eax
	ret

	op	out8			/* al, dx -> */
	outb	%al, %dx
	ret

	op	out16
	outw	%ax, %dx
	ret

	op	out32
	outl	%eax, %dx
	ret

	op	iret			/* jumped to, with the frame on top of the stack */
	iretq

	op	swapgs
	swapgs
	ret

	.section .note.GNU-stack, "", @progbits
