/*
 * Mondo and error queues of sun4v, for traps.S: before the shared trap table come
 * the macros that it wants, behind it QUEUE_CODE.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../common/sparc64/inputs.h"
#include "sun4v_asm.h"

#define QUEUE_ASI_REAL		0x14

	/* Not on this machine. */
	.macro	MACHINE_VECTOR other
	ba,a,pt	%xcc, \other
	.endm

	.macro	QUEUE n
	ba,pt	%xcc, queue
	 mov	PV_SUN4V_QUEUE_HEAD(\n), %g1
	.balign	32
	.endm

	.macro	MACHINE_MONDOS other
	QUEUE	0
	QUEUE	1
	QUEUE	2
	ba,a,pt	%xcc, nonresumable
	.balign	32
	.endm

	/*
	 * Accesses to queue registers, here and nowhere else, each behind a word that does nothing but
	 * mark it: firmware for emulators without these registers replaces them.
	 */
	.macro	QUEUE_MARK
	.balign	8
	.word	0x01000000 | PV_SUN4V_ASI_QUEUE		/* sethi 0x25, %g0 */
	.endm

	/* %g4 is 16 * n, the bits of a queue register's address that tell queue n: its record to %g5. */
	.macro	QUEUE_RECORD
	sethi	%hi(pv_sun4v_queues), %g5
	or	%g5, %lo(pv_sun4v_queues), %g5
	add	%g5, %g4, %g5
	.endm

	/*
	 * Empty the queue with head register %g1, and note what its entries say: a cookie of ours is an
	 * input, an error report is told of, anything else is astray. Of head and tail only what an entry
	 * can be at counts, so that this ends whatever they say; the head becomes the tail as it was read.
	 */
	.macro	QUEUE_CODE
queue:	QUEUE_MARK
	ldxa	[%g1]PV_SUN4V_ASI_QUEUE, %g2
	add	%g1, 8, %g1
	QUEUE_MARK
	ldxa	[%g1]PV_SUN4V_ASI_QUEUE, %g6
	sub	%g1, 8, %g1
	and	%g1, 0x30, %g4
	QUEUE_RECORD
	ldx	[%g5 + 8], %g5
	and	%g2, %g5, %g2
	and	%g6, %g5, %g3
2:	cmp	%g2, %g3
	be,pn	%xcc, 5f
	 and	%g1, 0x30, %g4
	QUEUE_RECORD
	ldx	[%g5], %g4			/* where it is */
	add	%g4, %g2, %g4
	ldxa	[%g4]QUEUE_ASI_REAL, %g4
	ldx	[%g5 + 8], %g5			/* the last entry */
	add	%g2, 64, %g2
	and	%g2, %g5, %g2
	cmp	%g1, PV_SUN4V_QUEUE_HEAD(2)
	be,pn	%xcc, 3f
	 srlx	%g4, 11, %g5
	cmp	%g5, PV_SUN4V_COOKIE >> 11
	be,pt	%xcc, 4f
	 and	%g4, PV_SPARC64_INPUTS - 1, %g4
	ba,pt	%xcc, 4f
	 mov	PV_SPARC64_INPUT_STRAY, %g4
3:	mov	PV_SPARC64_INPUT_REPORT, %g4
4:	NOTE_INPUT %g4, %g5, %g7
	ba,a,pt	%xcc, 2b
5:	QUEUE_MARK
	stxa	%g6, [%g1]PV_SUN4V_ASI_QUEUE
	retry

	/* An error that nobody can resume from is out of its queue, and a trap of whoever ran. */
nonresumable:
	mov	PV_SUN4V_QUEUE_HEAD(3), %g1
	sethi	%hi(pv_sun4v_queues + 3 * 16), %g5
	or	%g5, %lo(pv_sun4v_queues + 3 * 16), %g5
	ldx	[%g5 + 8], %g5
	QUEUE_MARK
	ldxa	[%g1]PV_SUN4V_ASI_QUEUE, %g2
	add	%g2, 64, %g2
	and	%g2, %g5, %g2
	QUEUE_MARK
	stxa	%g2, [%g1]PV_SUN4V_ASI_QUEUE
	ba,a,pt	%xcc, miss_failed
	.endm
