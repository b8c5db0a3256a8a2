/*
 * Start of day under Xen PV on x86_64: already in long mode, paging on, at the
 * linked address, rsi = start_info. Also the hypercall page and the ELF notes by
 * which Xen finds all this (Xen: elfnote.h).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../abi.h"

#define KERNEL_OFFSET	0xffffffff80000000
#define STACK_ROOM	256		/* pv_thread_adopt(): a user frame goes there */

	.text
	.globl	pv_xen_entry
pv_xen_entry:
	cld
	lea	pv_xen_boot_stack_top - STACK_ROOM(%rip), %rsp
	xor	%ebp, %ebp
	mov	%rsi, %rdi
	call	pv_xen_start
1:	jmp	1b

	.balign	4096
	.globl	pv_xen_hypercall_page
pv_xen_hypercall_page:			/* Xen fills it in */
	.fill	4096, 1, 0xc3

	/* (nr, a, b, c, d); Xen takes rax, rdi, rsi, rdx, r10 and keeps the rest. */
	.globl	pv_xen_call
pv_xen_call:
	incq	pv_hypercalls(%rip)
	mov	%edi, %eax
	lea	pv_hypercalls_by(%rip), %r11
	incq	(%r11, %rax, 8)
	shl	$5, %rax
	mov	%rsi, %rdi
	mov	%rdx, %rsi
	mov	%rcx, %rdx
	mov	%r8, %r10
	lea	pv_xen_hypercall_page(%rip), %r11
	add	%r11, %rax
	call	*%rax
	ret

	.bss
	.balign	16
	.skip	16384
	.globl	pv_xen_boot_stack_top
pv_xen_boot_stack_top:

	.macro	note type, data:vararg
	.balign	4
	.long	4, 2f - 1f, \type
	.asciz	"Xen"
1:	\data
2:	.balign	4
	.endm

	.section .note.Xen, "a", @note
	note	1, .quad pv_xen_entry		/* ENTRY */
	note	2, .quad pv_xen_hypercall_page	/* HYPERCALL_PAGE */
	note	3, .quad KERNEL_OFFSET		/* VIRT_BASE */
	note	4, .quad 0			/* PADDR_OFFSET */
	note	5, .asciz "xen-3.0"		/* XEN_VERSION */
	note	6, .asciz "libpv"		/* GUEST_OS */
	note	8, .asciz "generic"		/* LOADER */

	.section .note.GNU-stack, "", @progbits
