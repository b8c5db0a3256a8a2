/*
 * Hot ops by the ROM, site convention: calls of the ROM may spoil eax, edx and ecx,
 * so here they are kept. What spoils nothing, the gate and single ports, has no leaf:
 * its sites call the ROM itself. The calls in here lead to the stubs until relocate.c
 * has them lead to the ROM's entries.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../abi.h"

#define X(number, name)	.set VMI_##name, number;
	VMI_CALLS(X)

	.section .rodata
	.balign	4
	.globl	pv_vmi_leaf_calls, pv_vmi_leaf_calls_end
pv_vmi_leaf_calls:			/* struct pv_vmi_leaf_call */

	.text
	.balign	256			/* on one page */
	.globl	pv_vmi_leaves
pv_vmi_leaves:

	.macro	op name
	.globl	pv_vmi_\name
	.type	pv_vmi_\name, @function
	.balign	8
pv_vmi_\name:
	.endm

	.macro	rom name, instruction=call
.Lrom\@:
	\instruction	pv_vmi_rom_\name
	.pushsection .rodata
	.short	.Lrom\@ - pv_vmi_leaves, VMI_\name
	.popsection
	.endm

	.macro	keep
	push	%eax
	push	%edx
	push	%ecx
	.endm

	.macro	back
	pop	%ecx
	pop	%edx
	pop	%eax
	ret
	.endm

	op	irq_save		/* -> eax. The calls of the gate keep every other register. */
	rom	GetInterruptMask
	rom	DisableInterrupts, jmp

	op	cr2_read		/* -> eax */
	push	%ecx
	push	%edx
	rom	GetCR2
	pop	%edx
	pop	%ecx
	ret

	op	cr3_read		/* -> eax */
	push	%ecx
	push	%edx
	rom	GetCR3
	pop	%edx
	pop	%ecx
	ret

	op	counter			/* -> edx:eax */
	push	%ecx
	rom	RDTSC
	pop	%ecx
	ret

	op	fpu_set			/* spoils eax, as the site allows */
	push	%ecx
	push	%edx
	mov	pv_vmi_cr0_ts, %eax
	rom	SetCR0
	pop	%edx
	pop	%ecx
	ret

	op	fpu_clear
	keep
	rom	CLTS
	back

	op	cr3_write		/* eax -> */
	keep
	cmpb	$VMI_LAZY_MMU, pv_vmi_mode
	je	1f
	rom	SetCR3
	back
1:	call	pv_vmi_root_write	/* what a batch has outstanding comes first */
	back

	op	invlpg			/* eax -> */
	keep
	rom	InvalPage
	back

	op	pte_clear		/* eax -> */
	keep
	xor	%edx, %edx
	xor	%ecx, %ecx
	call	pv_vmi_pte_write
	back

	op	pte_set			/* eax, ecx:edx -> */
	keep
	call	pv_vmi_pte_write
	back
	.org	pv_vmi_leaves + 192, 0xcc

	.section .rodata
pv_vmi_leaf_calls_end:
	.text

	/*
	 * (nr, uint64_t *) and (nr, low, high) -> eax, 0 = done. In ring 1 the fault of a register that there
	 * is not comes in the ROM, below the number of its call: user.S goes on at pv_vmi_msr_failed.
	 */
	.globl	pv_vmi_msr_try_read, pv_vmi_msr_try_write, pv_vmi_msr_failed
	.globl	pv_vmi_msr_read_back, pv_vmi_msr_write_back
pv_vmi_msr_try_read:
	push	%ebx
	xor	%ebx, %ebx
	mov	8(%esp), %ecx
	call	pv_vmi_rom_RDMSR
pv_vmi_msr_read_back:
	mov	12(%esp), %ecx
	mov	%eax, (%ecx)
	mov	%edx, 4(%ecx)
	mov	%ebx, %eax
	pop	%ebx
	ret
pv_vmi_msr_try_write:
	push	%ebx
	xor	%ebx, %ebx
	mov	8(%esp), %ecx
	mov	12(%esp), %eax
	mov	16(%esp), %edx
	call	pv_vmi_rom_WRMSR
pv_vmi_msr_write_back:
	mov	%ebx, %eax
	pop	%ebx
	ret
pv_vmi_msr_failed:
	add	$4, %esp
	inc	%ebx
	ret

	.section .note.GNU-stack, "", @progbits
