/*
 * The walk through the record when the buffer has no answer, for assembly in a
 * trap's globals. The machine's file defines before it includes this
 *
 *	LOAD_D, LOAD_I, LOAD_W	macros, one for each kind: make the TLB entry %g5 known
 *			for the address %g3 and go back to the instruction; all of
 *			%g1-%g5, %g7 are free
 *	CPU_RECORD reg	macro: this CPU's struct pv_cpu
 *
 * and branches to a WALK with %g3 = address | context, %g1 = entry of the buffer,
 * %g2 = its tag. Only the record, by real address, and the image are touched, so that
 * a walk is never interrupted by a miss. What it cannot answer goes to miss_failed.
 *
 * kind: D any data access, W a store where a translation does not allow one, I a
 * fetch.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../numbers.h"

#define ASI_RECORD	0x14

	/* Entry at index (bits `low` to `low`+9 of the address) of table `table`: its address in %g7. */
	.macro	TABLE_ENTRY table, low, to
	sllx	%g3, 64 - 10 - \low, %g5
	srlx	%g5, 64 - 10, %g5
	sllx	%g5, 3, %g5
	add	\table, %g5, %g7
	ldxa	[%g7]ASI_RECORD, \to
	.endm

	.macro	WALK kind
	srlx	%g3, PV_TSB_VA_BITS, %g5
	brnz,pn	%g5, miss_failed
	 sllx	%g3, 64 - 13, %g4
	sethi	%hi(pv_tsb_kernel_root), %g7
	brz,pt	%g4, 1f
	 ldx	[%g7 + %lo(pv_tsb_kernel_root)], %g7
	CPU_RECORD %g7
	ldx	[%g7 + PV_TSB_CPU_ROOT], %g7
1:	brz,pn	%g7, miss_failed
	 nop
	TABLE_ENTRY %g7, 33, %g4
	brz,pn	%g4, miss_failed
	 nop
	TABLE_ENTRY %g4, 23, %g4
	brlz,pn	%g4, 2f
	 nop
	brz,pn	%g4, miss_failed
	 nop
	TABLE_ENTRY %g4, 13, %g4
	brgez,pn %g4, miss_failed
	 nop
2:
	.ifc	\kind, I
	andcc	%g4, PV_TSB_EXEC, %g0
	bz,pn	%xcc, miss_failed
	 or	%g4, PV_TSB_REFERENCED, %g5
	.endif
	.ifc	\kind, W
	andcc	%g4, PV_TSB_WRITE, %g0
	bz,pn	%xcc, miss_failed
	 or	%g4, PV_TSB_REFERENCED | PV_TSB_MODIFIED, %g5
	.endif
	.ifc	\kind, D
	or	%g4, PV_TSB_REFERENCED, %g5
	.endif
	cmp	%g4, %g5
	be,pt	%xcc, 3f
	 nop
	casxa	[%g7]ASI_RECORD, %g4, %g5
	cmp	%g4, %g5
	bne,pn	%xcc, walk_again		/* it changed: the instruction finds out again */
	 or	%g4, PV_TSB_REFERENCED, %g4
	.ifc	\kind, W
	or	%g4, PV_TSB_MODIFIED, %g4
	.endif
3:	/* Flags to machine bits; WRITE counts where MODIFIED is set, ten bits above it. */
	srlx	%g4, 10, %g5
	orn	%g5, PV_TSB_WRITE, %g5
	and	%g4, %g5, %g5
	and	%g5, PV_TSB_DECIDE, %g7
	srlx	%g5, PV_TSB_CACHE_SHIFT, %g5
	and	%g5, 3, %g5
	sllx	%g5, 6, %g5
	or	%g7, %g5, %g7
	/*
	 * At an address of another colour than the frame's: write-through instead of write-back, which is out of
	 * the data cache. The pages of a large one have all its leaf's entry, and it their colours.
	 */
	xor	%g3, %g4, %g5
	srlx	%g5, 13, %g5
	and	%g5, 1, %g5
	andcc	%g4, PV_TSB_LARGE | PV_TSB_CACHE_OUT, %g0
	movnz	%xcc, 0, %g5
	sllx	%g5, 6, %g5
	or	%g7, %g5, %g7
	sllx	%g7, 2, %g7
	sethi	%hi(pv_tsb_bits), %g5
	or	%g5, %lo(pv_tsb_bits), %g5
	ldx	[%g5 + %g7], %g5
	/* The real address: bits 55 to 13; within a large page the piece that this address is in. */
	andcc	%g4, PV_TSB_LARGE, %g0
	sllx	%g4, 8, %g4
	srlx	%g4, 8 + 13, %g4
	sllx	%g4, 13, %g4
	bz,pt	%xcc, 4f
	 or	%g4, %g5, %g5
	srlx	%g3, PV_TSB_LARGE_PIECE, %g4
	and	%g4, 1, %g4
	sllx	%g4, PV_TSB_LARGE_PIECE, %g4
	or	%g4, %g5, %g5
4:	/* The tag goes first and comes last, in total store order: half an entry is never taken for a whole. */
	mov	1, %g4
	sllx	%g4, PV_TSB_TAG_INVALID, %g4
	stx	%g4, [%g1]
	stx	%g5, [%g1 + 8]
	stx	%g2, [%g1]
	LOAD_\kind
	.endm

walk_again:
	retry
