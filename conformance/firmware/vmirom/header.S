/*
 * The head of the ROM: option ROM and VMI header, the fixed entries, and the entry
 * that the BIOS calls, which goes to protected mode for bios.c and back.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "vmi_abi.h"
#include "rom_asm.h"

	.section .header, "awx", @progbits
	.globl	rom_start, rom_facts, rom_licence, rom_pci
	.hidden	rom_start, rom_facts, rom_licence, rom_pci
rom_start:
	.byte	0x55, 0xaa, 0			/* length: by romsum.py */
	.code16
	jmp	bios_entry
	.org	VMI_AT_SIGNATURE
	.long	VMI_SIGNATURE
	.byte	0, 3, 0, 0			/* minor, major, jump slots: there are none in 3.0 */
	.long	0				/* virtual top: the word top= */
	.short	0
	.short	rom_licence - rom_start
	.short	rom_pci - rom_start
	.org	VMI_AT_INIT
	.code32
	jmp	rom_init
	.org	VMI_AT_RELOCATION
	jmp	rom_relocation
	.org	0x90

	/* What the BIOS entry found; struct facts. Later the ROM is read-only. */
	.balign	4
rom_facts:
	.fill	FACTS_SIZE, 1, 0

	/* The client that is in Linux takes no other text; the ROM itself is under the licence of this file. */
rom_licence:
	.asciz	"GPL v2"
	.balign	4
rom_pci:
	.ascii	"PCIR"
	.short	0x15ad, 0x0801, 0, 24
	.byte	0, 0, 0, 5			/* revision, class: memory controller */
	.short	1, 0				/* image length: by romsum.py; revision */
	.byte	0, 0x80, 0, 0			/* PC code, last image */

	/*
	 * Called far, in real mode, CS being the ROM's segment. The segments of protected mode lie on the
	 * stack, because the one to come back through has the ROM's own base.
	 */
	.code16
bios_entry:
	pushfl
	pushal
	pushw	%ds
	pushw	%es
	cli
	cld
	movw	%sp, %bp			/* EBP, ESI: the way back */
	xorl	%esi, %esi
	movw	%ss, %si
	xorl	%ebx, %ebx
	movw	%cs, %bx
	shll	$4, %ebx			/* the ROM's address */
	movl	%ebx, %edx
	shrl	$16, %edx
	orl	$0x9a00, %edx
	movl	%ebx, %eax
	shll	$16, %eax
	orl	$0xffff, %eax
	pushl	$0x00009200			/* 0x20: data, 64 KiB */
	pushl	$0x0000ffff
	pushl	%edx				/* 0x18: code, 64 KiB from the ROM's start */
	pushl	%eax
	pushl	$0x00cf9200			/* 0x10: data, flat */
	pushl	$0x0000ffff
	pushl	$0x00cf9a00			/* 0x08: code, flat */
	pushl	$0x0000ffff
	pushl	$0
	pushl	$0
	movl	%esi, %eax
	shll	$4, %eax
	xorl	%edi, %edi
	movw	%sp, %di
	addl	%eax, %edi			/* the stack's top, flat, and the table's base */
	pushl	%edi
	pushw	$5 * 8 - 1
	movw	%sp, %di
	lgdtl	%ss:(%di)
	xorl	%edi, %edi
	movw	%sp, %di
	addl	%eax, %edi
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	leal	bios_flat - rom_start(%ebx), %eax
	pushl	$0x08
	pushl	%eax
	lretl
	.code32
bios_flat:
	movl	$0x10, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%edi, %esp
	andl	$~3, %esp
	movl	%ebx, %eax
	call	bios_main
	ljmpl	$0x18, $(bios_back - rom_start)
	.code16
bios_back:
	movw	$0x20, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movl	%cr0, %eax
	andb	$0xfe, %al
	movl	%eax, %cr0
	movw	%si, %ss
	movw	%bp, %sp
	shrl	$4, %ebx
	pushw	%bx
	pushw	$(bios_real - rom_start)
	lretw
bios_real:
	popw	%es
	popw	%ds
	popal
	popfl
	lretw
	.code32
	.section .note.GNU-stack, "", @progbits
