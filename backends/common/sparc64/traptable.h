/*
 * A V9 trap table, for assembly: one file per machine includes this after defining
 *
 *	TABLE		symbol of the table; TO_USER: of the function that goes to user mode
 *	MACHINE_CPU	macro: this CPU's struct pv_cpu into %g6 of the trap's globals
 *	MACHINE_GLOBALS	macro: from a trap's globals to those of normal code; PSTATE
 *			becomes PRIV alone. May spoil %g1.
 *	MACHINE_TRAP_GLOBALS	macro: to the globals that all entry code uses at trap
 *			level 1, also from those of a miss, and from those of normal code
 *	MACHINE_CONTEXT_KERNEL	macro, at trap level 1: the primary context becomes the
 *			kernel's; MACHINE_CONTEXT_USER: it becomes the secondary one. May
 *			spoil %g1 and %g2.
 *	MACHINE_FAULT	macro: read what describes a memory fault into %g4, %g5, %g7
 *			of the trap's globals, before anything else can fault; may use
 *			%g1-%g3
 *	MACHINE_SLOW_I, MACHINE_SLOW_D	macros: one vector, 8 instructions, of the misses
 *			that a hypervisor passes on (0x09, 0x31)
 *	MACHINE_MISS_I, MACHINE_MISS_D, MACHINE_PROTECT	macros: the 32 instructions of
 *			each of the fast MMU traps. They use %g1-%g5, %g7 of the trap's globals;
 *			what they cannot answer goes to miss_failed, at any trap level
 *	MACHINE_VECTOR	macro: the 8 instructions of interrupt_vector (0x60), and
 *	MACHINE_MONDOS	the 32 of the queues (0x7c to 0x7f): note what came and retry;
 *			%g6 only where MACHINE_CPU loads it. See inputs.h
 *
 * Window traps are served here: WSTATE 0 is the kernel, whose own windows go to its
 * stack and a program's to its user frame (OTHERWIN); WSTATE_USER is user mode, whose
 * windows go to the user stack. All else saves struct pv_frame and calls
 * pv_sparc64_trap().
 *
 * Entry and exit code at trap level 1 causes no window trap: a miss in it would be the
 * third level, which sun4v does not have (MAXPTL 2). So a trap at level 2 that could not
 * be resolved comes from a spill or a fill of user mode, and becomes that program's
 * fault; any other ends in pv_sparc64_fatal().
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "asm.h"

	.register %g2, #scratch
	.register %g3, #scratch
	.register %g6, #scratch
	.register %g7, #scratch

#define TT_SPILL_USER	(0x80 + 4 * WSTATE_USER)
#define TT_FILL_USER	(0xc0 + 4 * WSTATE_USER)
#define TT_DATA_ACCESS		0x30
#define TT_ALIGNMENT_LAST	0x36
#define TT_DATA_MISS		0x68
#define TT_PROTECTION_LAST	0x6f

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

	.macro	SPILL_USER
	wr	%g0, ASI_AIUS, %asi
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	stxa	%l\n, [%sp + STACK_BIAS + 8 * \n] %asi
	stxa	%i\n, [%sp + STACK_BIAS + 64 + 8 * \n] %asi
	.endr
	rdpr	%cleanwin, %g1
	cmp	%g1, NWINDOWS - 1
	bne,pn	%xcc, first_spill
	 nop
	saved
	retry
	.balign	128
	.endm

	.macro	FILL_USER
	wr	%g0, ASI_AIUS, %asi
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	ldxa	[%sp + STACK_BIAS + 8 * \n] %asi, %l\n
	ldxa	[%sp + STACK_BIAS + 64 + 8 * \n] %asi, %i\n
	.endr
	restored
	retry
	.balign	128
	.endm

	/* %g3: this CPU's user frame. */
	.macro	USER_FRAME
	ldx	[%g6 + CPU_KERNEL_SP], %g3
	sub	%g3, PV_UFRAME_SIZE, %g3
	.endm

	/* This window to the user frame %g3. Spoils %g2. */
	.macro	KEEP_WINDOW
	ldx	[%g3 + PV_UFRAME_USED], %g2
	add	%g2, PV_UFRAME_WINDOW, %g2
	stx	%g2, [%g3 + PV_UFRAME_USED]
	add	%g3, %g2, %g2
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	stx	%l\n, [%g2 + PV_UFRAME_WINDOWS - PV_UFRAME_WINDOW + 8 * \n]
	stx	%i\n, [%g2 + PV_UFRAME_WINDOWS - PV_UFRAME_WINDOW + 64 + 8 * \n]
	.endr
	stx	%sp, [%g2 + PV_UFRAME_WINDOWS - PV_UFRAME_WINDOW + 128]
	.endm

	/* A program's window that the kernel needs the place of. */
	.macro	SPILL_OTHER
	MACHINE_CPU
	USER_FRAME
	KEEP_WINDOW
	saved
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
	SPILL					/* 0x80 */
	SPILL_USER
	GO	\other, 0x18
	SPILL_OTHER				/* 0xa0 */
	GO	\other, 0x1c
	FILL					/* 0xc0 */
	FILL_USER
	GO	\other, 0x138
	.endm

	/*
	 * The oldest window of all, two behind this one in the ring when no window is left to save into.
	 * %g1 keeps this one.
	 */
	.macro	OLDEST_WINDOW
	rdpr	%cwp, %g1
	add	%g1, 2, %g2
	and	%g2, NWINDOWS - 1, %g2
	wrpr	%g2, 0, %cwp
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
full:	MACHINE_TRAP_GLOBALS
	MACHINE_FAULT
