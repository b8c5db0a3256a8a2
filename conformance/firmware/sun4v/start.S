/*
 * Reset, the trap table, and the way from a trap of the guest to C and back. C is
 * compiled flat: it runs in the guest's register window and keeps %l and %i as any
 * callee does. The globals are the hypervisor's own, since a trap raises GL.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "strand.h"

#define ASI_SCRATCH	0x4f
#define ASI_LSU		0x45
#define BIAS		2047

	.register %g2, #scratch; .register %g3, #scratch
	.register %g6, #scratch; .register %g7, #scratch

	/* PSTATE first: QEMU leaves the guest's AM and CLE standing. */
	.macro	VECTOR to, count
	.rept	\count
	wrpr	%g0, 4, %pstate
	ba,a,pt	%xcc, \to
	.balign	32
	.endr
	.endm

	.section .vectors, "ax"
	VECTOR	own_trap, 1
	ba,a,pt	%xcc, reset			/* first power-on */
	.balign	32
	ba,a,pt	%xcc, reset			/* any later reset */
	.balign	32
	VECTOR	own_trap, 5
	.balign	0x4000
trap_table:
	VECTOR	enter, 0x3f
	VECTOR	enter_full, 1
	VECTOR	enter, 0x1a0
	VECTOR	enter_full, 31
	VECTOR	enter, 1

	.text
reset:	wrpr	%g0, 1, %tl			/* it is MAXTL: no trap before this */
	wrpr	%g0, 4, %pstate			/* leaves RED state */
	wrpr	%g0, 0, %cwp
	mov	%g2, %o0			/* QEMU puts the bytes of RAM there, in GL 2 */
	wrpr	%g0, 0, %gl
	.irp	r, %otherwin, %canrestore, %wstate, %tba, %tt
	wrpr	%g0, 0, \r
	.endr
	wrpr	%g0, 6, %cansave
	wrpr	%g0, 7, %cleanwin
	wrpr	%g0, 15, %pil
	setx	trap_table, %g1, %g3
	wrhpr	%g3, %htba
	stxa	%g0, [%g0]ASI_LSU		/* both MMUs off */
	wrpr	%g0, 0, %tick			/* clears NPT, which a guest would take for time */
	wr	%g0, 0, %stick
	wr	%g0, -1, %tick_cmpr		/* off: this may not be the first start */
	wr	%g0, -1, %stick_cmpr
	wrhpr	%g0, -1, %hstick_cmpr
	wr	%g0, -1, %clear_softint
	wr	%g0, 0, %asi
	setx	bss_start, %g1, %g4
	setx	bss_end, %g1, %g5
1:	stx	%g0, [%g4]
	add	%g4, 8, %g4
	cmp	%g4, %g5
	blu,pt	%xcc, 1b
	 nop
	sethi	%hi(stack_top - BIAS - 192), %sp
	or	%sp, %lo(stack_top - BIAS - 192), %sp
	call	hv_start
	 nop
	ba,a,pt	%xcc, load

	/* A trap of the guest's, or of our own where the strand is in here already. */
enter_full:
	sethi	%hi(current_strand), %g1
	ldx	[%g1 + %lo(current_strand)], %g1
	ldx	[%g1 + S_BUSY], %g2
	brnz,pn	%g2, own_trap
	 .irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	stx	%o\n, [%g1 + S_O + 8 * \n]
	stx	%l\n, [%g1 + S_L + 8 * \n]
	stx	%i\n, [%g1 + S_I + 8 * \n]
	.endr
	mov	1, %g2
	stx	%g2, [%g1 + S_FULL]
	mov	%g1, %o0
	rdpr	%gl, %o1
	rdpr	%tstate, %o2
	srlx	%o2, 40, %o2
	and	%o2, 7, %o2
	wrpr	%o2, 0, %gl
	.irp	n, 1, 2, 3, 4, 5, 6, 7
	stx	%g\n, [%o0 + S_G + 8 * \n]
	.endr
	stx	%g0, [%o0 + S_G]
	wrpr	%o1, 0, %gl
	ba,a,pt	%xcc, 1f
