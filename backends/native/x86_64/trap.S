/*
 * Trap and interrupt entry on x86_64: 256 stubs, one common path, struct pv_frame
 * on the stack.
 *
 * From user mode the per-CPU base is swapped in at once. Vectors that can arrive at
 * any instruction, the entry path included (debug, NMI, double fault, machine
 * check), cannot tell by the saved CS whether that has happened and look at the
 * base itself: the kernel's is in the upper half.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../x86_64/layout.h"

#define MSR_GS_BASE	0xc0000101
#define FRAME_VECTOR	120		/* __builtin_offsetof(struct pv_frame, vector) */
#define FRAME_CS	144
#define SLOT_IRET	(21 * 8)	/* checked in traps.c */
#define SLOT_SWAPGS	(22 * 8)

	/* A site in assembly; see <pv/x86/site.h>. kind 0 call, 1 jump. */
	.macro	site offset, length, kind
771:	.if	\kind
	jmp	*pv_ops + \offset(%rip)
	.else
	call	*pv_ops + \offset(%rip)
	.endif
	.if	\length > 6
	.skip	\length - 6, 0x90
	.endif
	.pushsection pv_sites, "aR", @progbits
	.balign	4
	.long	771b - .
	.short	\offset
	.byte	\length, \kind
	.popsection
	.endm

	.text

	/* Vectors with an error code from the CPU: 8, 10-14, 17, 21, 29, 30. */
	.balign	16
	.globl	pv_native_stubs
pv_native_stubs:
	.set	vector, 0
	.rept	256
	.balign	16
	.if	!((vector == 8) || (vector >= 10 && vector <= 14) || (vector == 17) || (vector == 21) || (vector == 29) || (vector == 30))
	push	$0
	.endif
	push	$vector
	.if	(vector == 1) || (vector == 2) || (vector == 8) || (vector == 18)
	jmp	paranoid
	.else
	jmp	common
	.endif
	.set	vector, vector + 1
	.endr

	.macro	save
	push	%rax
	push	%rcx
	push	%rdx
	push	%rbx
	push	%rbp
	push	%rsi
	push	%rdi
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	.endm

	.macro	restore
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rdi
	pop	%rsi
	pop	%rbp
	pop	%rbx
	pop	%rdx
	pop	%rcx
	pop	%rax
	.endm

common:
	testb	$3, 24(%rsp)		/* CS behind vector, code, rip */
	jz	1f
	site	SLOT_SWAPGS, 6, 0
1:	save
	cld
	mov	%rsp, %rdi
	call	pv_native_trap
	/* Also the way into user mode for the first time, and back from a system call. */
	.globl	pv_native_trap_return
pv_native_trap_return:			/* rsp: struct pv_frame; gate closed */
	testb	$3, FRAME_CS(%rsp)
	restore
	jz	1f
	site	SLOT_SWAPGS, 6, 0
1:	add	$16, %rsp
	site	SLOT_IRET, 6, 1

	/*
	 * The base tells: upper half is the kernel's. ebx keeps whether to swap back. These vectors do
	 * not exist under hypervisors that own GS, so the instruction stands here bare.
	 */
paranoid:
	save
	cld
	mov	$MSR_GS_BASE, %ecx
	rdmsr
	xor	%ebx, %ebx
	test	%edx, %edx
	js	1f
	swapgs
	inc	%ebx
1:	mov	%rsp, %rdi
	call	pv_native_trap
	test	%ebx, %ebx
	jz	1f
	swapgs
1:	restore
	add	$16, %rsp
	site	SLOT_IRET, 6, 1

	.section .note.GNU-stack, "", @progbits
