/*
 * Traps and events under Xen PV on x86_64. Frames have rcx and r11 on top and keep
 * the old event mask above the code selector; both are taken away here and in C, so
 * that everybody sees the same struct pv_frame as on bare metal. Xen has changed
 * stack, root and GS base already, and the event mask is set.
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
	take_top
	.if	!PV_HAS_CODE(vector)
	push	$0
	.endif
	push	$vector
	jmp	pv_xen_trap_common
	.set	vector, vector + 1
	.endr

	.balign	16
	.globl	pv_xen_trap_common
pv_xen_trap_common:			/* rsp: vector, code and what is behind */
	save
	cld
	mov	%rsp, %rdi
	call	pv_xen_trap
	mov	%rax, %rsp
	/* Also the way into user mode for the first time, and back from a system call. */
	.globl	pv_xen_trap_return
pv_xen_trap_return:			/* rsp: struct pv_frame; gate closed */
	restore
	add	$16, %rsp
	jmp	pv_xen_iret

	.balign	16
	.globl	pv_xen_event_entry
pv_xen_event_entry:
	take_top
	push	$0
	push	$VECTOR_EVENT
	save
	cld
	mov	%rsp, %rdi
	call	pv_xen_event
	jmp	pv_xen_trap_return

	/*
	 * A selector could not be loaded when this CPU came back to us: the register holds 0 now, and
	 * what ds, es, fs and gs were lies between rcx, r11 and the frame.
	 */
	.balign	16
	.globl	pv_xen_failsafe_entry
pv_xen_failsafe_entry:
	take_top
	add	$32, %rsp
	push	$0
	push	$VECTOR_GP
	save
	cld
	mov	%rsp, %rdi
	call	pv_xen_failsafe
	jmp	pv_xen_trap_return

	.section .note.GNU-stack, "", @progbits
