/*
 * Traps and events under Xen PV on i386. A frame is as the CPU's, but the old event
 * mask stands above the code selector; it is taken away here, so that C sees the
 * same struct pv_frame as on bare metal. Segments are reloaded on every entry: %fs
 * carries the per-CPU record.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "entry_words.h"

	.text

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
	mov	%eax, %esp
	.globl	pv_xen_trap_return
pv_xen_trap_return:			/* esp: struct pv_frame; gate closed */
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
	call_c	pv_xen_event
	jmp	pv_xen_trap_return

	/*
	 * A selector could not be reloaded when this CPU came back to us: the registers hold 0 for what
	 * was bad, and on the stack are ds, es, fs, gs as they were, then a frame.
	 */
	.globl	pv_xen_failsafe_entry
pv_xen_failsafe_entry:
	add	$16, %esp
	push	$0
	push	$13
	save
	call_c	pv_xen_failsafe
	jmp	pv_xen_trap_return

	.section .note.GNU-stack, "", @progbits
