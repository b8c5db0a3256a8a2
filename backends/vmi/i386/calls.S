/*
 * Calls of the ROM that C cannot make: the two fixed entries, which have no stub, and
 * those of MSRs, whose faults are caught.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.text

	/* The two fixed entries: gcc's regparm(3) convention. */
	.globl	pv_vmi_init_call
pv_vmi_init_call:			/* (entry) -> eax, 0 = yes */
	call	*4(%esp)
	ret

	.globl	pv_vmi_relocation_call
pv_vmi_relocation_call:			/* (entry, call) -> edx:eax */
	mov	8(%esp), %eax
	call	*4(%esp)
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
