/*
 * Traps and events under Xen PV on i386. A frame is as the CPU's, but the old event
 * mask stands above the code selector; C takes it away. Xen has changed the stack
 * already, and the event mask is set. Segments are reloaded on every entry: %fs
 * carries the per-CPU record. The instructions that user mode can make fault on the
 * way out have names, for edge.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "entry_words.h"
#include "../../common/x86/vectors.h"

#define VECTOR_EVENT	32
#define VECTOR_GP	13

	.text
	.balign	16
	.globl	pv_xen_trap_entries
pv_xen_trap_entries:
	.set	vector, 0
	.rept	PV_NR_EXCEPTIONS
	.balign	16
	.if	!PV_HAS_CODE(vector)
	push	$0
	.endif
	push	$vector
	jmp	pv_xen_trap_common
	.set	vector, vector + 1
	.endr

	.balign	16
	.globl	pv_xen_trap_common
pv_xen_trap_common:			/* esp: vector, code and what is behind */
	save
	call_c	pv_xen_trap
	mov	%eax, %esp
	/* Also the way into user mode for the first time, and back from a system call. */
	.globl	pv_xen_trap_return
pv_xen_trap_return:			/* esp: struct pv_frame; gate closed */
	restore	pv_xen_exit
	add	$8, %esp
	jmp	pv_xen_iret

	.balign	16
	.globl	pv_xen_event_entry
pv_xen_event_entry:
	push	$0
	push	$VECTOR_EVENT
	save
	call_c	pv_xen_event
	mov	%ebp, %esp
	jmp	pv_xen_trap_return

	/*
	 * A selector could not be loaded when this CPU came back to us: the register holds 0 now, and
	 * what ds, es, fs and gs were lies before the frame.
	 */
	.balign	16
	.globl	pv_xen_failsafe_entry
pv_xen_failsafe_entry:
	add	$16, %esp
	push	$0
	push	$VECTOR_GP
	save
	call_c	pv_xen_failsafe
	mov	%ebp, %esp
	jmp	pv_xen_trap_return

	.section .note.GNU-stack, "", @progbits