enter:	sethi	%hi(current_strand), %g1
	ldx	[%g1 + %lo(current_strand)], %g1
	ldx	[%g1 + S_BUSY], %g2
	brnz,pn	%g2, own_trap
	 .irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	stx	%o\n, [%g1 + S_O + 8 * \n]
	.endr
	stx	%g0, [%g1 + S_FULL]
1:	mov	1, %g2
	stx	%g2, [%g1 + S_BUSY]
	rd	%y, %g2
	stx	%g2, [%g1 + S_Y]
	sethi	%hi(stack_top - BIAS - 192), %sp
	or	%sp, %lo(stack_top - BIAS - 192), %sp
	call	hv_trap
	 mov	%g1, %o0
leave:	sethi	%hi(current_strand), %g1
	ldx	[%g1 + %lo(current_strand)], %g1
	mov	%o0, %g2
	cmp	%g2, LEAVE_SWITCH
	be,pn	%xcc, switch
	 ldx	[%g1 + S_FULL], %g3
	brz,pt	%g3, 1f
	 stx	%g0, [%g1 + S_BUSY]
	mov	%g1, %o0
	rdpr	%gl, %o1
	rdpr	%tstate, %o2
	srlx	%o2, 40, %o2
	and	%o2, 7, %o2
	wrpr	%o2, 0, %gl
	.irp	n, 1, 2, 3, 4, 5, 6, 7
	ldx	[%o0 + S_G + 8 * \n], %g\n
	.endr
	wrpr	%o1, 0, %gl
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	ldx	[%g1 + S_L + 8 * \n], %l\n
	ldx	[%g1 + S_I + 8 * \n], %i\n
	.endr
1:	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	ldx	[%g1 + S_O + 8 * \n], %o\n
	.endr
	ldx	[%g1 + S_Y], %g3
	wr	%g3, 0, %y
	cmp	%g2, LEAVE_RETRY
	be,pt	%xcc, 2f
	 nop
	bgu,pn	%xcc, 3f
	 nop
	done
2:	retry
3:	ldx	[%g1 + S_PC], %g3
	ldx	[%g1 + S_PSTATE], %g4
	rdpr	%tstate, %g5
	srlx	%g5, 32, %g5
	wr	%g5, 0, %ccr
	wrpr	%g4, 0, %pstate			/* CLE may be on: nothing is read from here on */
	jmp	%g3
	 wrhpr	%g0, 0, %hpstate

	/* Everything of this strand goes to memory; its TPC says where it goes on. */
switch:	rdpr	%tl, %g2
	stx	%g2, [%g1 + S_TL]
	add	%g1, S_TRAPS, %g3
	mov	1, %g4
