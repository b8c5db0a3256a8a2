/*
 * What the entry and exit code of the Xen backend on i386 is made of. Assembly only.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../abi.h"
#include "segments.h"
#include "../../../hooks/x86/frame_marks.h"

	/* Behind vector and code; afterwards segments are the kernel's. Spoils eax. */
	.macro	save
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
	mov	$XEN_KERNEL_DS, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	$XEN_KERNEL_FS, %eax
	mov	%eax, %fs
	cld
	.endm

	/* (frame) -> eax. The stack is realigned for C; ebp leads back. */
	.macro	call_c function
	mov	%esp, %ebp
	and	$-16, %esp
	sub	$12, %esp
	push	%ebp
	call	\function
	.endm
