/*
 * A V9 trap table, for assembly: one file per machine includes this after defining
 *
 *	TABLE		symbol of the table
 *	MACHINE_GLOBALS	macro: from a trap's globals to those of normal code; PSTATE
 *			becomes PRIV alone. May spoil %g1.
 *	MACHINE_FAULT	macro: keep what describes a memory fault before anything else
 *			can fault; MACHINE_FAULT_AGAIN has it in %g4, %g5, %g7, after SAVE
 *	MACHINE_SLOW_I, MACHINE_SLOW_D	macros: one vector, 8 instructions, of the misses
 *			that a hypervisor passes on (0x09, 0x31)
 *	MACHINE_MISS_I, MACHINE_MISS_D, MACHINE_PROTECT	macros: the 32 instructions of
 *			each of the fast MMU traps. They use %g1-%g5, %g7 of the trap's globals;
 *			what they cannot answer goes to miss_failed, at any trap level
 *	MACHINE_VECTOR	macro: the 8 instructions of interrupt_vector (0x60), and
 *	MACHINE_MONDOS	the 32 of the queues (0x7c to 0x7f): note what came and retry,
 *			without %g6; see inputs.h
 *
 * Window traps are served here, kernel windows only (WSTATE 0); all else saves
 * struct pv_frame and calls pv_sparc64_trap(). A trap inside a trap that is not a
 * window trap or a miss ends in pv_sparc64_fatal().
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "asm.h"
#include <pv/sparc64/frame.h>

	.register %g2, #scratch
	.register %g3, #scratch
	.register %g7, #scratch

/* Where the frame lies on the handler's stack. */
#define FRAME(member)	[%sp + STACK_BIAS + STACK_FRAME + (member)]

	.macro	GO to, count
	.rept	\count
	ba,a,pt	%xcc, \to
	.balign	32
	.endr
	.endm

	.macro	SPILL
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	stx	%l\n, [%sp + STACK_BIAS + 8 * \n]
	stx	%i\n, [%sp + STACK_BIAS + 64 + 8 * \n]
	.endr
	saved
	retry
	.balign	128
	.endm

	.macro	FILL
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	ldx	[%sp + STACK_BIAS + 8 * \n], %l\n
	ldx	[%sp + STACK_BIAS + 64 + 8 * \n], %i\n
	.endr
	restored
	retry
	.balign	128
	.endm

	/* A window that another context used is wiped before this one sees it. */
	.macro	CLEAN
	rdpr	%cleanwin, %l0
	inc	%l0
	wrpr	%l0, 0, %cleanwin
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	clr	%l\n
	clr	%o\n
	.endr
	retry
	.balign	128
	.endm

	/* One half of the table; all that has no vector of its own goes to `other`. */
	.macro	VECTORS other
	GO	\other, 0x09
	MACHINE_SLOW_I \other
	.balign	32
	GO	\other, 0x1a
	CLEAN
	GO	\other, 0x09
	MACHINE_SLOW_D \other
	.balign	32
	GO	\other, 0x2e
	MACHINE_VECTOR \other			/* 0x60 */
	.balign	32
	GO	\other, 0x03
	MACHINE_MISS_I
	.balign	128
	MACHINE_MISS_D
	.balign	128
	MACHINE_PROTECT
	.balign	128
	GO	\other, 0x0c
	MACHINE_MONDOS \other			/* 0x7c to 0x7f */
	SPILL
	GO	\other, 0x3c
	FILL
	GO	\other, 0x13c
	.endm

	.text
	.balign	0x8000
	.globl	TABLE
TABLE:	VECTORS	full
	VECTORS	nested

/* A translation that nobody has. */
miss_failed:
	rdpr	%tl, %g1
	cmp	%g1, 1
	bne,pn	%xcc, nested
	 nop
full:	MACHINE_FAULT
	rdpr	%tstate, %g1
	andcc	%g1, PSTATE_PRIV << 8, %g0
	bz,pn	%xcc, nested			/* no user mode yet */
	 nop
	save	%sp, -(STACK_FRAME + PV_FRAME_SIZE), %sp
	MACHINE_FAULT_AGAIN
	stx	%g4, FRAME(PV_FRAME_FAULT)
	stx	%g5, FRAME(PV_FRAME_FAULT + 8)
	stx	%g7, FRAME(PV_FRAME_FAULT + 16)
	rdpr	%tstate, %l0
	stx	%l0, FRAME(PV_FRAME_TSTATE)
	rdpr	%tpc, %l1
	stx	%l1, FRAME(PV_FRAME_TPC)
	rdpr	%tnpc, %l2
	stx	%l2, FRAME(PV_FRAME_TNPC)
	rdpr	%tt, %l3
	stx	%l3, FRAME(PV_FRAME_TT)
	rd	%y, %l4
	stx	%l4, FRAME(PV_FRAME_Y)
	rdpr	%pil, %l5
	stx	%l5, FRAME(PV_FRAME_PIL)
	wrpr	%g0, PIL_CLOSED, %pil
	wrpr	%g0, 0, %tl
	MACHINE_GLOBALS
	.irp	n, 1, 2, 3, 4, 5, 6, 7
	stx	%g\n, FRAME(PV_FRAME_G + 8 * \n)
	.endr
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	stx	%i\n, FRAME(PV_FRAME_O + 8 * \n)
	.endr
	wrpr	%g0, PSTATE_PRIV | PSTATE_IE, %pstate	/* the gate is PIL */
	call	pv_sparc64_trap
	 add	%sp, STACK_BIAS + STACK_FRAME, %o0
	wrpr	%g0, PSTATE_PRIV, %pstate

	/* Back: the window below is the interrupted one, wherever it lies now. */
	ldx	FRAME(PV_FRAME_TSTATE), %l0
	andn	%l0, 0x1f, %l0
	rdpr	%cwp, %l1
	dec	%l1
	and	%l1, NWINDOWS - 1, %l1
	or	%l0, %l1, %l0
	ldx	FRAME(PV_FRAME_TPC), %l1
	ldx	FRAME(PV_FRAME_TNPC), %l2
	ldx	FRAME(PV_FRAME_Y), %l4
	ldx	FRAME(PV_FRAME_PIL), %l5
	.irp	n, 1, 2, 3, 4, 5, 7			/* %g6 is this CPU's own */
	ldx	FRAME(PV_FRAME_G + 8 * \n), %g\n
	.endr
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	ldx	FRAME(PV_FRAME_O + 8 * \n), %i\n
	.endr
	wr	%l4, 0, %y
	wrpr	%l5, 0, %pil
	wrpr	%g0, 1, %tl
	wrpr	%l0, 0, %tstate
	wrpr	%l1, 0, %tpc
	wrpr	%l2, 0, %tnpc
	restore
	retry

/* Nothing can be trusted but the table itself: report on a stack of its own. */
nested:	rdpr	%tt, %g1
	mov	%g1, %o0
	rdpr	%tpc, %g1
	mov	%g1, %o1
	rdpr	%tl, %g1
	mov	%g1, %o2
	wrpr	%g0, PIL_CLOSED, %pil
	wrpr	%g0, 0, %tl
	MACHINE_GLOBALS
	WINDOWS_RESET pv_sparc64_emergency_stack_top
	call	pv_sparc64_fatal
	 nop
	ba,a,pt	%xcc, .
