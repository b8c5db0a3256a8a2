/*
 * The hot ops of bare metal as functions with the site convention; see
 * backends/native/x86_64/gate.S. Entries are 64 bits in two stores: the present bit
 * is in the low word, so that goes in last and out first.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.text

	.macro	op name
	.globl	pv_native_\name
	.type	pv_native_\name, @function
	.balign	4
pv_native_\name:
	.endm

	/* They have 8 bytes each (child.h), which a child may write: on one page, for one window. */
#define LEAVES		7
#define LEAVES_ALIGN	64		/* a power of two */
	.if	LEAVES * 8 > LEAVES_ALIGN
	.error	"the leaves may lie on two pages: LEAVES_ALIGN is too small"
	.endif

	.macro	leaf name
	.org	pv_native_leaves + 8 * leaf_number, 0xcc
	.set	leaf_number, leaf_number + 1
	op	\name
	.endm
	.set	leaf_number, 0

	.globl	pv_native_leaves
	.balign	LEAVES_ALIGN
pv_native_leaves:
	leaf	in8			/* dx -> al */
.Lin8:
	inb	%dx, %al
	ret

	leaf	in16
	inw	%dx, %ax
	ret

	leaf	in32
	inl	%dx, %eax
	ret

	leaf	out8			/* al, dx -> */
.Lout8:
	outb	%al, %dx
	ret

	leaf	out16
	outw	%ax, %dx
	ret

	leaf	out32
	outl	%eax, %dx
	ret

	leaf	counter			/* -> edx:eax */
	rdtsc
	ret
	.org	pv_native_leaves + LEAVES * 8, 0xcc

	op	irq_save		/* -> eax */
	pushf
	pop	%eax
	cli
	ret

	op	irq_disable
	cli
	ret

	op	irq_enable
	sti
	ret

	op	irq_restore		/* eax -> */
	push	%eax
	popf
	ret

	op	irq_read		/* -> eax */
	pushf
	pop	%eax
	ret

	op	cr2_read
	mov	%cr2, %eax
	ret

	op	cr3_read
	mov	%cr3, %eax
	ret

	op	cr3_write		/* eax -> */
	mov	%eax, %cr3
	ret

	op	fpu_clear
	clts
	ret

	op	fpu_set			/* spoils eax, as the site allows */
	mov	%cr0, %eax
	or	$8, %eax
	mov	%eax, %cr0
	ret

	op	pte_get			/* ecx -> edx:eax */
	mov	(%ecx), %eax
	mov	4(%ecx), %edx
	ret

	op	pte_set			/* eax, ecx:edx -> */
	mov	%ecx, 4(%eax)
	mov	%edx, (%eax)
	ret

	op	pte_clear		/* eax -> */
	movl	$0, (%eax)
	movl	$0, 4(%eax)
	ret

	op	invlpg			/* eax -> */
	invlpg	(%eax)
	ret

	/* For port.h: ports below 256, in dl; the last with an access to a port that nobody has. */
	.globl	pv_native_low_in8, pv_native_low_out8, pv_native_low_pause
pv_native_low_in8:
	push	%edx
	movzbl	%dl, %edx
	call	.Lin8
	jmp	1f
pv_native_low_out8:
	push	%edx
	movzbl	%dl, %edx
	jmp	2f
pv_native_low_pause:
	push	%edx
	movzbl	%dl, %edx
	call	.Lout8
	mov	$0x80, %dl
2:	call	.Lout8
1:	pop	%edx
	ret

	op	iret			/* jumped to, with the frame on top of the stack */
	iretl

	op	swapgs			/* i386 reloads %fs at entry instead */
	ret

	.section .note.GNU-stack, "", @progbits