full_fault_known:
	MACHINE_CPU
	USER_FRAME
	rdpr	%tstate, %g1
	andcc	%g1, PSTATE_PRIV << TSTATE_PSTATE, %g0
	bnz,pt	%xcc, from_kernel
	 rdpr	%cansave, %g1
	wrpr	%g0, NWINDOWS - 1, %cleanwin	/* the kernel sees what it likes */
	brnz,pt	%g1, 1f
	 nop
	OLDEST_WINDOW
	KEEP_WINDOW
	saved
	wrpr	%g1, 0, %cwp
1:	sub	%g3, STACK_FRAME + STACK_BIAS, %g3
	save	%g3, 0, %sp
	rdpr	%canrestore, %g1
	wrpr	%g0, 0, %canrestore
	wrpr	%g1, 0, %otherwin
	wrpr	%g0, 0, %wstate
	MACHINE_CONTEXT_KERNEL
	ba,a,pt	%xcc, in_frame

from_kernel:
	brnz,pt	%g1, 2f
	 rdpr	%otherwin, %g2
	brnz,pn	%g2, 1f
	 nop
	OLDEST_WINDOW
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	stx	%l\n, [%sp + STACK_BIAS + 8 * \n]
	stx	%i\n, [%sp + STACK_BIAS + 64 + 8 * \n]
	.endr
	saved
	ba,pt	%xcc, 2f
	 wrpr	%g1, 0, %cwp
1:	OLDEST_WINDOW
	KEEP_WINDOW
	saved
	wrpr	%g1, 0, %cwp
2:	save	%sp, -(STACK_FRAME + PV_FRAME_SIZE), %sp

in_frame:
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
	mov	%g6, %l6
	wrpr	%g0, 0, %tl
	MACHINE_GLOBALS
	.irp	n, 1, 2, 3, 4, 5, 6, 7
	stx	%g\n, FRAME(PV_FRAME_G + 8 * \n)
	.endr
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	stx	%i\n, FRAME(PV_FRAME_O + 8 * \n)
	.endr
	mov	%l6, %g6
	ldx	[%g6 + CPU_PEF], %l7
	wrpr	%l7, PSTATE_PRIV | PSTATE_IE, %pstate	/* the gate is PIL; wrpr: exclusive or */
	call	pv_sparc64_trap
	 add	%sp, STACK_BIAS + STACK_FRAME, %o0
	wrpr	%g0, PSTATE_PRIV, %pstate
	ldx	FRAME(PV_FRAME_TSTATE), %l0
	andcc	%l0, PSTATE_PRIV << TSTATE_PSTATE, %g0
	bz,pn	%xcc, to_user
	 rdpr	%canrestore, %l1
	/* The window of the interrupted code may be on its stack: it is filled now, not at trap level 1. */
	brnz,pt	%l1, 1f
	 nop
	restore
	save	%sp, -(STACK_FRAME + PV_FRAME_SIZE), %sp
