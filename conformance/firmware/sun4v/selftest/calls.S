/*
 * Hypervisor calls, watched: what a call has to keep is filled with patterns before it and
 * looked at behind it (sun4v.md 4.1). And accesses that may fault, in all address spaces.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "asm.h"

	.register %g2, #scratch; .register %g3, #scratch
	.register %g6, #scratch; .register %g7, #scratch

	.macro	ADD_STATE reg, shift, to
	rdpr	\reg, %o7
	sllx	%o7, \shift, %o7
	add	\to, %o7, \to
	.endm
	/* Window registers, levels and ancillary registers in one word. */
	.macro	STATE to
	rd	%y, \to
	sllx	\to, 32, \to
	ADD_STATE %cwp, 0, \to
	ADD_STATE %cansave, 4, \to
	ADD_STATE %canrestore, 8, \to
	ADD_STATE %otherwin, 12, \to
	ADD_STATE %cleanwin, 16, \to
	ADD_STATE %pil, 20, \to
	ADD_STATE %tl, 24, \to
	ADD_STATE %gl, 28, \to
	ADD_STATE %wstate, 56, \to
	rd	%asi, %o7
	sllx	%o7, 48, %o7
	add	\to, %o7, \to
	.endm
	.macro	COMPARE reg, value
	xor	\reg, \value, %o7
	or	%l6, %o7, %l6
	.endm
	/* void call_NN(struct call *) */
	.macro	HYPERCALL name, trap
	.globl	\name
\name:	save	%sp, -FRAME, %sp
	ldx	[%i0 + CALL_PSTATE], %l0
	.irp	n, 0, 1, 2, 3, 4, 5
	ldx	[%i0 + CALL_O + 8 * \n], %o\n
	.endr
	wr	%g0, 0x5a5, %y
	STATE	%l1
	.irp	n, 1, 2, 3, 4, 5, 6, 7
	mov	0x7a0 + \n, %g\n
	.endr
	.irp	n, 1, 2, 3, 4, 5
	mov	0x1a0 + \n, %i\n
	.endr
	mov	0x2a7, %l7
	mov	0x2a5, %l5
	mov	0x3a7, %o7
	rdpr	%pstate, %l2
	wrpr	%l2, %l0, %pstate
	subcc	%g0, 1, %g0			/* negative, and a borrow */
	rd	%ccr, %l4
	ta	\trap
	rd	%ccr, %l3
	wrpr	%l2, 0, %pstate
	xor	%l3, %l4, %l6
	xor	%o7, 0x3a7, %o7
	or	%l6, %o7, %l6
	.irp	n, 0, 1, 2, 3, 4, 5
	stx	%o\n, [%i0 + CALL_O + 8 * \n]
	.endr
	STATE	%l3
	COMPARE	%l3, %l1
	.irp	n, 1, 2, 3, 4, 5, 6, 7
	COMPARE	%g\n, 0x7a0 + \n
	.endr
	.irp	n, 1, 2, 3, 4, 5
	COMPARE	%i\n, 0x1a0 + \n
	.endr
	COMPARE	%l7, 0x2a7
	COMPARE	%l5, 0x2a5
	stx	%l6, [%i0 + CALL_SPOILT]
	ret
	 restore
	.endm

	.text
	HYPERCALL call_80, 0x80
	HYPERCALL call_81, 0x81
	HYPERCALL call_82, 0x82
	HYPERCALL call_83, 0x83
	HYPERCALL call_84, 0x84
	HYPERCALL call_85, 0x85
	HYPERCALL call_86, 0x86
	HYPERCALL call_fe, 0xfe
	HYPERCALL call_ff, 0xff

	.macro	FUNCTION name
	.globl	\name
\name:
	.endm

/* u64 mmu_switch(on, return address): status; bit 32 if it came back behind the call instead */
FUNCTION mmu_switch
	mov	%o7, %o3
	mov	0x27, %o5
	brnz,pt	%o1, 1f
	 nop
	set	2f, %o1
1:	mov	%o3, %g4
	ta	0x80
	mov	1, %g1
	sllx	%g1, 32, %g1
	or	%o0, %g1, %o0
2:	jmp	%g4 + 8
	 nop

