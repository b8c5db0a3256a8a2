/*
 * Traps and interrupts of this kernel on x86_64: each vector's stub calls the
 * common path, which knows the vector by the address it was called from. There is
 * no user mode here, so nothing is swapped.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "machine.h"

	.text
	.globl	stubs
	.balign	16
stubs:					/* 256 of 8 bytes */
	.set	n, 0
	.rept	256
	.balign	8
	.if	!(n == 8 || (n >= 10 && n <= 14) || n == 17 || n == 21 || n == 29 || n == 30)
	push	%rax			/* where other vectors have an error code */
	.endif
	call	common
	.set	n, n + 1
	.endr

	.balign	16
common:
	push	%r15
	push	%r14
	push	%r13
	push	%r12
	push	%rbp
	push	%rbx
	push	%r11
	push	%r10
	push	%r9
	push	%r8
	push	%rsi
	push	%rdi
	push	%rdx
	push	%rcx
	push	%rax
	cld
	mov	120(%rsp), %rax		/* the return address becomes the vector */
	lea	stubs(%rip), %rcx
	sub	%rcx, %rax
	shr	$3, %rax
	mov	%rax, 120(%rsp)
	mov	%rsp, %rdi
	mov	%rsp, %rbx
	and	$-16, %rsp
	call	trap
	mov	%rbx, %rsp
	pop	%rax
	pop	%rcx
	pop	%rdx
	pop	%rdi
	pop	%rsi
	pop	%r8
	pop	%r9
	pop	%r10
	pop	%r11
	pop	%rbx
	pop	%rbp
	pop	%r12
	pop	%r13
	pop	%r14
	pop	%r15
	add	$16, %rsp
	iretq

	/* bool catch_call(fn, arg): call fn(arg); true when it was left through catch_out */
	.globl	catch_call
catch_call:
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	%rsp, catch_sp(%rip)
	mov	%rdi, %rax
	mov	%rsi, %rdi
	sub	$8, %rsp
	call	*%rax
	xor	%eax, %eax
	jmp	1f
	.globl	catch_out
catch_out:
	mov	$1, %eax
1:	mov	catch_sp(%rip), %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret

	/* void load_segments(void): after a new GDT */
	.globl	load_segments
load_segments:
	pop	%rax
	push	$KERNEL_CS
	push	%rax
	mov	$KERNEL_DS, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	lretq

	.bss
	.balign	8
catch_sp:
	.skip	8

	.section .note.GNU-stack, "", @progbits
