/*
 * How a processor gets to the state that SetInitialAPState gave: from real mode through
 * the ROM's tables, which have the code where it is and where the client has it, to the
 * client's. And the switch to those tables for one access (window.c).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "vmi_abi.h"
#include "rom_asm.h"

	.text
	.globl	ap_begin, ap_end, ap_gdt, ap_gdt_base, ap_stack, ap_to, ap_flat, window_go
	.hidden	ap_begin, ap_end, ap_gdt, ap_gdt_base, ap_stack, ap_to, ap_flat, window_go, ap_prepare

	/* Copied to a page below 1 MiB, and filled in there; the rest of that page is the stack. */
	.balign	8
	.code16
ap_begin:
	cli
	movw	%cs, %ax
	movw	%ax, %ds
	lgdtl	ap_gdt_limit - ap_begin
	movl	ap_stack - ap_begin, %esp
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	ljmpl	*(ap_to - ap_begin)
	.balign	8
ap_gdt:	.quad	0
	.quad	0x00cf9b000000ffff
	.quad	0x00cf93000000ffff
ap_stack:
	.long	0
ap_to:	.long	0
	.short	0x08
ap_gdt_limit:
	.short	3 * 8 - 1
ap_gdt_base:
	.long	0
ap_end:
	.code32

	/* Flat, no paging: code and data at their physical addresses. */
ap_flat:
	movl	$0x10, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	call	ap_prepare			/* struct ap: the state first */
	movl	%eax, %esi
	movl	12(%esi), %eax			/* of CR4 only the form of the tables */
	andl	$0x30, %eax
	movl	%eax, %cr4
	movl	AP_TABLES(%esi), %eax
	movl	%eax, %cr3
	movl	%cr0, %eax
	orl	$0x80000000, %eax
	movl	%eax, %cr0
	movl	AP_MIB(%esi), %ecx		/* over to where the client has all this */
	addl	%ecx, %esi
	addl	%ecx, %esp
	call	1f
1:	popl	%eax
	leal	2f - 1b(%eax, %ecx), %eax
	jmp	*%eax
2:	movl	8(%esi), %eax
	movl	%eax, %cr3
	movl	12(%esi), %eax
	movl	%eax, %cr4
	movl	0(%esi), %eax
	movl	%eax, %cr0
	movl	4(%esi), %eax
	movl	%eax, %cr2
	movl	16(%esi), %eax
	movl	20(%esi), %edx
	movl	%eax, %ecx
	orl	%edx, %ecx
	jz	1f
	movl	$0xc0000080, %ecx
	wrmsr
1:	lgdtl	78(%esi)
	movl	84(%esi), %eax			/* base and limit are the wrong way round */
	movl	88(%esi), %edx
	pushl	%eax
	pushw	%dx
	lidtl	(%esp)
	movl	AP_LOCK(%esi), %eax
	addl	AP_MIB(%esi), %eax
	movl	$0, (%eax)
	lldt	76(%esi)
	movw	70(%esi), %es
	movw	72(%esi), %fs
	movw	74(%esi), %gs
	movw	66(%esi), %ss
	movl	48(%esi), %esp
	pushl	28(%esi)
	movzwl	64(%esi), %eax
	pushl	%eax
	pushl	24(%esi)
	movl	32(%esi), %eax
	movl	36(%esi), %ebx
	movl	40(%esi), %ecx
	movl	44(%esi), %edx
	movl	52(%esi), %ebp
	movl	60(%esi), %edi
	pushl	56(%esi)
	movw	68(%esi), %ds
	popl	%esi
	iretl

	/*
	 * uint32_t window_go(uint32_t cr3, uint32_t linear, uint32_t value, bool write): between the tables there is no
	 * stack. Without global pages the client's translations are gone, too.
	 */
window_go:
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	pushl	%ebp
	movl	20(%esp), %ebx
	movl	%cr3, %esi
	movl	%cr4, %edi
	movl	%edi, %ebp
	andl	$~0x80, %ebp
	movl	%ebp, %cr4
	movl	%eax, %cr3
	testb	%bl, %bl
	jz	1f
	movl	%ecx, (%edx)
	jmp	2f
1:	movl	(%edx), %ecx
2:	movl	%esi, %cr3
	movl	%edi, %cr4
	movl	%ecx, %eax
	popl	%ebp
	popl	%edi
	popl	%esi
	popl	%ebx
	ret
	.section .note.GNU-stack, "", @progbits
