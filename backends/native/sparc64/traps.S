/*
 * Trap table of a sun4u machine: the shared table with alternate globals in traps
 * and the MMU's registers. A miss that the translation storage buffer answers takes
 * 8 instructions (a fetch 11); then comes the direct map, then the record of the
 * space (backends/common/tsb).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../common/sparc64/asm.h"
#include "mmu.h"
#include "vector.h"

#define TABLE			pv_native_trap_table
#define TO_USER			pv_native_to_user

	/* Kept there (PERCPU_GLOBALS in start.S). */
	.macro	MACHINE_CPU
	.endm

	/* AG, MG and IG all become 0 with the state that the table wants anyway. */
	.macro	MACHINE_GLOBALS
	wrpr	%g0, PSTATE_PRIV, %pstate
	.endm

	/* Not those that a miss at level 2 has. */
	.macro	MACHINE_TRAP_GLOBALS
	wrpr	%g0, PSTATE_PRIV | PSTATE_AG, %pstate
	.endm

	/* At trap level 1 fetches are of the nucleus context: what is needed before level 0 is the FLUSH. */
	.macro	MACHINE_CONTEXT_KERNEL
	mov	PRIMARY_CONTEXT, %g1
	stxa	%g0, [%g1]ASI_DMMU
	sethi	%hi(TABLE), %g1
	flush	%g1
	.endm

	/* RETRY follows, and does what a FLUSH does. */
	.macro	MACHINE_CONTEXT_USER
	mov	SECONDARY_CONTEXT, %g1
	ldxa	[%g1]ASI_DMMU, %g2
	mov	PRIMARY_CONTEXT, %g1
	stxa	%g2, [%g1]ASI_DMMU
	.endm

	.macro	MACHINE_FAULT
	mov	TAG_ACCESS, %g1
	ldxa	[%g1]ASI_DMMU, %g4
	mov	DMMU_SFAR, %g1
	ldxa	[%g1]ASI_DMMU, %g7
	mov	DMMU_SFSR, %g1
	ldxa	[%g1]ASI_DMMU, %g5
	stxa	%g0, [%g1]ASI_DMMU
	stxa	%g0, [%g1]ASI_IMMU
	membar	#Sync
	.endm

	.macro	MACHINE_SLOW_I other
	GO	\other, 1
	.endm
	.macro	MACHINE_SLOW_D other
	GO	\other, 1
	.endm

	.macro	MACHINE_MISS_I
	ldxa	[%g0]ASI_ITSB_POINTER, %g1
	ldxa	[%g0]ASI_IMMU, %g2			/* tag target */
	ldda	[%g1]ASI_QUAD, %g4
	cmp	%g2, %g4
	bne,pn	%xcc, walk_i
	 mov	TAG_ACCESS, %g3
	andcc	%g5, TTE_EXEC, %g0
	bz,pn	%xcc, walk_i
	 nop
	stxa	%g5, [%g0]ASI_ITLB_IN
	retry
	.endm

	.macro	MACHINE_MISS_D
	ldxa	[%g0]ASI_DTSB_POINTER, %g1
	ldxa	[%g0]ASI_DMMU, %g2			/* tag target */
	ldda	[%g1]ASI_QUAD, %g4
	cmp	%g2, %g4
	bne,pn	%xcc, direct
	 mov	TAG_ACCESS, %g3
	stxa	%g5, [%g0]ASI_DTLB_IN
	retry
	.endm

	.macro	MACHINE_PROTECT
	mov	TAG_ACCESS, %g3
	ldxa	[%g3]ASI_DMMU, %g3
	ldxa	[%g0]ASI_DTSB_POINTER, %g1
	ba,pt	%xcc, walk_w
	 ldxa	[%g0]ASI_DMMU, %g2
	.endm

#include "../../common/sparc64/traptable.h"

	VECTOR_CODE

	.macro	CPU_RECORD reg
	mov	%g6, \reg
	.endm

	.macro	LOAD_D
	stxa	%g5, [%g0]ASI_DTLB_IN
	retry
	.endm

	/* A hardware entry without W stands in the way of the one that comes. Not before: it may be the image's. */
	.macro	LOAD_W
	sllx	%g3, 64 - 13, %g4
	mov	DEMAP_SECONDARY, %g7
	movrz	%g4, DEMAP_NUCLEUS, %g7
	srlx	%g3, 13, %g4
	sllx	%g4, 13, %g4
	or	%g4, %g7, %g4
	stxa	%g0, [%g4]ASI_DMMU_DEMAP
	membar	#Sync
	LOAD_D
	.endm

	.macro	LOAD_I
	stxa	%g5, [%g0]ASI_ITLB_IN
	retry
	.endm

#include "../../common/tsb/sparc64/walk.h"

/*
 * The direct map is what lies above the hole: bits 63 to 43 all ones, in context 0. The entry:
 * valid, 4 MiB, cacheable, privileged, writable; data only, so it cannot be executed.
 */
direct:	ldxa	[%g3]ASI_DMMU, %g3		/* address | context */
	sllx	%g3, 64 - 13, %g4
	brnz,pn	%g4, walk_d
	 srax	%g3, PV_TSB_VA_BITS, %g4
	cmp	%g4, -1
	bne,pn	%xcc, walk_d
	 sllx	%g3, 64 - PV_TSB_VA_BITS, %g4
	srlx	%g4, 64 - PV_TSB_VA_BITS + 22, %g4
	sllx	%g4, 22, %g4
	mov	7, %g5
	sllx	%g5, 61, %g5
	or	%g4, %g5, %g5
	or	%g5, TTE_CP | TTE_CV | TTE_P | TTE_W, %g5
	LOAD_D
walk_d:	WALK	D
walk_i:	ldxa	[%g3]ASI_IMMU, %g3
	WALK	I
walk_w:	WALK	W

	.section .note.GNU-stack, "", @progbits
