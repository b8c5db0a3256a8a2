/*
 * Start of day of a kernel that does not use libpv's: Multiboot 2 and PVH, both in
 * 32-bit flat mode with paging off. Tables with pages of 2 MiB show the first 4 GiB
 * at 0 and at DIRECT, and 1 GiB of it at KERNBASE; %gs gets the boot CPU's record;
 * the rest is C, in main.c. Xen PV begins in long mode, at the linked address, on
 * tables of Xen's that show the first MiBs at KERNBASE.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "machine.h"

#define LOW(symbol)	((symbol) - KERNBASE)
#define CR0_BITS	0x80010023		/* PG WP NE MP PE */
#define CR4_BITS	0x000000a0		/* PGE PAE */
#define EFER		0xc0000080
#define GS_BASE		0xc0000101

	.section .start, "ax", @progbits
	.code32

	.balign	8
multiboot2:
	.long	0xe85250d6, 0, multiboot2_end - multiboot2
	.long	-(0xe85250d6 + multiboot2_end - multiboot2)
	.short	0, 0
	.long	8
multiboot2_end:

	.globl	start_multiboot2
start_multiboot2:
	mov	%eax, %edi
	jmp	enter

start_pvh:
	xor	%edi, %edi		/* no magic number: PVH */

enter:
	cld
	mov	$LOW(stack_end), %esp
	mov	%ebx, %esi

	mov	$0x80000001, %eax	/* a CPU without long mode: out, by a reset */
	cpuid
	bt	$29, %edx
	jc	1f
	mov	$0xfe, %al
	out	%al, $0x64
0:	hlt
	jmp	0b

1:	mov	%edx, %ebp
	xor	%ecx, %ecx
2:	mov	%ecx, %eax
	shl	$21, %eax
	or	$0x83, %eax
	mov	%eax, LOW(directories)(, %ecx, 8)
	inc	%ecx
	cmp	$2048, %ecx
	jb	2b

	xor	%ecx, %ecx
3:	mov	%ecx, %eax
	shl	$12, %eax
	add	$LOW(directories) + 3, %eax
	mov	%eax, LOW(low)(, %ecx, 8)
	inc	%ecx
	cmp	$4, %ecx
	jb	3b
	movl	$LOW(directories) + 3, LOW(high) + 511 * 8
	movl	$LOW(low) + 3, LOW(root)
	movl	$LOW(low) + 3, LOW(root) + DIRECT_SLOT * 8
	movl	$LOW(high) + 3, LOW(root) + 511 * 8

	mov	$CR4_BITS, %eax
	mov	%eax, %cr4
	mov	$LOW(root), %eax
	mov	%eax, %cr3
	mov	$EFER, %ecx
	rdmsr
	or	$0x100, %eax		/* LME */
	bt	$20, %ebp
	jnc	4f
	or	$0x800, %eax		/* NXE */
4:	wrmsr
	mov	$CR0_BITS, %eax
	mov	%eax, %cr0
	lgdt	LOW(pointer)
	ljmp	$KERNEL_CS, $5f

	.code64
5:	mov	$KERNEL_DS, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	xor	%eax, %eax
	mov	%eax, %fs
	mov	%eax, %gs
	mov	$6f, %rax
	jmp	*%rax

	.text
6:	mov	$stack_end, %rsp
	mov	$boot_cpu, %rax
	mov	%rax, %rdx
	shr	$32, %rdx
	mov	$GS_BASE, %ecx
	wrmsr
	xor	%ebp, %ebp
	call	start			/* (magic, info) */
7:	hlt
	jmp	7b

	/*
	 * Xen's public elfnote.h and arch-x86/xen-x86_64.h. rsi: start_info. Here GS is the hypervisor's
	 * to set: set_segment_base of the kernel's GS (2).
	 */
start_xen:
	cld
	mov	$stack_end, %rsp
	mov	%rsi, %rbx
	mov	$2, %edi
	mov	$boot_cpu, %rsi
	mov	$pv_xen_hypercall_page + 25 * 32, %rax
	call	*%rax
	mov	$STARTED_BY_XEN, %edi
	mov	%rbx, %rsi
	xor	%ebp, %ebp
	call	start			/* (magic, info) */
8:	ud2

	/* Xen's public sched.h: SCHEDOP_shutdown (2), to restart. */
	.globl	xen_restart
xen_restart:
	mov	$2, %edi
	mov	$restart, %rsi
	mov	$pv_xen_hypercall_page + 29 * 32, %rax
	call	*%rax
	ud2

	.section .rodata
	.balign	8
restart:
	.long	1, 0
table:	.quad	0, 0
	.quad	0x00af9a000000ffff	/* KERNEL_CS */
	.quad	0x00cf92000000ffff	/* KERNEL_DS */
pointer:
	.short	pointer - table - 1
	.long	LOW(table)

	.bss
	.balign	4096
root:	.skip	4096
low:	.skip	4096
high:	.skip	4096
directories:
	.skip	4 * 4096
	.skip	16384
stack_end:

	.globl	pv_percpu_offset
	.set	pv_percpu_offset, CPU_PV

	.macro	note type, data:vararg
	.balign	4
	.long	4, 2f - 1f, \type
	.asciz	"Xen"
1:	\data
2:	.balign	4
	.endm

	/* A PVH loader looks for type 18 and finds the entry address; Xen, for a PV guest, reads the rest. */
	.section .note.start, "a", @note
	note	18, .long start_pvh
	note	1, .quad start_xen
	note	2, .quad pv_xen_hypercall_page	/* libpv calls through it: it lies where libpv has it */
	note	3, .quad KERNBASE		/* physical 0 is shown here */
	note	4, .quad 0
	note	5, .asciz "xen-3.0"
	note	6, .asciz "attach"
	note	8, .asciz "generic"

	.section .note.GNU-stack, "", @progbits