1:	rdpr	%cwp, %l1
	ldx	FRAME(PV_FRAME_PIL), %l5
	.irp	n, 1, 2, 3, 4, 5, 7			/* %g6 is this CPU's own */
	ldx	FRAME(PV_FRAME_G + 8 * \n), %g\n
	.endr
	call	leave
	 wrpr	%l5, 0, %pil
	restore
	retry

	/* Of both ways back: what the frame says, one window below this one, and trap level 1. */
leave:	ldx	FRAME(PV_FRAME_TSTATE), %l0
	rdpr	%cwp, %l1
	dec	%l1
	and	%l1, NWINDOWS - 1, %l1
	andn	%l0, 0x1f, %l0
	or	%l0, %l1, %l0
	ldx	[%g6 + CPU_PEF], %l3
	set	PSTATE_PEF << TSTATE_PSTATE, %l4
	andn	%l0, %l4, %l0
	sllx	%l3, TSTATE_PSTATE, %l3
	or	%l0, %l3, %l0
	ldx	FRAME(PV_FRAME_TPC), %l1
	ldx	FRAME(PV_FRAME_TNPC), %l2
	ldx	FRAME(PV_FRAME_Y), %l4
	wr	%l4, 0, %y
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	ldx	FRAME(PV_FRAME_O + 8 * \n), %i\n
	.endr
	wrpr	%g0, 1, %tl
	wrpr	%l0, 0, %tstate
	wrpr	%l1, 0, %tpc
	jmp	%o7 + 8
	 wrpr	%l2, 0, %tnpc

/*
 * This window is the first of the kernel's. The program's are all in the register
 * file; or its current one is alone in its frame, and none is in the file. Until one
 * of the two holds, pv_sparc64_user_windows() sees to it.
 */
to_user:
	ldx	FRAME(PV_UFRAME_USED), %l0
	brz,pt	%l0, 2f
	 rdpr	%otherwin, %l1
	brnz,pn	%l1, 1f
	 cmp	%l0, PV_UFRAME_WINDOW
	be,pt	%xcc, 2f
1:	 ldx	[%g6 + CPU_PEF], %l7
	wrpr	%l7, PSTATE_PRIV | PSTATE_IE, %pstate
	.weak	pv_sparc64_user_windows		/* a part: there is no user mode without it */
	call	pv_sparc64_user_windows
	 add	%sp, STACK_BIAS + STACK_FRAME, %o0
	ba,pt	%xcc, to_user
	 wrpr	%g0, PSTATE_PRIV, %pstate
2:	add	%sp, STACK_BIAS + STACK_FRAME, %l6
	.irp	n, 1, 2, 3, 4, 5, 7
	ldx	FRAME(PV_FRAME_G + 8 * \n), %g\n
	.endr
	call	leave
	 nop
	ldx	[%l6 + PV_FRAME_G + 8 * 6], %g6
	MACHINE_TRAP_GLOBALS
	MACHINE_CONTEXT_USER
	wrpr	%g0, 0, %pil
	wrpr	%g0, WSTATE_USER, %wstate
	rdpr	%otherwin, %g1
	wrpr	%g0, 0, %otherwin
	brz,pn	%g1, 3f
	 mov	%l6, %g3
	wrpr	%g1, 0, %canrestore
	restore
	rdpr	%canrestore, %g1
	wrpr	%g1, 0, %cleanwin		/* what else is in the file is not for programs */
	retry
