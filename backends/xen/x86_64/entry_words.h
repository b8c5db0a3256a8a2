/*
 * What the entry and exit code of the Xen backend on x86_64 is made of. Assembly
 * only; numbers are checked in trap.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../abi.h"

	/* A frame of Xen's has these two on top; <pv/x86_64/frame.h> has them in their places. */
	.macro	take_top
	pop	%rcx
	pop	%r11
	.endm

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