/* u64 probe_load(va, asi): a trap that is skipped leaves this */
FUNCTION probe_load
	wr	%o1, 0, %asi
	mov	%o0, %o2
	set	0xbadbad, %o0
	ldxa	[%o2]%asi, %o0
	retl
	 wr	%g0, 0x80, %asi
FUNCTION probe_store
	wr	%o1, 0, %asi
	stxa	%o2, [%o0]%asi
	retl
	 wr	%g0, 0x80, %asi
FUNCTION probe_atomic				/* (va, asi, value): the old one */
	wr	%o1, 0, %asi
	mov	%g0, %o3
	casxa	[%o0]%asi, %o3, %o2
	mov	%o2, %o0
	retl
	 wr	%g0, 0x80, %asi
/* void probe_exec(va, resume): the code there returns through %o7 */
FUNCTION probe_exec
	save	%sp, -FRAME, %sp
	call	%i0
	 nop
	.globl	exec_resume
exec_resume:
	ret
	 restore
/* ta 0x11, for a trap at TL 1 that does something */
FUNCTION probe_trap
	ta	0x11
	retl
	 nop
/* u64 probe_user(pc, context, a, b): user mode in that primary context until a trap resumes at user_resume */
FUNCTION probe_user
	save	%sp, -FRAME, %sp
	mov	8, %l0
	rdpr	%cwp, %l1
	rdpr	%pstate, %l2
	andn	%l2, PSTATE_PRIV, %l2
	or	%l2, %i4, %l2
	sllx	%l2, 8, %l2
	or	%l1, %l2, %l1
	set	0x80 << 24, %l2
	or	%l1, %l2, %l1
	mov	%i2, %o0
	mov	%i3, %o1
	wrpr	%g0, 1, %tl			/* no fetch from the primary context from here on */
	stxa	%i1, [%l0]ASI_CONTEXT
	membar	#Sync
	wrpr	%l1, 0, %tstate
	wrpr	%i0, 0, %tpc
	add	%i0, 4, %i0
	wrpr	%i0, 0, %tnpc
	retry
	.globl	user_resume
user_resume:
	mov	%o0, %i0
	ret
	 restore

/* The code that user pages get: eight words each. */
	.globl	user_load, user_store, user_done, user_call, return_o7, return_g2
	.balign	32
user_load:
	ldx	[%o1], %o0
	ta	0x10
	nop
	.balign	32
user_store:
	stx	%o0, [%o1]
	ta	0x10
	nop
	.balign	32
user_done:
	mov	0x77, %o0
	ta	0x10
	nop
	.balign	32
user_call:
	ta	0x80
	ta	0x10
	nop
	.balign	32
return_o7:
	retl
	 nop
	.balign	32
return_g2:
	jmp	%g2 + 8
	 nop
	.balign	32

/* The marked stubs of the guest rule: queue registers by immediate ASI, behind a word that marks them. */
FUNCTION queue_get
	sethi	0x25, %g0
	ldxa	[%o0]ASI_QUEUE, %o0
	retl
	 nop
FUNCTION queue_set
	sethi	0x25, %g0
	stxa	%o1, [%o0]ASI_QUEUE
	retl
	 nop
	/* u64 queue_get_NAME(at): a load whose operands are these */
	.macro	QUEUE_GET name, base, index, to
FUNCTION queue_get_\name
	save	%sp, -FRAME, %sp
	sub	%i0, 8, \base
	mov	8, \index
	sethi	0x25, %g0
	ldxa	[\base + \index]ASI_QUEUE, \to
	ret
	 restore %g0, \to, %o0
	.endm
	QUEUE_GET g, %g1, %g2, %g3
	QUEUE_GET o, %o0, %o1, %o2
	QUEUE_GET l, %l0, %l7, %l3
	QUEUE_GET i, %i5, %i2, %i3
FUNCTION queue_set_l			/* (at, value) */
	save	%sp, -FRAME, %sp
	mov	%i0, %l1
	mov	%i1, %l2
	sethi	0x25, %g0
	stxa	%l2, [%l1]ASI_QUEUE
	ret
	 restore
FUNCTION queue_clear			/* (at) */
	sethi	0x25, %g0
	stxa	%g0, [%o0]ASI_QUEUE
	retl
	 nop

FUNCTION get_stick
	retl
	 rd	%stick, %o0
FUNCTION set_stick_cmpr
	retl
	 wr	%o0, 0, %stick_cmpr