1:	wrpr	%g4, 0, %tl
	rdpr	%tstate, %g5
	stx	%g5, [%g3]
	rdpr	%tpc, %g5
	stx	%g5, [%g3 + 8]
	rdpr	%tnpc, %g5
	stx	%g5, [%g3 + 16]
	rdpr	%tt, %g5
	stx	%g5, [%g3 + 24]
	add	%g3, 32, %g3
	add	%g4, 1, %g4
	cmp	%g4, %g2
	bleu,pt	%xcc, 1b
	 nop
	add	%g1, S_STATE, %g3
	.macro	SAVE word, read, reg
	\read	\reg, %g5
	stx	%g5, [%g3 + 8 * \word]
	.endm
	SAVE	ST_CANSAVE, rdpr, %cansave
	SAVE	ST_CANRESTORE, rdpr, %canrestore
	SAVE	ST_CLEANWIN, rdpr, %cleanwin
	SAVE	ST_OTHERWIN, rdpr, %otherwin
	SAVE	ST_WSTATE, rdpr, %wstate
	SAVE	ST_PIL, rdpr, %pil
	SAVE	ST_TBA, rdpr, %tba
	SAVE	ST_FPRS, rd, %fprs
	SAVE	ST_SOFTINT, rd, %softint
	SAVE	ST_STICK_CMPR, rd, %stick_cmpr
	SAVE	ST_TICK_CMPR, rd, %tick_cmpr
	mov	8, %g4
	ldxa	[%g4]0x21, %g5
	stx	%g5, [%g3 + 8 * ST_PRIMARY]
	mov	16, %g4
	ldxa	[%g4]0x21, %g5
	stx	%g5, [%g3 + 8 * ST_SECONDARY]
	ldxa	[%g0]ASI_LSU, %g5
	stx	%g5, [%g3 + 8 * ST_LSU]
	wrpr	%g0, 0x14, %pstate
	wr	%g0, 4, %fprs
	rd	%gsr, %g5
	stx	%g5, [%g3 + 8 * ST_GSR]
	stx	%fsr, [%g3 + 8 * ST_FSR]
	add	%g1, S_FLOATS, %g3
	.irp	n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
	std	%f\n, [%g3 + 4 * \n]
	.endr
	.irp	n, 32, 34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56, 58, 60, 62
	std	%f\n, [%g3 + 4 * \n]
	.endr
	wrpr	%g0, 4, %pstate
	add	%g1, S_SCRATCH, %g3
	clr	%g4
1:	ldxa	[%g4]ASI_SCRATCH, %g5
	stx	%g5, [%g3 + %g4]
	add	%g4, 8, %g4
	cmp	%g4, 8 * SCRATCHPADS
	blu,pt	%xcc, 1b
	 nop
	add	%g1, S_WINDOWS, %g3
	clr	%g4
1:	wrpr	%g4, 0, %cwp
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	stx	%l\n, [%g3 + 8 * \n]
	stx	%i\n, [%g3 + 64 + 8 * \n]
	.endr
	add	%g3, 128, %g3
	add	%g4, 1, %g4
	cmp	%g4, NWINDOWS
	blu,pt	%xcc, 1b
	 nop
	mov	%g1, %o0
	.irp	gl, 0, 1, 2, 3
	wrpr	%g0, \gl, %gl
	.irp	n, 1, 2, 3, 4, 5, 6, 7
	stx	%g\n, [%o0 + S_GLOBALS + 64 * \gl + 8 * \n]
	.endr
	.endr
	sethi	%hi(next_strand), %g1
	ldx	[%g1 + %lo(next_strand)], %g2
	sethi	%hi(current_strand), %g1
	stx	%g2, [%g1 + %lo(current_strand)]

	/* The strand that current_strand tells: everything from memory, then on its way. */
load:	sethi	%hi(current_strand), %g1
	ldx	[%g1 + %lo(current_strand)], %o0
	.irp	gl, 0, 1, 2, 3
	wrpr	%g0, \gl, %gl
	.irp	n, 1, 2, 3, 4, 5, 6, 7
	ldx	[%o0 + S_GLOBALS + 64 * \gl + 8 * \n], %g\n
	.endr
	.endr
	/* The globals one level above the guest's are ours, as after a trap. */
	ldx	[%o0 + S_TL], %o1
	sllx	%o1, 5, %o1
	add	%o1, S_TRAPS - 32, %o1
	ldx	[%o0 + %o1], %o1
	srlx	%o1, 40, %o2
	and	%o2, 7, %o2
	add	%o2, 1, %o2
	wrpr	%o2, 0, %gl
	mov	%o0, %g1
	mov	%o1, %g6			/* TSTATE, for its window */
	add	%g1, S_WINDOWS, %g3
	clr	%g4
