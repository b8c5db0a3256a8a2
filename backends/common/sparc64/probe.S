/*
 * A read or a write of a bus that may find nobody there, which UltraSPARC reports as a
 * data access error (trap 0x32): deferred, so barriers keep it at this access (UltraSPARC
 * I and II User's Manual, chapter 11). pv_sparc64_trap() goes on at pv_sparc64_probe_failed.
 * From barrier to barrier interrupts are off, not by PIL, which holds back no interrupt
 * vector: the error would come in that one's code.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "asm.h"

#define ASI_BUS	0x1d		/* by physical address, little-endian, side effects */

	.globl	pv_sparc64_probe, pv_sparc64_probe_first, pv_sparc64_probe_last, pv_sparc64_probe_failed
	.globl	pv_sparc64_probe_write, pv_sparc64_probe_write_first, pv_sparc64_probe_write_last
	.type	pv_sparc64_probe, #function
	.type	pv_sparc64_probe_write, #function

	/* PSTATE as it was, in %o3, which a trap leaves alone. */
	.macro	INTERRUPTS_OFF
	rdpr	%pstate, %o3
	andn	%o3, PSTATE_IE, %o4
	wrpr	%o4, 0, %pstate
	.endm

	.text
	.balign	16
	/* %o0 physical address, %o1 width, %o2 to -> %o0 */
pv_sparc64_probe:
	INTERRUPTS_OFF
	membar	#Sync
	cmp	%o1, 2
	bl,pn	%icc, 1f
	 nop
	be,pn	%icc, 2f
	 nop
pv_sparc64_probe_first:
	ba,pt	%icc, 3f
	 lduwa	[%o0]ASI_BUS, %g1
1:	ba,pt	%icc, 3f
	 lduba	[%o0]ASI_BUS, %g1
2:	lduha	[%o0]ASI_BUS, %g1
3:	membar	#Sync
pv_sparc64_probe_last:
	wrpr	%o3, 0, %pstate
	stw	%g1, [%o2]
	retl
	 mov	1, %o0

	/* %o0 physical address, %o1 width, %o2 value -> %o0 */
pv_sparc64_probe_write:
	INTERRUPTS_OFF
	membar	#Sync
	cmp	%o1, 2
	bl,pn	%icc, 1f
	 nop
	be,pn	%icc, 2f
	 nop
pv_sparc64_probe_write_first:
	ba,pt	%icc, 3f
	 stwa	%o2, [%o0]ASI_BUS
1:	ba,pt	%icc, 3f
	 stba	%o2, [%o0]ASI_BUS
2:	stha	%o2, [%o0]ASI_BUS
3:	membar	#Sync
pv_sparc64_probe_write_last:
	wrpr	%o3, 0, %pstate
	retl
	 mov	1, %o0
pv_sparc64_probe_failed:
	wrpr	%o3, 0, %pstate
	retl
	 clr	%o0
	.section .note.GNU-stack, "", @progbits
