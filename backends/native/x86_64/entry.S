/*
 * Start of day on x86_64 for Multiboot 1, Multiboot 2 and PVH. All three enter at a
 * low physical address in 32-bit flat mode with paging off; this code builds tables
 * that show physical 0-4 GiB at 0, at the direct map and (2 GiB of it) at
 * PV_KERNEL_OFFSET, turns on long mode and goes on in C, at the linked address.
 *
 * Read first: layout.h for the addresses; start.c for what follows.
 *
 * The Multiboot 1 header lies where GRUB finds it (below 8192) and QEMU's -kernel
 * does not (from 8144 on), because QEMU would otherwise prefer it to the PVH note.
 * The linker script sees to that, with .boot at file offset 0x1000, first in the
 * image, and the header's section, which is no code, 0xfd0 bytes behind its start.
 *
 * The same code serves a position-independent link, where no 32-bit field may hold
 * an address: places in this section are offsets from pv_boot_base, an absolute
 * symbol of the linker script, and all others are relative to it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../common/x86_64/layout.h"

#define BOOT(label)	(pv_boot_base + ((label) - boot_start))	/* in this section */
#define AT(symbol)	(symbol) - PV_KERNEL_OFFSET - boot_start(%ebp)	/* elsewhere; ebp: pv_boot_base */

	.section .boot, "ax", @progbits
	.code32
boot_start:

	/* Multiboot 2, section 3.1: 8-aligned in the first 32768 bytes. */
	.balign	8
pv_multiboot2_header:
	.long	0xe85250d6, 0, 2f - pv_multiboot2_header
	.long	-(0xe85250d6 + 0 + (2f - pv_multiboot2_header))
	.balign	8
	.short	3, 0			/* entry address: the ELF's may be another protocol's */
	.long	12
	.long	BOOT(pv_entry_multiboot2)
	.balign	8
	.short	5, 1			/* a framebuffer, if it is no trouble: a UEFI PC may have no text screen */
	.long	20, 0, 0, 32
	.balign	8
	.short	0, 0			/* end of tags */
	.long	8
2:

	.globl	pv_entry
pv_entry:				/* ELF entry: Multiboot 1 (GRUB, BIOS and UEFI), or 2 */
	.globl	pv_entry_multiboot2
pv_entry_multiboot2:
	cli
	cld
	mov	%eax, %esi		/* magic, or whatever came */
	xor	%edi, %edi		/* not PVH */
	jmp	start32

	.globl	pv_entry_pvh
pv_entry_pvh:				/* PVH: ebx = hvm_start_info, eax undefined */
	cli
	cld
	xor	%esi, %esi
	mov	$1, %edi

start32:				/* esi magic, edi 1 for PVH, ebx info */
	mov	$pv_boot_base, %ebp
	lea	AT(boot_stack_top), %esp
	lea	AT(boot_gdt), %eax
	push	%eax
	pushw	$boot_gdt_end - boot_gdt - 1
	lgdt	(%esp)
	add	$6, %esp
	lea	1f - boot_start(%ebp), %eax
	push	$BOOT_CS32
	push	%eax
	lret
1:	mov	$BOOT_DS, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	xor	%eax, %eax
	mov	%eax, %fs
	mov	%eax, %gs

	/* Long mode at all? Leaf 0x80000001, edx bit 29. */
	mov	$0x80000000, %eax
	push	%ebx
	cpuid
	cmp	$0x80000001, %eax
	jb	no_long_mode
	mov	$0x80000001, %eax
	cpuid
	pop	%ebx
	bt	$29, %edx
	jnc	no_long_mode
	push	%edx			/* feature bits, for NX */

	/* Page directories: 4 GiB in pages of 2 MiB. */
	lea	AT(boot_pd), %ecx
	mov	$(PTE_P | PTE_W | PTE_PS), %eax
