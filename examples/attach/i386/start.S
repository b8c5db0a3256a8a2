/*
 * Start of day of a kernel that does not use libpv's, on i386: Multiboot 2 and PVH.
 * PAE tables with pages of 2 MiB show the first GiB at 0 and at KERNBASE; %fs leads
 * to the boot CPU's record; the rest is C, in main.c. Xen PV begins in ring 1, at the
 * linked address, on tables of Xen's that show the first MiBs at KERNBASE.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "machine.h"

#define LOW(symbol)	((symbol) - KERNBASE)
#define CR0_BITS	0x80010023		/* PG WP NE MP PE */
#define CR4_BITS	0x000000a0		/* PGE PAE */
#define EFER		0xc0000080
#define START_INFO_MFN_LIST	68

	.section .start, "ax", @progbits

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

	mov	$1, %eax		/* a CPU without PAE: out, by a reset */
	cpuid
	bt	$6, %edx
	jc	1f
	mov	$0xfe, %al
	out	%al, $0x64
0:	hlt
	jmp	0b

1:	xor	%ecx, %ecx
2:	mov	%ecx, %eax
	shl	$21, %eax
	or	$0x83, %eax
	mov	%eax, LOW(directory)(, %ecx, 8)
	inc	%ecx
	cmp	$512, %ecx
	jb	2b
	movl	$LOW(directory) + 1, LOW(root)
	movl	$LOW(directory) + 1, LOW(root) + (KERNBASE >> 30) * 8

	mov	$CR4_BITS, %eax
	mov	%eax, %cr4
	mov	$LOW(root), %eax
	mov	%eax, %cr3
	mov	$0x80000000, %eax
	cpuid
	cmp	$0x80000001, %eax
	jb	3f
	mov	$0x80000001, %eax
	cpuid
	bt	$20, %edx
	jnc	3f
	mov	$EFER, %ecx
	rdmsr
	or	$0x800, %eax		/* NXE */
	wrmsr
3:	mov	$CR0_BITS, %eax
	mov	%eax, %cr0
	mov	$4f, %eax
	jmp	*%eax

	.text
4:	mov	$stack_end, %esp
	mov	$boot_cpu, %eax		/* the base goes in three pieces */
	mov	%ax, table + CPU_SELECTOR + 2
	shr	$16, %eax
	mov	%al, table + CPU_SELECTOR + 4
	mov	%ah, table + CPU_SELECTOR + 7
	lgdt	pointer
	ljmp	$KERNEL_CS, $5f
5:	mov	$KERNEL_DS, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	mov	$CPU_SELECTOR, %eax
	mov	%eax, %fs
	xor	%eax, %eax
	mov	%eax, %gs
	xor	%ebp, %ebp
	sub	$8, %esp		/* aligned to 16 at the call */
	push	%esi
	push	%edi
	call	start			/* (magic, info) */
6:	hlt
	jmp	6b

	/*
	 * Xen's public elfnote.h, xen.h and arch-x86/xen-x86_32.h. esi: start_info. Segments are Xen's; one
	 * for %fs must be in a table of ours, whose page is handed over read-only: its frame is in the
	 * list of frames (mfn_list in start_info), update_va_mapping (14), set_gdt (2).
	 */
start_xen:
	cld
	mov	$stack_end, %esp
	mov	%esi, %ebp
	mov	$boot_cpu, %eax
	mov	%ax, table + CPU_SELECTOR + 2
	shr	$16, %eax
	mov	%al, table + CPU_SELECTOR + 4
	mov	%ah, table + CPU_SELECTOR + 7
	mov	$table - KERNBASE, %ecx
	shr	$12, %ecx
	mov	START_INFO_MFN_LIST(%ebp), %edx
	mov	(%edx, %ecx, 4), %edi
	mov	$table, %ebx
	mov	%edi, %ecx
	shl	$12, %ecx
	or	$1, %ecx		/* present, and no more */
	mov	%edi, %edx
	shr	$20, %edx
	mov	$2, %esi		/* forget the old translation */
	mov	$pv_xen_hypercall_page + 14 * 32, %eax
	call	*%eax
	push	%edi
	mov	%esp, %ebx
	mov	$(table_end - table) / 8, %ecx
	mov	$pv_xen_hypercall_page + 2 * 32, %eax
	call	*%eax
	mov	$CPU_SELECTOR | 1, %eax
	mov	%eax, %fs
	pop	%edi
	sub	$8, %esp		/* aligned to 16 at the call */
	push	%ebp
	push	$STARTED_BY_XEN
	xor	%ebp, %ebp
	call	start			/* (magic, info) */
7:	ud2

	/* Xen's public sched.h: SCHEDOP_shutdown (2), to restart. */
	.globl	xen_restart
xen_restart:
	mov	$2, %ebx
	mov	$restart, %ecx
	mov	$pv_xen_hypercall_page + 29 * 32, %eax
	call	*%eax
	ud2

	.section .rodata
	.balign	4
restart:
	.long	1

	.data
	.balign	4096			/* a page of its own: Xen wants to have it alone */
table:	.quad	0, 0
	.quad	0x00cf9a000000ffff	/* KERNEL_CS */
	.quad	0x00cf92000000ffff	/* KERNEL_DS */
	.quad	0
	.quad	0x00cf92000000ffff	/* CPU_SELECTOR */
table_end:
	.balign	4096
pointer:
	.short	table_end - table - 1
	.long	table

	.bss
	.balign	4096
root:	.skip	4096
directory:
	.skip	4096
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
	note	1, .long start_xen
	note	2, .long pv_xen_hypercall_page	/* libpv calls through it: it lies where libpv has it */
	note	3, .long KERNBASE		/* physical 0 is shown here */
	note	4, .long 0
	note	5, .asciz "xen-3.0"
	note	6, .asciz "attach"
	note	8, .asciz "generic"
	note	9, .asciz "yes"			/* PAE */

	.section .note.GNU-stack, "", @progbits
