/*
 * The registers of struct pv_frame, onto the stack and off it. Assembly only.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	/* Behind vector and code; afterwards segments are the kernel's. Spoils eax. */
	.macro	save_and_load ds, fs
	push	%eax
	push	%ecx
	push	%edx
	push	%ebx
	push	%ebp
	push	%esi
	push	%edi
	push	%ds
	push	%es
	push	%fs
	push	%gs
	mov	$\ds, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	$\fs, %eax
	mov	%eax, %fs
	.endm

	.macro	restore_general
	pop	%edi
	pop	%esi
	pop	%ebp
	pop	%ebx
	pop	%edx
	pop	%ecx
	pop	%eax
	.endm

	/* What user mode can make fault has a name that begins with `at`, for edge.c. */
	.macro	restore at
	.globl	\at\()_gs, \at\()_fs, \at\()_es, \at\()_ds
\at\()_gs:
	pop	%gs
\at\()_fs:
	pop	%fs
\at\()_es:
	pop	%es
\at\()_ds:
	pop	%ds
	restore_general
	.endm

	/* (frame) -> eax. The stack is realigned for C; ebp leads back. */
	.macro	call_c function
	mov	%esp, %ebp
	and	$-16, %esp
	sub	$12, %esp
	push	%ebp
	call	\function
	.endm