1:	mov	%eax, (%ecx)
	movl	$0, 4(%ecx)
	add	$8, %ecx
	add	$0x200000, %eax
	jnc	1b

	/* The pointer tables: one for 0 and the direct map, one for the top 2 GiB. */
	lea	AT(boot_pd + PTE_P + PTE_W), %eax
	mov	%eax, AT(boot_pdpt)
	mov	%eax, AT(boot_pdpt_high + 510 * 8)
	add	$4096, %eax
	mov	%eax, AT(boot_pdpt + 8)
	mov	%eax, AT(boot_pdpt_high + 511 * 8)
	add	$4096, %eax
	mov	%eax, AT(boot_pdpt + 16)
	add	$4096, %eax
	mov	%eax, AT(boot_pdpt + 24)
	lea	AT(boot_pdpt + PTE_P + PTE_W), %eax
	mov	%eax, AT(pv_native_boot_root)
	mov	%eax, AT(pv_native_boot_root + PV_DIRECT_SLOT * 8)
	lea	AT(boot_pdpt_high + PTE_P + PTE_W), %eax
	mov	%eax, AT(pv_native_boot_root + 511 * 8)

	mov	%cr4, %eax
	or	$CR4_PAE, %eax
	mov	%eax, %cr4
	lea	AT(pv_native_boot_root), %eax
	mov	%eax, %cr3
	mov	$MSR_EFER, %ecx
	rdmsr
	or	$EFER_LME, %eax
	btl	$20, (%esp)
	jnc	1f
	or	$EFER_NXE, %eax
1:	wrmsr
	mov	$(CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_MP | CR0_PE), %eax
	mov	%eax, %cr0
	lea	1f - boot_start(%ebp), %eax
	push	$BOOT_CS64
	push	%eax
	lret

	.code64
1:	lea	start64(%rip), %rax	/* relative to here is high up already */
	jmp	*%rax

	.code32
no_long_mode:
	/* COM1 and VGA, whatever is there: nothing else works yet. */
	lea	AT(no_long_mode_text), %esi
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
	.quad	0x00cf9a000000ffff	/* BOOT_CS32 */
	.quad	0x00af9a000000ffff	/* BOOT_CS64 */
	.quad	0x00cf92000000ffff	/* BOOT_DS */
boot_gdt_end:
no_long_mode_text:
	.asciz	"libpv: this CPU has no 64-bit mode: boot the i386 image, or another CPU model"

	.weak	__pv_rela_start, __pv_rela_end	/* no such notes in other links */

	.text
	.code64
start64:
	lea	boot_stack_top - PV_STACK_ROOM(%rip), %rsp
	/*
	 * A position-independent link notes every address that lies in data, as R_X86_64_RELATIVE; the
	 * other kind of note is the empty one. The image runs where it is linked: nothing is added.
	 */
	lea	__pv_rela_start(%rip), %rcx
	lea	__pv_rela_end(%rip), %rdx
1:	cmp	%rdx, %rcx
	jae	3f
	cmpl	$8, 8(%rcx)
	jne	2f
	mov	(%rcx), %rax
	mov	16(%rcx), %r8
	mov	%r8, (%rax)
2:	add	$24, %rcx
	jmp	1b
3:
	xor	%ebp, %ebp
	mov	%edi, %edi		/* how: 1 PVH, 0 Multiboot */
	mov	%esi, %esi		/* Multiboot magic */
	mov	%ebx, %edx		/* physical address of the loader's structure */
	call	pv_native_start
1:	hlt
	jmp	1b

	.bss
	.balign	4096
	.globl	pv_native_boot_root
pv_native_boot_root:	.skip	4096
boot_pdpt:		.skip	4096
boot_pdpt_high:		.skip	4096
boot_pd:		.skip	4 * 4096
	.globl	pv_native_boot_stack, pv_native_boot_stack_top
pv_native_boot_stack:	.skip	16384
pv_native_boot_stack_top:
boot_stack_top:

	/* PVH: type 18, a 4-byte physical entry address (xen/elfnote.h). */
	.section .note.Xen, "a", @note
	.balign	4
	.long	4, 4, 18
	.asciz	"Xen"
	.long	BOOT(pv_entry_pvh)

	.section .note.GNU-stack, "", @progbits
