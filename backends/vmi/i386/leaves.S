/*
 * Hot ops by the ROM, site convention: calls of the ROM may spoil eax, edx and ecx,
 * so here they are kept. What spoils nothing, the gate and single ports, has no leaf:
 * its sites call the ROM itself.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define CR0_TS	8

	.text

	.macro	op name
	.globl	pv_vmi_\name
	.type	pv_vmi_\name, @function
	.balign	8
pv_vmi_\name:
	.endm

	op	irq_save		/* -> eax. The calls of the gate keep every other register. */
	call	pv_vmi_rom_GetInterruptMask
	jmp	pv_vmi_rom_DisableInterrupts

	op	cr2_read		/* -> eax */
	push	%ecx
	push	%edx
	call	pv_vmi_rom_GetCR2
	pop	%edx
	pop	%ecx
	ret

	op	cr3_read		/* -> eax */
	push	%ecx
	push	%edx
	call	pv_vmi_rom_GetCR3
	pop	%edx
	pop	%ecx
	ret

	op	counter			/* -> edx:eax */
	push	%ecx
	call	pv_vmi_rom_RDTSC
	pop	%ecx
	ret

	op	fpu_set			/* spoils eax, as the site allows */
	push	%ecx
	push	%edx
	call	pv_vmi_rom_GetCR0
	or	$CR0_TS, %eax
	call	pv_vmi_rom_SetCR0
	pop	%edx
	pop	%ecx
	ret

	op	fpu_clear
	push	%eax
	push	%edx
	push	%ecx
	call	pv_vmi_rom_CLTS
	jmp	three

	op	cr3_write		/* eax -> */
	push	%eax
	push	%edx
	push	%ecx
	call	pv_vmi_root_write
	jmp	three

	op	invlpg			/* eax -> */
	push	%eax
	push	%edx
	push	%ecx
	call	pv_vmi_rom_InvalPage
	jmp	three

	op	pte_clear		/* eax -> */
	push	%eax
	push	%edx
	push	%ecx
	xor	%edx, %edx
	xor	%ecx, %ecx
	call	pv_vmi_pte_write
	jmp	three

	op	pte_set			/* eax, ecx:edx -> */
	push	%eax
	push	%edx
	push	%ecx
	call	pv_vmi_pte_write
three:	pop	%ecx
	pop	%edx
	pop	%eax
	ret

	.section .note.GNU-stack, "", @progbits
