/*
 * SYSENTER on i386 for kernels at bare metal's selectors: the way in, and where the way out finds
 * things. Assembly only; numbers are checked in native's traps.c and ways.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../../hooks/x86/frame_marks.h"
#include "save.h"

#define KERNEL_DS	0x10
#define KERNEL_FS	0x28
#define USER_CS		0x1b
#define USER_DS		0x23
#define EXIT_EIP	8		/* in a frame, from its vector on */
#define EXIT_EFLAGS	16
#define EXIT_ESP	20
#define EFLAGS_IF	0x200

	/* From the entry to the frame that is to be returned from, in esp; `more`: flags that pushf does not show. */
	.macro	sysenter_call more
	push	$USER_DS
	push	%ecx
	pushf
	.ifnb	\more
	push	%eax
	mov	%ss:\more, %eax
	or	%eax, 4(%esp)
	pop	%eax
	.endif
	push	$2
	popf				/* NT would make the iret a task switch */
	push	$USER_CS
	push	%edx
	push	%eax			/* the number of the call */
	push	$PV_FRAME_CALL_FAST
	save_and_load KERNEL_DS, KERNEL_FS
	call_c	pv_native_sysenter
	mov	%eax, %esp
	.endm
