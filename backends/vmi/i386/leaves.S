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
