/*
 * Start of day under Xen PV on i386 (PAE): in ring 1, paging on, at the linked
 * address, esi = start_info. Also the hypercall page and the ELF notes by which Xen
 * finds all this (Xen: elfnote.h).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../abi.h"

#define KERNEL_OFFSET	0xc0000000
#define HOLE		0xf5800000	/* above it all may be Xen's: common/i386/layout.h keeps it free */
#define STACK_ROOM	256		/* of the boot stack, for a user frame */

	.text
	.globl	pv_xen_entry
pv_xen_entry:
	cld
	mov	$pv_xen_boot_stack_top - STACK_ROOM, %esp
	xor	%ebp, %ebp
	sub	$12, %esp		/* keeps the stack 16-aligned at the call */
	push	%esi
	call	pv_xen_start
1:	jmp	1b

	.balign	4096
	.globl	pv_xen_hypercall_page
pv_xen_hypercall_page:			/* Xen fills it in */
	.fill	4096, 1, 0xc3

	/* (nr, a, b, c, d); Xen takes eax, ebx, ecx, edx, esi, and may spoil those with arguments. */
	.globl	pv_xen_call
pv_xen_call:
	push	%ebx
	push	%esi
	push	%edi
	addl	$1, pv_hypercalls
	adcl	$0, pv_hypercalls + 4
	mov	16(%esp), %eax
	incl	pv_hypercalls_by(, %eax, 4)
	shl	$5, %eax
	add	$pv_xen_hypercall_page, %eax
	mov	20(%esp), %ebx
	mov	24(%esp), %ecx
	mov	28(%esp), %edx
	mov	32(%esp), %esi
	call	*%eax
	pop	%edi
	pop	%esi
	pop	%ebx
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
	note	1, .long pv_xen_entry		/* ENTRY */
	note	2, .long pv_xen_hypercall_page	/* HYPERCALL_PAGE */
	note	3, .long KERNEL_OFFSET		/* VIRT_BASE */
	note	4, .long 0			/* PADDR_OFFSET */
	note	5, .asciz "xen-3.0"		/* XEN_VERSION */
	note	6, .asciz "libpv"		/* GUEST_OS */
	note	8, .asciz "generic"		/* LOADER */
	note	9, .asciz "yes"			/* PAE_MODE */
	note	12, .long HOLE			/* HV_START_LOW */

	.section .note.GNU-stack, "", @progbits
