/*
 * The text that is written when the ROM has answered (relocate.c), stubs and leaves, in
 * one block on one page, so that one window shows all of it.
 *
 * A stub is the way into the ROM for one call: 8 bytes that become a jump to the ROM's
 * entry, or a call for IRET and SYSEXIT in the form that wants it; until then, and for what
 * the ROM does not give, it returns at once.
 *
 * A leaf is a hot op by the ROM, site convention: calls of the ROM may spoil eax, edx and
 * ecx, so here they are kept. What spoils nothing, the gate and single ports, has none:
 * its sites call the ROM itself. The calls in leaves lead to the stubs until they are led
 * to the ROM's entries.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../abi.h"

#define BLOCK		1024		/* a power of two, so that what is aligned to it is on one page */
#define STUBS_BYTES	(VMI_NR_CALLS * 8)
#define LEAVES_BYTES	192

	.if	STUBS_BYTES + LEAVES_BYTES > BLOCK
	.error	"stubs and leaves may lie on two pages: BLOCK is too small"
	.endif

	.text
	.balign	BLOCK
	.globl	pv_vmi_stubs, pv_vmi_leaves
pv_vmi_stubs:
#define STUB(number, name)				\
	.org	pv_vmi_stubs + number * 8, 0xcc;	\
	.globl	pv_vmi_rom_##name;			\
	.type	pv_vmi_rom_##name, @function;		\
pv_vmi_rom_##name: ret;
	VMI_CALLS(STUB)
	.org	pv_vmi_stubs + STUBS_BYTES, 0xcc
pv_vmi_leaves:

#define NUMBER(number, name)	.set VMI_##name, number;
	VMI_CALLS(NUMBER)

	.section .rodata
	.balign	4
	.globl	pv_vmi_leaf_calls, pv_vmi_leaf_calls_end
pv_vmi_leaf_calls:			/* struct pv_vmi_leaf_call */

	.text

	.macro	op name
	.globl	pv_vmi_\name
	.type	pv_vmi_\name, @function
	.balign	8
pv_vmi_\name:
	.endm

	/* Always with four bytes of distance, which may be near: they are written. */
	.macro	rom name, opcode=0xe8
.Lrom\@:
	.byte	\opcode
	.long	pv_vmi_rom_\name - . - 4
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
	rom	DisableInterrupts, 0xe9	/* a jump */

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
	.org	pv_vmi_leaves + LEAVES_BYTES, 0xcc

	.section .rodata
pv_vmi_leaf_calls_end:

	.section .note.GNU-stack, "", @progbits
