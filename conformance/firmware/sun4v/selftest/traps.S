/*
 * The trap table of the self-test guest, both halves, and what is behind it: windows,
 * timer, queues (each entry is logged), and everything else, which is recorded and then
 * goes on as the strand's record of this trap level asks.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "asm.h"

	.register %g2, #scratch; .register %g3, #scratch
	.register %g6, #scratch; .register %g7, #scratch

	.macro	VECTORS count, to, value
	.rept	\count
	ba,pt	%xcc, \to
	 mov	\value, %g7
	.balign	32
	.endr
	.endm
	.macro	WINDOW op, end
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	.ifc	\op, stx
	stx	%l\n, [%sp + STACK_BIAS + 8 * \n]
	stx	%i\n, [%sp + STACK_BIAS + 64 + 8 * \n]
	.else
	ldx	[%sp + STACK_BIAS + 8 * \n], %l\n
	ldx	[%sp + STACK_BIAS + 64 + 8 * \n], %i\n
	.endif
	.endr
	\end
	retry
	.balign	128
	.endm
	.macro	TABLE half
	VECTORS	0x4e, trap, \half
	VECTORS	1, timer, \half
	VECTORS	0x7c - 0x4f, trap, \half
	VECTORS	1, queue, 0
	VECTORS	1, queue, 1
	VECTORS	1, queue, 2
	VECTORS	1, queue, 3
	WINDOW	stx, saved
	VECTORS	0xc0 - 0x84, trap, \half
	WINDOW	ldx, restored
	VECTORS	0x200 - 0xc4, trap, \half
	.endm
	.macro	MARK				/* a queue access follows */
	sethi	0x25, %g0
	.endm
	.macro	KEEP reg, at
	rdpr	\reg, %g4
	stx	%g4, [%g3 + \at]
	.endm

	.text
	.globl	trap_table, nested_load, nested_store, nested_exec, nested_exec_resume, nested_trap, nested_gl
	.globl	nested_queue, nested_yield
	.balign	0x8000
trap_table:
	TABLE	0
	TABLE	1

/* %g7: half of the table */
trap:	rdpr	%pstate, %g6
	andn	%g6, PSTATE_CLE, %g2
	wrpr	%g2, 0, %pstate
	ldxa	[%g0]ASI_SCRATCHPAD, %g1
	rdpr	%tl, %g2
	sllx	%g2, TRAP_BITS, %g3
	add	%g1, %g3, %g3			/* struct trap: STRAND_TRAP is that of TL 1 */
	stx	%g2, [%g3 + TRAP_TL]
	stx	%g7, [%g3 + TRAP_HALF]
	KEEP	%tt, TRAP_TT
	KEEP	%gl, TRAP_GL
	KEEP	%tpc, TRAP_PC
	KEEP	%tnpc, TRAP_NPC
	KEEP	%tstate, TRAP_TSTATE
	KEEP	%pil, TRAP_PIL
	stx	%g6, [%g3 + TRAP_PSTATE]
	ldx	[%g1 + STRAND_FAULT], %g4
	brz,pn	%g4, 2f
	 mov	120, %g5
1:	ldxa	[%g4 + %g5]ASI_REAL, %g6
	add	%g3, %g5, %g2
	stx	%g6, [%g2 + TRAP_FAULT]
	brnz,pt	%g5, 1b
	 sub	%g5, 8, %g5
2:	ldx	[%g3 + TRAP_COUNT], %g4
	add	%g4, 1, %g4
	stx	%g4, [%g3 + TRAP_COUNT]
	ldx	[%g3 + TRAP_ACTION], %g4
	stx	%g0, [%g3 + TRAP_ACTION]
	ldx	[%g3 + TRAP_ARG], %g2
	ldx	[%g3 + TRAP_ARG + 8], %g5
	ldx	[%g3 + TRAP_ARG + 16], %g6
	cmp	%g4, ACTION_SKIP
	be,pn	%xcc, skip
	 cmp	%g4, ACTION_TSB
	be,pn	%xcc, tsb
	 cmp	%g4, ACTION_RESUME
	be,pn	%xcc, resume
	 cmp	%g4, ACTION_RUN
	be,pn	%xcc, run
	 nop

/* Unexpected. On a stack of its own, as if it had just started. */
	mov	%g3, %o0
	wrpr	%g0, 0, %tl
	wrpr	%g0, 0, %gl
	wrpr	%g0, PSTATE_PRIV, %pstate
	wrpr	%g0, 0, %otherwin
	wrpr	%g0, 0, %canrestore
	wrpr	%g0, 6, %cansave
	wrpr	%g0, 0, %wstate
	mov	8, %g1
	stxa	%g0, [%g1]ASI_CONTEXT
	membar	#Sync
	set	fatal_stack + FATAL_STACK - FRAME - STACK_BIAS, %sp
	call	unexpected_trap
	 clr	%fp
	ba,a,pt	%xcc, .

