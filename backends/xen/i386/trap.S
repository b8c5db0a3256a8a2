/*
 * Traps and events under Xen PV on i386. A frame is as the CPU's, but the old event
 * mask stands above the code selector; it is taken away here, so that C sees the
 * same struct pv_frame as on bare metal. Segments are reloaded on every entry: %fs
 * carries the per-CPU record.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../abi.h"
#include "segments.h"

#define FRAME_CS	56		/* in struct pv_frame */

	.text

	/* Behind vector and code; afterwards segments are the kernel's. */
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
	movw	$0, FRAME_CS + 2(%esp)
	cld
	.endm

	/* The stack is realigned for C; ebp leads back. */
	.macro	call_c function
	mov	%esp, %ebp
	and	$-16, %esp
	sub	$12, %esp
	push	%ebp
	call	\function
	mov	%ebp, %esp
	.endm

	.balign	16
	.globl	pv_xen_trap_entries
pv_xen_trap_entries:
	.set	vector, 0
	.rept	32
	.balign	16
	.if	!((vector == 8) || (vector >= 10 && vector <= 14) || (vector == 17) || (vector == 21) || \
		(vector == 29) || (vector == 30))
	push	$0
	.endif
	push	$vector
	jmp	common
	.set	vector, vector + 1
	.endr
	.balign	16

common:
	save
	call_c	pv_xen_trap
return:					/* esp: struct pv_frame; gate closed */
	pop	%gs
	pop	%fs
	pop	%es
	pop	%ds
	pop	%edi
	pop	%esi
	pop	%ebp
	pop	%ebx
	pop	%edx
	pop	%ecx
	pop	%eax
	add	$8, %esp
	jmp	pv_xen_iret

	.globl	pv_xen_event_entry
pv_xen_event_entry:			/* the mask is set on entry; iret puts the old one back */
	push	$0
	push	$32
	save
	call_c	pv_xen_upcall
	jmp	return

	/*
	 * A selector could not be reloaded when this CPU came back to us: the registers hold 0 for what
	 * was bad, and on the stack are ds, es, fs, gs as they were, then a frame.
	 */
	.globl	pv_xen_failsafe_entry
pv_xen_failsafe_entry:
	add	$16, %esp
	push	$0
	push	$13
	jmp	common

	.section .note.GNU-stack, "", @progbits
