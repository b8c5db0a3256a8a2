/*
 * Calls into a VMI ROM. The ROM keeps ebx, esi, edi, ebp, esp.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.text
	.globl	pv_vmi_init_call
pv_vmi_init_call:			/* (entry) -> eax, 0 = yes */
	call	*4(%esp)
	ret

	.globl	pv_vmi_relocation_call
pv_vmi_relocation_call:			/* (entry, call) -> edx:eax */
	mov	8(%esp), %eax
	call	*4(%esp)
	ret

	/* The ROM has no call that does both; both keep every register but eax. */
	.globl	pv_vmi_irq_save
pv_vmi_irq_save:
	call	*pv_vmi_get_mask
	call	*pv_vmi_disable
	ret

	.section .note.GNU-stack, "", @progbits
