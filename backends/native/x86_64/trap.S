/*
 * Trap and interrupt entry on x86_64: 256 stubs, one common path, struct pv_frame
 * on the stack.
 *
 * From user mode the per-CPU base is swapped in at once. Vectors that can arrive in
 * kernel mode with the user's base still or again in place (debug, NMI, double
 * fault, machine check at any instruction; segment and protection faults at the
 * iret) look at the base itself: the kernel's is in the upper half, and user mode
 * cannot set its own while CR4.FSGSBASE is off.
 *
 * pv_native_trap() gives back the frame to return to, which need not be the one that
 * it got: a fault on the way out to user mode goes on as one of user mode.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "entry_words.h"

#define MSR_GS_BASE	0xc0000101

	.text

	/* Vectors with an error code from the CPU: 8, 10-14, 17, 21, 29, 30. */
	.balign	16
	.globl	pv_native_stubs
pv_native_stubs:
	.set	vector, 0
	.rept	256
	.balign	16
	.if	!((vector == 8) || (vector >= 10 && vector <= 14) || (vector == 17) || (vector == 21) || \
		(vector == 29) || (vector == 30))
	push	$0
	.endif
	push	$vector
	.if	vector == 8
	jmp	paranoid
	.elseif	(vector == 1) || (vector == 2) || (vector >= 11 && vector <= 13) || (vector == 18)
	jmp	careful
	.else
	jmp	common
	.endif
	.set	vector, vector + 1
	.endr

common:
	testb	$3, 24(%rsp)		/* CS behind vector, code, rip */
	jz	1f
	site	SLOT_SWAPGS, 6, 0
	.globl	pv_native_trap_common
pv_native_trap_common:			/* rsp: vector and what is behind; the kernel's base */
1:	save
	cld
	clear_ac
	mov	%rsp, %rdi
	call	pv_native_trap
	mov	%rax, %rsp
	/* Also the way into user mode for the first time, and back from a system call. */
	.globl	pv_native_trap_return
pv_native_trap_return:			/* rsp: struct pv_frame; gate closed */
	testb	$3, FRAME_CS(%rsp)
	restore
	jz	1f
	site	SLOT_SWAPGS, 6, 0
1:	add	$16, %rsp
	.globl	pv_native_exit
pv_native_exit:				/* the iret that can fault: see edge.c */
	site	SLOT_IRET, 6, 1

	/*
	 * From user mode go on on the thread's stack, whatever stack the vector has: handlers may switch
	 * threads, which must not happen on a stack that belongs to the CPU.
	 */
careful:
	testb	$3, 24(%rsp)
	jz	paranoid
	swapgs
	mov	%rax, CPU_SCRATCH
	mov	%rsp, %rax
	mov	CPU_KERNEL_SP, %rsp
	push	48(%rax)		/* ss */
	push	40(%rax)
	push	32(%rax)
	push	24(%rax)
	push	16(%rax)
	push	8(%rax)
	push	(%rax)			/* vector */
	mov	CPU_SCRATCH, %rax
	jmp	pv_native_trap_common

	/*
	 * The base tells: upper half is the kernel's. ebx keeps whether to swap back. These vectors do
	 * not exist under hypervisors that own GS, so the instruction stands here bare.
	 */
paranoid:
	save
	cld
	clear_ac
	mov	$MSR_GS_BASE, %ecx
	rdmsr
	xor	%ebx, %ebx
	test	%edx, %edx
	js	1f
	swapgs
	inc	%ebx
1:	mov	%rsp, %rdi
	call	pv_native_trap
	mov	%rax, %rsp
	testb	$3, FRAME_CS(%rsp)	/* the way out failed, and now there is another frame to go out by; */
	jnz	pv_native_trap_return	/* the kernel's base is in place by now */
	test	%ebx, %ebx
	jz	1f
	swapgs
1:	restore
	add	$16, %rsp
	site	SLOT_IRET, 6, 1

	.section .note.GNU-stack, "", @progbits
