/*
 * SYSCALL on x86_64. The CPU brings rip in rcx and rflags in r11, keeps the user's
 * stack pointer, and has taken IF, TF, DF, NT and AC away (MSR SFMASK, user.c).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "entry_words.h"
#include "../../../hooks/x86/frame_marks.h"

#define USER_CS32	0x1b		/* checked in ways.h */
#define USER_DS		0x23
#define USER_CS		0x2b
#define FRAME_RSP	160
#define VECTOR_UD	6

	.text
	.balign	16
	.globl	pv_native_syscall_entry
pv_native_syscall_entry:
	swapgs
	mov	%rsp, CPU_SCRATCH
	mov	CPU_KERNEL_SP, %rsp
	push	$USER_DS
	push	CPU_SCRATCH
	push	%r11
	push	$USER_CS
	push	%rcx
	push	%rax			/* the number of the call */
	push	$PV_FRAME_CALL
	save
	mov	%rsp, %rdi
	call	pv_native_syscall
	test	%al, %al
	jz	pv_native_trap_return
	/* rcx and r11 equal rip and rflags, and rip is an address: SYSRET does what the iret would. */
	restore
	mov	FRAME_RSP - FRAME_VECTOR(%rsp), %rsp
	swapgs
	sysretq

	/* From 32-bit code, which there is none of here: to the kernel an illegal instruction. */
	.balign	16
	.globl	pv_native_syscall_compat
pv_native_syscall_compat:
	swapgs
	mov	%rsp, CPU_SCRATCH
	mov	CPU_KERNEL_SP, %rsp
	push	$USER_DS
	push	CPU_SCRATCH
	push	%r11
	push	$USER_CS32
	sub	$2, %rcx
	push	%rcx
	push	$0
	push	$VECTOR_UD
	jmp	pv_native_trap_common

	/* (frame): out to user mode with a frame at the top of the stack we are on. */
	.globl	pv_native_user_exit
pv_native_user_exit:
	mov	%rdi, %rsp
	jmp	pv_native_trap_return

	.section .note.GNU-stack, "", @progbits