FUNCTION get_softint
	retl
	 rd	%softint, %o0
FUNCTION set_pil
	retl
	 wrpr	%o0, 0, %pil
FUNCTION set_pstate
	retl
	 wrpr	%o0, 0, %pstate
FUNCTION set_context				/* (offset, context) */
	stxa	%o1, [%o0]ASI_CONTEXT
	retl
	 membar	#Sync
FUNCTION get_scratch
	retl
	 ldxa	[%o0]ASI_SCRATCHPAD, %o0
FUNCTION set_scratch
	retl
	 stxa	%o1, [%o0]ASI_SCRATCHPAD
FUNCTION flush_windows
	retl
	 flushw
FUNCTION sync_code				/* (address of eight words) */
	membar	#Sync
	flush	%o0
	flush	%o0 + 8
	flush	%o0 + 16
	retl
	 flush	%o0 + 24
FUNCTION trap_at_entry				/* as if TL had never been lowered */
	wrpr	%g0, 2, %tl
	wrpr	%g0, 2, %gl
	ta	0x10
	retl
	 nop
FUNCTION call_at_tl3
	wrpr	%g0, 3, %tl
	mov	0x12, %o5
	ta	0x80
	retl
	 nop
FUNCTION load_at_gl2				/* (va) */
	wrpr	%g0, 2, %gl
	ldx	[%o0], %o0
	retl
	 nop
FUNCTION float_set				/* (value) */
	rdpr	%pstate, %o1
	or	%o1, PSTATE_PEF, %o2
	wrpr	%o2, 0, %pstate
	wr	%g0, 4, %fprs
	stx	%o0, [%sp + STACK_BIAS + 128]
	.irp	n, 0, 2, 14, 30, 32, 46, 62
	ldd	[%sp + STACK_BIAS + 128], %f\n
	.endr
	retl
	 nop
FUNCTION float_wrong
	clr	%o3
	.irp	n, 0, 2, 14, 30, 32, 46, 62
	std	%f\n, [%sp + STACK_BIAS + 128]
	ldx	[%sp + STACK_BIAS + 128], %o2
	xor	%o2, %o0, %o2
	or	%o3, %o2, %o3
	.endr
	retl
	 mov	%o3, %o0
FUNCTION probe_little				/* (va): a load with CLE on; a trap that is skipped leaves this */
	mov	%o0, %o2
	set	0xbadbad, %o0
	rdpr	%pstate, %o1
	wrpr	%o1, PSTATE_CLE, %pstate
	ldx	[%o2], %o0
	retl
	 wrpr	%o1, 0, %pstate
FUNCTION probe_kept				/* (va, ccr): ccr behind a load, more if anything else changed */
	save	%sp, -FRAME, %sp
	wr	%g0, 0x123, %y
	wr	%g0, 0x55, %asi
	.irp	n, 1, 2, 3, 4, 5, 6, 7
	mov	0x7a0 + \n, %g\n
	.endr
	.irp	n, 1, 2, 3, 4, 5, 6, 7
	mov	0x2a0 + \n, %l\n
	.endr
	.irp	n, 1, 2, 3, 4, 5
	mov	0x3a0 + \n, %o\n
	.endr
	wr	%i1, 0, %ccr
	ldx	[%i0], %i3
	rd	%ccr, %i2
	rd	%y, %i4
	xor	%i4, 0x123, %i4
	rd	%asi, %i5
	xor	%i5, 0x55, %i5
	or	%i4, %i5, %i4
	wr	%g0, 0x80, %asi
	.irp	n, 1, 2, 3, 4, 5, 6, 7
	xor	%g\n, 0x7a0 + \n, %i5
	or	%i4, %i5, %i4
	xor	%l\n, 0x2a0 + \n, %i5
	or	%i4, %i5, %i4
	.endr
	.irp	n, 1, 2, 3, 4, 5
	xor	%o\n, 0x3a0 + \n, %i5
	or	%i4, %i5, %i4
	.endr
	sllx	%i4, 8, %i4
	or	%i2, %i4, %i0
	ret
	 restore
FUNCTION count_after_call			/* (pstate) */
	rdpr	%pstate, %g4
	wrpr	%o0, 0, %pstate
	mov	0x16, %o5			/* CPU_MYID */
	clr	%g1
	ta	0x80
	inc	%g1
	wrpr	%g4, 0, %pstate
	retl
	 mov	%g1, %o0
