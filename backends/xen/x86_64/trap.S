/*
 * Traps and events under Xen PV on x86_64. Frames have rcx and r11 on top and keep
 * the old event mask above the code selector; both are taken away here, so that
 * C sees the same struct pv_frame as on bare metal.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.text

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

	.balign	16
	.globl	pv_xen_trap_entries
pv_xen_trap_entries:
	.set	vector, 0
	.rept	32
	.balign	16
	pop	%rcx
	pop	%r11
	.if	!((vector == 8) || (vector >= 10 && vector <= 14) || (vector == 17) || (vector == 21) || \
		(vector == 29) || (vector == 30))
	push	$0
	.endif
	push	$vector
	jmp	common
	.set	vector, vector + 1
	.endr

common:
	save
	cld
	mov	%rsp, %rdi
	call	pv_xen_trap
	restore
	add	$16, %rsp
	jmp	pv_xen_iret

	.globl	pv_xen_event_entry
pv_xen_event_entry:			/* the mask is set on entry; iret puts the old one back */
	pop	%rcx
	pop	%r11
	push	$0
	push	$32
	save
	cld
	call	pv_xen_upcall
	restore
	add	$16, %rsp
	jmp	pv_xen_iret

	.globl	pv_xen_failsafe_entry
pv_xen_failsafe_entry:			/* a segment could not be reloaded: only user code can cause that */
	ud2

	.section .note.GNU-stack, "", @progbits
