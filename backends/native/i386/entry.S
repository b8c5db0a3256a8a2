/*
 * Start of day on i386 for Multiboot 1, Multiboot 2 and PVH: like the x86_64 one,
 * with PAE tables that show physical 0-3 GiB at 0 and 0-1 GiB at PV_KERNEL_OFFSET.
 *
 * The Multiboot 1 header lies where GRUB finds it (below 8192) and QEMU's -kernel
 * does not (from 8144 on); see backends/native/x86_64/entry.S.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../common/i386/layout.h"

#define PHYS(symbol)	((symbol) - PV_KERNEL_OFFSET)

	.section .boot, "ax", @progbits

	.balign	8
pv_multiboot2_header:
	.long	0xe85250d6, 0, 2f - pv_multiboot2_header
	.long	-(0xe85250d6 + 0 + (2f - pv_multiboot2_header))
	.balign	8
	.short	3, 0
	.long	12
	.long	pv_entry_multiboot2
	.balign	8
	.short	5, 1			/* a framebuffer, if it is no trouble: a UEFI PC may have no text screen */
	.long	20, 0, 0, 32
	.balign	8
	.short	0, 0
	.long	8
2:

	.globl	pv_entry
pv_entry:
	.globl	pv_entry_multiboot2
pv_entry_multiboot2:
	cli
	cld
	mov	%eax, %esi
	xor	%edi, %edi
	jmp	start32

	.globl	pv_entry_pvh
pv_entry_pvh:
	cli
	cld
	xor	%esi, %esi
	mov	$1, %edi

start32:				/* esi magic, edi 1 for PVH, ebx info */
	mov	$PHYS(boot_stack_top), %esp
	lgdt	PHYS(boot_gdt_pointer)
	ljmp	$BOOT_CS, $1f
1:	mov	$BOOT_DS, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	xor	%eax, %eax
	mov	%eax, %fs
	mov	%eax, %gs

	/* PAE at all? Leaf 1, edx bit 6. */
	push	%ebx
	mov	$1, %eax
	cpuid
	bt	$6, %edx
	jnc	no_pae
	/* NX: leaf 0x80000001, edx bit 20. */
	xor	%ebp, %ebp
	mov	$0x80000000, %eax
	cpuid
	cmp	$0x80000001, %eax
	jb	1f
	mov	$0x80000001, %eax
	cpuid
	mov	%edx, %ebp
1:	pop	%ebx

	/* Directories 0-2 show 0-3 GiB; directory 3 shows 0-1 GiB again. */
	mov	$PHYS(boot_pd), %ecx
	mov	$(PTE_P | PTE_W | PTE_PS), %eax
	mov	$(3 * 512), %edx
1:	mov	%eax, (%ecx)
	movl	$0, 4(%ecx)
	add	$8, %ecx
	add	$0x200000, %eax
	dec	%edx
	jnz	1b
	mov	$(PTE_P | PTE_W | PTE_PS), %eax
	mov	$512, %edx
1:	mov	%eax, (%ecx)
	movl	$0, 4(%ecx)
	add	$8, %ecx
	add	$0x200000, %eax
	dec	%edx
	jnz	1b

	/* The top table: present bits only, others are reserved. */
	mov	$PHYS(boot_pd + PTE_P), %eax
	mov	%eax, PHYS(pv_native_boot_root)
	add	$4096, %eax
	mov	%eax, PHYS(pv_native_boot_root + 8)
	add	$4096, %eax
	mov	%eax, PHYS(pv_native_boot_root + 16)
	add	$4096, %eax
	mov	%eax, PHYS(pv_native_boot_root + 24)

	mov	%cr4, %eax
	or	$CR4_PAE, %eax
	mov	%eax, %cr4
	mov	$PHYS(pv_native_boot_root), %eax
	mov	%eax, %cr3
	bt	$20, %ebp
	jnc	1f
	mov	$MSR_EFER, %ecx
	rdmsr
	or	$EFER_NXE, %eax
	wrmsr
1:	mov	$(CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_MP | CR0_PE), %eax
	mov	%eax, %cr0
	mov	$start_high, %eax
	jmp	*%eax

no_pae:
	mov	$PHYS(no_pae_text), %esi
	mov	$0xb8000, %edi
1:	lodsb
	test	%al, %al
	jz	2f
	mov	$0x4f, %ah
	stosw
	mov	$0x3f8, %edx
	outb	%al, %dx
	jmp	1b
2:	hlt
	jmp	2b

	/*
	 * Multiboot 1, section 3.1.1: page-align modules, memory map wanted. The linker script gives this
	 * section its place.
	 */
	.section .multiboot1, "aR", @progbits
	.balign	4
	.long	0x1badb002, 3, -(0x1badb002 + 3)

	.section .rodata
	.balign	8
boot_gdt:
	.quad	0
	.quad	0x00cf9a000000ffff	/* BOOT_CS */
	.quad	0x00cf92000000ffff	/* BOOT_DS */
boot_gdt_pointer:
	.short	. - boot_gdt - 1
	.long	PHYS(boot_gdt)
no_pae_text:
	.asciz	"libpv: this CPU has no PAE: it is older than this image can use"

	.text
start_high:
	mov	$boot_stack_top - PV_STACK_ROOM, %esp
	xor	%ebp, %ebp
	sub	$4, %esp		/* keeps the stack 16-aligned at the call */
	push	%ebx
	push	%esi
	push	%edi
	call	pv_native_start		/* (pvh, magic, info) */
1:	hlt
	jmp	1b

	.bss
	.balign	4096
	.globl	pv_native_boot_root
pv_native_boot_root:	.skip	4096
boot_pd:		.skip	4 * 4096
	.globl	pv_native_boot_stack, pv_native_boot_stack_top
pv_native_boot_stack:	.skip	16384
pv_native_boot_stack_top:
boot_stack_top:

	.section .note.Xen, "a", @note
	.balign	4
	.long	4, 4, 18
	.asciz	"Xen"
	.long	pv_entry_pvh

	.section .note.GNU-stack, "", @progbits
