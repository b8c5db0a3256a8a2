/*
 * Where the self-test guest starts: as an ELF file at elf_entry, as a raw image at its
 * real base + 0x20, as a strand at strand_entry. What is found there is kept first. The
 * first 256 bytes are the first real trap table (sun4v.md 4.4).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "asm.h"

	.register %g2, #scratch; .register %g3, #scratch
	.register %g6, #scratch; .register %g7, #scratch

	/* How it was entered goes to %l0, which nobody promises anything about. */
	.macro	START how
	ba,pt	%xcc, start
	 mov	\how, %l0
	.balign	32
	.endm
	.macro	KEEP reg, at
	rdpr	\reg, %l2
	stx	%l2, [%l1 + \at]
	.endm

	.section .head, "ax"
	START	0
	START	ENTRY_AT_20
	.rept	6
	START	0
	.endr

	.text
	.globl	elf_entry, strand_entry
	.balign	32
elf_entry:	START	ENTRY_BY_ELF

start:	rd	%pc, %l3
	set	boot_entry, %l1
	call	keep_state
	 stx	%l3, [%l1 + ENTRY_PC]
	set	__bss_start, %l2		/* a raw image does not bring zeroes */
	set	__bss_end, %l3
1:	stx	%g0, [%l2]
	add	%l2, 8, %l2
	cmp	%l2, %l3
	blu,pt	%xcc, 1b
	 nop
	set	strands, %l4
	set	boot_stack + BOOT_STACK - FRAME - STACK_BIAS, %sp
	call	set_up
	 nop
	call	test_main
	 nop
	ba,a,pt	%xcc, .

/* %o0: struct strand */
strand_entry:
	rd	%pc, %l3
	mov	%o0, %l4
	set	strand_state, %l1
	mov	ENTRY_BY_START, %l0
	call	keep_state
	 stx	%l3, [%l1 + ENTRY_PC]
	ldx	[%l4 + STRAND_STACK], %sp
	call	set_up
	 nop
	ldx	[%l4 + STRAND_FUNCTION], %l5
	call	%l5
	 mov	%l4, %o0
	ba,a,pt	%xcc, .

keep_state:
	stx	%l0, [%l1 + ENTRY_HOW]
	KEEP	%tl, ENTRY_TL
	KEEP	%gl, ENTRY_GL
	KEEP	%pstate, ENTRY_PSTATE
	KEEP	%pil, ENTRY_PIL
	KEEP	%tba, ENTRY_TBA
	KEEP	%cwp, ENTRY_CWP
	KEEP	%cansave, ENTRY_CANSAVE
	KEEP	%canrestore, ENTRY_CANRESTORE
	KEEP	%otherwin, ENTRY_OTHERWIN
	KEEP	%cleanwin, ENTRY_CLEANWIN
	ldx	[%l1 + ENTRY_TL], %l2		/* there is no TT at TL 0 */
	brz,pn	%l2, 1f
	 clr	%l3
	rdpr	%tt, %l3
1:	stx	%l3, [%l1 + ENTRY_TT]
	rd	%asi, %l2
	stx	%l2, [%l1 + ENTRY_ASI]
	rd	%stick_cmpr, %l2
	stx	%l2, [%l1 + ENTRY_STICK_CMPR]
	stx	%i0, [%l1 + ENTRY_I]
	stx	%i1, [%l1 + ENTRY_I + 8]
	.irp	n, 0, 1, 2, 3, 4, 5
	stx	%o\n, [%l1 + ENTRY_O + 8 * \n]
	.endr
	retl
	 nop

/* Windows, levels, trap table, per-strand record in %l4. */
set_up:	wrpr	%g0, 0, %tl
	wrpr	%g0, 0, %gl
	wrpr	%g0, PSTATE_PRIV, %pstate
	wrpr	%g0, 15, %pil
	wrpr	%g0, 0, %otherwin
	wrpr	%g0, 0, %canrestore
	wrpr	%g0, 6, %cansave
	wrpr	%g0, 7, %cleanwin
	wrpr	%g0, 0, %wstate
	wr	%g0, 0x80, %asi
	mov	1, %l2
	sllx	%l2, 63, %l2
	wr	%l2, 0, %stick_cmpr
	wr	%l2, 0, %tick_cmpr
	wr	%g0, -1, %clear_softint
	wr	%g0, 0, %fprs
	set	trap_table, %l2
	wrpr	%l2, 0, %tba
	stxa	%l4, [%g0]ASI_SCRATCHPAD
	mov	8, %l2
	stxa	%g0, [%l2]ASI_CONTEXT
	mov	16, %l2
	stxa	%g0, [%l2]ASI_CONTEXT
	membar	#Sync
	clr	%fp
	retl
	 clr	%i7
