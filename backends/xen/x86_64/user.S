/*
 * The ways into the kernel from user mode on x86_64 that are no traps. SYSCALL is
 * Xen's: it hands the call over as a frame like any other, on the kernel's stack,
 * where rcx and r11 are those that the instruction left, the user's rip and rflags.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "entry_words.h"
#include "../../../hooks/x86/frame_marks.h"

	.text
	.balign	16
	.globl	pv_xen_syscall_entry
pv_xen_syscall_entry:
	take_top
	push	%rax			/* the number of the call */
	push	$PV_FRAME_CALL
	save
	mov	%rsp, %rdi
	call	pv_xen_syscall
	test	%al, %al
	jz	pv_xen_trap_return
	/* rcx and r11 equal rip and rflags: Xen need not load them and can go back by SYSRET. */
	restore
	add	$16, %rsp
	incq	pv_hypercalls(%rip)
	incq	pv_hypercalls_by + 8 * XEN_IRET(%rip)
	push	$XEN_VGCF_IN_SYSCALL
	jmp	pv_xen_hypercall_page + 32 * XEN_IRET

	.balign	16
	.globl	pv_xen_int80_entry
pv_xen_int80_entry:
	take_top
	push	%rax
	push	$PV_FRAME_CALL
	save
	cld
	mov	%rsp, %rdi
	call	pv_xen_call_gate
	jmp	pv_xen_trap_return

	/* (frame): out to user mode with a frame at the top of the stack we are on. */
	.globl	pv_xen_user_exit
pv_xen_user_exit:
	mov	%rdi, %rsp
	jmp	pv_xen_trap_return

	.section .note.GNU-stack, "", @progbits
