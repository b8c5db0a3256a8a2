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
#include "../x86/stubs.h"

#define MSR_GS_BASE	0xc0000101

	.text

	/* Vectors that look at the base themselves; they push what they are. */
	.macro	base_stub vector
	.if	(\vector == 1) || (\vector == 2) || (\vector == 18)
	.set	own_stub, 1
	push	$\vector
	jmp	careful_no_code_hop
	.elseif	(\vector >= 11) && (\vector <= 13)
	.set	own_stub, 1
	push	$\vector
	jmp	careful_hop
	.elseif	\vector == 8
	.set	own_stub, 1
	push	$\vector
	jmp	paranoid_hop
	.endif
	.endm

careful_no_code_hop:
	jmp	careful_no_code
careful_hop:
	jmp	careful
paranoid_hop:
	jmp	paranoid
	stubs	base_stub

no_code:				/* rsp: vector where the code belongs, and what is behind */
	push	(%rsp)
	movq	$0, 8(%rsp)
with_code:
	subq	$-STUB_BIAS, (%rsp)
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
careful_no_code:
	push	(%rsp)
	movq	$0, 8(%rsp)
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
	jz	pv_native_trap_return
	swapgs
	jmp	pv_native_trap_return

	.section .note.GNU-stack, "", @progbits