FUNCTION yield_at				/* (tl, gl) */
	save	%sp, -FRAME, %sp
	rdpr	%pstate, %l0
	mov	0x12, %o5
	wrpr	%i0, 0, %tl
	wrpr	%i1, 0, %gl
	wrpr	%l0, PSTATE_IE, %pstate
	ta	0x80
	wrpr	%l0, 0, %pstate
	wrpr	%g0, 0, %tl
	wrpr	%g0, 0, %gl
	ret
	 restore
	/* Sets a register to a number made of %l0, or adds to %l2 what of its bits is different. */
	.macro	SPECIAL op, write, read, reg, factor, mask, always=0
	add	%l0, \factor, %l1
	and	%l1, \mask, %l1
	or	%l1, \always, %l1
	.ifc	\op, set
	\write	%l1, 0, \reg
	.else
	\read	\reg, %l3
	xor	%l3, %l1, %l3
	and	%l3, \mask | \always, %l3
	or	%l2, %l3, %l2
	.endif
	.endm
	.macro	SPECIALS op
	SPECIAL	\op, wrpr, rdpr, %wstate, 5, 0x3f
	SPECIAL	\op, wrpr, rdpr, %otherwin, 1, 3
	SPECIAL	\op, wrpr, rdpr, %cleanwin, 2, 7
	SPECIAL	\op, wrpr, rdpr, %canrestore, 2, 3
	SPECIAL	\op, wrpr, rdpr, %cansave, 3, 3
	SPECIAL	\op, wrpr, rdpr, %pil, 8, 0xe
	SPECIAL	\op, wr, rd, %gsr, 0x31, 0x7f
	SPECIAL	\op, wr, rd, %fprs, 1, 3, 4		/* GSR is the FPU's */
	.endm
FUNCTION registers_over_yields			/* (number, yields): what of the special registers did not stay */
	save	%sp, -FRAME, %sp
	rdpr	%cansave, %l4
	rdpr	%canrestore, %l5
	rdpr	%otherwin, %l6
	rdpr	%pil, %l7
	rdpr	%pstate, %i3
	wrpr	%i3, PSTATE_PEF, %pstate
	mov	%i0, %l0
	clr	%l2
	wr	%g0, 4, %fprs
	and	%l0, 3, %l1
	sllx	%l1, 30, %l1			/* rounding mode */
	stx	%l1, [%sp + STACK_BIAS + 128]
	ldx	[%sp + STACK_BIAS + 128], %fsr
	SPECIALS set
	and	%l0, 0x3e, %l1
	wr	%l1, 0, %set_softint
	mov	8, %i2
	stxa	%l0, [%i2]ASI_CONTEXT
1:	mov	0x12, %o5
	ta	0x80
	SPECIALS look
	and	%l0, 0x3e, %l1
	rd	%softint, %l3
	xor	%l1, %l3, %l3
	or	%l2, %l3, %l2
	ldxa	[%i2]ASI_CONTEXT, %l3
	xor	%l3, %l0, %l3
	or	%l2, %l3, %l2
	subcc	%i1, 1, %i1
	bne,pt	%xcc, 1b
	 nop
	wr	%g0, 4, %fprs
	stx	%fsr, [%sp + STACK_BIAS + 128]
	ldx	[%sp + STACK_BIAS + 128], %l3
	srlx	%l3, 30, %l3
	xor	%l3, %l0, %l3
	and	%l3, 3, %l3
	or	%l2, %l3, %i0
	stxa	%g0, [%i2]ASI_CONTEXT
	wr	%g0, -1, %clear_softint
	wrpr	%g0, 0, %wstate
	wrpr	%g0, 7, %cleanwin
	wrpr	%l4, 0, %cansave
	wrpr	%l5, 0, %canrestore
	wrpr	%l6, 0, %otherwin
	wrpr	%l7, 0, %pil
	wrpr	%i3, 0, %pstate
	ret
	 restore
FUNCTION get_tick
	rd	%tick, %o0
	retl
	 nop
FUNCTION set_tick_cmpr
	retl
	 wr	%o0, 0, %tick_cmpr
FUNCTION set_softint
	retl
	 wr	%o0, 0, %set_softint
