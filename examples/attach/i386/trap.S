/*
 * Traps and interrupts of this kernel on i386: each vector's stub calls the common
 * path, which knows the vector by the address it was called from. There is no user
 * mode here, so the segments are always the kernel's.
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
	push	%eax			/* where other vectors have an error code */
	.endif
	call	common
	.set	n, n + 1
	.endr

	.balign	16
common:
	pusha
	cld
	mov	32(%esp), %eax		/* the return address becomes the vector */
	sub	$stubs, %eax
	shr	$3, %eax
	mov	%eax, 32(%esp)
	mov	%esp, %ebx
	and	$-16, %esp
	sub	$12, %esp
	push	%ebx
	call	trap
	mov	%ebx, %esp
	popa
	add	$8, %esp
	iret

	/* bool catch_call(fn, arg): call fn(arg); true when it was left through catch_out */
	.globl	catch_call
catch_call:
	push	%ebx
	push	%ebp
	push	%esi
	push	%edi
	mov	%esp, catch_sp
	mov	20(%esp), %eax
	mov	24(%esp), %ecx
	sub	$8, %esp		/* aligned to 16 at the call */
	push	%ecx
	call	*%eax
	xor	%eax, %eax
	jmp	1f
	.globl	catch_out
catch_out:
	mov	$1, %eax
1:	mov	catch_sp, %esp
	pop	%edi
	pop	%esi
	pop	%ebp
	pop	%ebx
	ret

	/* void load_segments(void): after a new GDT */
	.globl	load_segments
load_segments:
	ljmp	$KERNEL_CS, $1f
1:	mov	$KERNEL_DS, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	mov	$CPU_SELECTOR, %eax
	mov	%eax, %fs
	ret

	.bss
	.balign	4
catch_sp:
	.skip	4

	.section .note.GNU-stack, "", @progbits
