/*
 * The way into the ROM: for each call a stub of 8 bytes that relocate.c fills with one
 * jump to the ROM's entry, or one call for IRET and SYSEXIT in the form that wants
 * it; until then, and for what the ROM does not give, it returns at once.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../abi.h"

	.text
	.balign	1024			/* on one page */
	.globl	pv_vmi_stubs
pv_vmi_stubs:
#define X(number, name)					\
	.org	pv_vmi_stubs + number * 8, 0xcc;	\
	.globl	pv_vmi_rom_##name;			\
	.type	pv_vmi_rom_##name, @function;		\
pv_vmi_rom_##name: ret;
	VMI_CALLS(X)
	.org	pv_vmi_stubs + VMI_NR_CALLS * 8, 0xcc

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

	.section .note.GNU-stack, "", @progbits