1:	wrpr	%g4, 0, %cwp
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	ldx	[%g3 + 8 * \n], %l\n
	ldx	[%g3 + 64 + 8 * \n], %i\n
	.endr
	add	%g3, 128, %g3
	add	%g4, 1, %g4
	cmp	%g4, NWINDOWS
	blu,pt	%xcc, 1b
	 nop
	and	%g6, 7, %g6
	wrpr	%g6, 0, %cwp
	add	%g1, S_SCRATCH, %g3
	clr	%g4
1:	ldx	[%g3 + %g4], %g5
	stxa	%g5, [%g4]ASI_SCRATCH
	add	%g4, 8, %g4
	cmp	%g4, 8 * SCRATCHPADS
	blu,pt	%xcc, 1b
	 nop
	wrpr	%g0, 0x14, %pstate
	wr	%g0, 4, %fprs
	add	%g1, S_FLOATS, %g3
	.irp	n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
	ldd	[%g3 + 4 * \n], %f\n
	.endr
	.irp	n, 32, 34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56, 58, 60, 62
	ldd	[%g3 + 4 * \n], %f\n
	.endr
	add	%g1, S_STATE, %g3
	ldx	[%g3 + 8 * ST_FSR], %fsr
	ldx	[%g3 + 8 * ST_GSR], %g5
	wr	%g5, 0, %gsr
	wrpr	%g0, 4, %pstate
	.macro	LOAD word, write, reg
	ldx	[%g3 + 8 * \word], %g5
	\write	%g5, 0, \reg
	.endm
	LOAD	ST_CANSAVE, wrpr, %cansave
	LOAD	ST_CANRESTORE, wrpr, %canrestore
	LOAD	ST_CLEANWIN, wrpr, %cleanwin
	LOAD	ST_OTHERWIN, wrpr, %otherwin
	LOAD	ST_WSTATE, wrpr, %wstate
	LOAD	ST_PIL, wrpr, %pil
	LOAD	ST_TBA, wrpr, %tba
	LOAD	ST_FPRS, wr, %fprs
	wr	%g0, -1, %clear_softint
	LOAD	ST_SOFTINT, wr, %set_softint
	LOAD	ST_STICK_CMPR, wr, %stick_cmpr
	LOAD	ST_TICK_CMPR, wr, %tick_cmpr
	mov	8, %g4
	ldx	[%g3 + 8 * ST_PRIMARY], %g5
	stxa	%g5, [%g4]0x21
	mov	16, %g4
	ldx	[%g3 + 8 * ST_SECONDARY], %g5
	stxa	%g5, [%g4]0x21
	ldx	[%g3 + 8 * ST_LSU], %g5
	stxa	%g5, [%g0]ASI_LSU
	ldx	[%g1 + S_TL], %g2
	add	%g1, S_TRAPS, %g3
	mov	1, %g4
1:	wrpr	%g4, 0, %tl
	ldx	[%g3], %g5
	wrpr	%g5, 0, %tstate
	ldx	[%g3 + 8], %g5
	wrpr	%g5, 0, %tpc
	ldx	[%g3 + 16], %g5
	wrpr	%g5, 0, %tnpc
	ldx	[%g3 + 24], %g5
	wrpr	%g5, 0, %tt
	add	%g3, 32, %g3
	add	%g4, 1, %g4
	cmp	%g4, %g2
	bleu,pt	%xcc, 1b
	 nop
	/* Mondos may wait for it. */
	sethi	%hi(stack_top - BIAS - 192), %sp
	or	%sp, %lo(stack_top - BIAS - 192), %sp
	call	hv_arrived
	 mov	%g1, %o0
	ba,a,pt	%xcc, leave

	/* A trap within the hypervisor: said, and the end. A second one of the kind is QEMU's to tell. */
own_trap:
	sethi	%hi(stack_top - BIAS - 192), %sp
	or	%sp, %lo(stack_top - BIAS - 192), %sp
	rdpr	%tt, %o0
	rdpr	%tpc, %o1
	call	hv_fatal
	 rdpr	%tl, %o2
	ba,a,pt	%xcc, .

	.section .note.GNU-stack, "", @progbits