skip:	done
tsb:	stx	%g5, [%g2]
	stx	%g6, [%g2 + 8]
	retry
resume:	wrpr	%g2, 0, %tpc
	add	%g2, 4, %g2
	wrpr	%g2, 0, %tnpc
	rdpr	%tstate, %g4
	or	%g4, PSTATE_PRIV << 8, %g4
	wrpr	%g4, 0, %tstate
	mov	8, %g4
	stxa	%g0, [%g4]ASI_CONTEXT
	membar	#Sync
	retry
run:	jmpl	%g2, %g4
	 nop
	done

/* Routines for ACTION_RUN: argument in %g5 and %g6, record in %g3, back through %g4. */
nested_load:
	ldx	[%g5], %g6
	stx	%g6, [%g3 + TRAP_RESULT]
	jmp	%g4 + 8
	 nop
nested_store:
	stx	%g6, [%g5]
	jmp	%g4 + 8
	 nop
nested_exec:				/* the code there returns through %g2 */
	jmpl	%g5, %g2
	 nop
nested_exec_resume:
	stx	%g5, [%g3 + TRAP_RESULT]
	jmp	%g4 + 8
	 nop
nested_trap:
	ta	0x12
	jmp	%g4 + 8
	 nop
nested_gl:				/* a call with GL above what a guest may have */
	wrpr	%g0, 3, %gl
	mov	0x12, %o5
	ta	0x80
	jmp	%g4 + 8
	 nop
nested_queue:				/* the queue registers with globals of this level */
	MARK
	ldxa	[%g5]ASI_QUEUE, %g7
	stx	%g7, [%g3 + TRAP_RESULT]
	jmp	%g4 + 8
	 nop

nested_yield:				/* a call with interrupts on */
	rdpr	%pstate, %g2
	wrpr	%g2, PSTATE_IE, %pstate
	mov	%o0, %g5
	mov	%o5, %g6
	mov	0x12, %o5
	ta	0x80
	wrpr	%g2, 0, %pstate
	mov	%g5, %o0
	mov	%g6, %o5
	jmp	%g4 + 8
	 nop

timer:	ldxa	[%g0]ASI_SCRATCHPAD, %g1
	ldx	[%g1 + STRAND_TIMER], %g2
	add	%g2, 1, %g2
	stx	%g2, [%g1 + STRAND_TIMER]
	rd	%softint, %g2
	stx	%g2, [%g1 + STRAND_SOFTINT]
	wr	%g2, 0, %clear_softint
	retry

/* %g7: which, 0 for cpu mondos */
queue:	ldxa	[%g0]ASI_SCRATCHPAD, %g1
	sllx	%g7, QUEUE_BITS, %g2
	add	%g1, %g2, %g1
	add	%g1, STRAND_QUEUE, %g1
	rdpr	%tstate, %g2
	stx	%g2, [%g1 + QUEUE_TSTATE]
	rdpr	%tl, %g2
	stx	%g2, [%g1 + QUEUE_TL]
	ldx	[%g1 + QUEUE_TRAPS], %g2
	add	%g2, 1, %g2
	stx	%g2, [%g1 + QUEUE_TRAPS]
	sllx	%g7, 4, %g2
	add	%g2, 0x3c0, %g2			/* head's offset; tail's is 8 above */
	MARK
	ldxa	[%g2]ASI_QUEUE, %g3
1:	add	%g2, 8, %g5
	MARK
	ldxa	[%g5]ASI_QUEUE, %g4
	cmp	%g3, %g4
	be,pn	%xcc, 3f
	 ldx	[%g1 + QUEUE_COUNT], %g4
	and	%g4, QUEUE_ENTRIES - 1, %g5
	add	%g4, 1, %g4
	stx	%g4, [%g1 + QUEUE_COUNT]
	sllx	%g5, 6, %g5
	ldx	[%g1 + QUEUE_LOG], %g4
	add	%g4, %g5, %g4
	ldx	[%g1 + QUEUE_BASE], %g5
	add	%g5, %g3, %g5
	add	%g4, 64, %g7
2:	ldxa	[%g5]ASI_REAL, %g6
	stx	%g6, [%g4]
	add	%g4, 8, %g4
	cmp	%g4, %g7
	bne,pt	%xcc, 2b
	 add	%g5, 8, %g5
	add	%g3, 64, %g3
	ldx	[%g1 + QUEUE_MASK], %g5
	and	%g3, %g5, %g3
	MARK
	stxa	%g3, [%g2]ASI_QUEUE
	ba,a,pt	%xcc, 1b
3:	retry