3:	wrpr	%g0, 1, %canrestore
	wrpr	%g0, NWINDOWS - 3, %cansave
	restore
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	ldx	[%g3 + PV_UFRAME_WINDOWS + 8 * \n], %l\n
	ldx	[%g3 + PV_UFRAME_WINDOWS + 64 + 8 * \n], %i\n
	.endr
	stx	%g0, [%g3 + PV_UFRAME_USED]
	wrpr	%g0, 0, %cleanwin
	retry

/*
 * The first spill after the kernel: the window that the SAVE goes to is not the one that gives way, and
 * nothing has wiped its locals. From here on all eight are the program's.
 */
first_spill:
	rdpr	%cwp, %g1
	sub	%g1, 1, %g2
	and	%g2, NWINDOWS - 1, %g2
	wrpr	%g2, 0, %cwp
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	clr	%l\n
	.endr
	wrpr	%g1, 0, %cwp
	wrpr	%g0, NWINDOWS - 1, %cleanwin
	saved
	retry

/*
 * At trap level 2. A fill of user mode is begun again when its fault is resolved; the
 * window of a spill goes to the user frame, and so out of the way.
 */
nested:	rdpr	%tl, %g1
	cmp	%g1, 2
	bne,pn	%xcc, lost
	 rdpr	%tt, %g2
	cmp	%g2, TT_DATA_ACCESS		/* a window's memory, and nothing else */
	blu,pn	%xcc, lost
	 cmp	%g2, TT_ALIGNMENT_LAST
	bleu,pt	%xcc, 1f
	 cmp	%g2, TT_DATA_MISS
	blu,pn	%xcc, lost
	 cmp	%g2, TT_PROTECTION_LAST
	bgu,pn	%xcc, lost
	 nop
1:	wrpr	%g0, 1, %tl
	rdpr	%tt, %g1
	and	%g1, 0x1fc, %g1
	cmp	%g1, TT_FILL_USER
	be,pt	%xcc, fill_failed
	 cmp	%g1, TT_SPILL_USER
	be,pt	%xcc, spill_failed
	 nop
	wrpr	%g0, 2, %tl

/* Nothing can be trusted but the table itself: report on a stack of its own. */
lost:	rdpr	%tt, %g1
	mov	%g1, %o0
	rdpr	%tpc, %g1
	mov	%g1, %o1
	rdpr	%tl, %g1
	mov	%g1, %o2
	MACHINE_CPU
	mov	%g6, %o3
	wrpr	%g0, PIL_CLOSED, %pil
	wrpr	%g0, 0, %tl
	MACHINE_GLOBALS
	mov	%o3, %g6
	WINDOWS_RESET pv_sparc64_emergency_stack_top
	call	pv_sparc64_fatal
	 nop
	ba,a,pt	%xcc, .

fill_failed:
	wrpr	%g2, 0, %tt
	rdpr	%tstate, %g1
	and	%g1, 0x1f, %g1
	wrpr	%g1, 0, %cwp
	ba,a,pt	%xcc, full

spill_failed:
	wrpr	%g2, 0, %tt
	MACHINE_TRAP_GLOBALS
	MACHINE_FAULT
	MACHINE_CPU
	USER_FRAME
	KEEP_WINDOW
	saved
	rdpr	%tstate, %g1
	and	%g1, 0x1f, %g1
	wrpr	%g1, 0, %cwp
	ba,a,pt	%xcc, full_fault_known

/* void TO_USER(struct pv_frame *): no window of the program is in the register file. */
	.globl	TO_USER
	.type	TO_USER, #function
TO_USER:
	wrpr	%g0, PSTATE_PRIV, %pstate
	wrpr	%g0, 0, %otherwin
	wrpr	%g0, 0, %canrestore
	wrpr	%g0, NWINDOWS - 2, %cansave
	ba,pt	%xcc, to_user
	 sub	%o0, STACK_FRAME + STACK_BIAS, %sp
