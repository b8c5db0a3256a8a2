/*
 * Trap table of a sun4u machine: the shared table with alternate globals in traps
 * and the MMU's registers. Data misses inside the direct map are answered here.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../common/sparc64/asm.h"

#define TABLE			pv_native_trap_table
#define ASI_DMMU		0x58
#define ASI_DTLB_IN		0x5c
#define DMMU_SFSR		0x18
#define DMMU_SFAR		0x20
#define TAG_ACCESS		0x30

	/* AG, MG and IG all become 0 with the state that the table wants anyway. */
	.macro	MACHINE_GLOBALS
	wrpr	%g0, PSTATE_PRIV, %pstate
	.endm

	.macro	MACHINE_FAULT
	mov	TAG_ACCESS, %g1
	ldxa	[%g1]ASI_DMMU, %g4
	mov	DMMU_SFSR, %g1
	ldxa	[%g1]ASI_DMMU, %g5
	mov	DMMU_SFAR, %g1
	ldxa	[%g1]ASI_DMMU, %g7
	.endm

	/*
	 * The direct map is what lies above the hole: bits 63 to 43 all ones, in context 0. The entry:
	 * valid, 4 MiB, cacheable, privileged, writable; data only, so it cannot be executed.
	 */
	.macro	MACHINE_MISS other
	mov	TAG_ACCESS, %g1
	ldxa	[%g1]ASI_DMMU, %g2		/* address and context */
	sllx	%g2, 64 - 13, %g3
	brnz,pn	%g3, \other
	 srax	%g2, 43, %g3
	cmp	%g3, -1
	bne,pn	%xcc, \other
	 sllx	%g2, 64 - 43, %g2
	srlx	%g2, 64 - 43 + 22, %g2
	sllx	%g2, 22, %g2
	mov	7, %g3
	sllx	%g3, 61, %g3
	or	%g2, %g3, %g2
	or	%g2, 0x36, %g2
	stxa	%g2, [%g0]ASI_DTLB_IN
	retry
	.endm

#include "../../common/sparc64/traptable.h"
	.section .note.GNU-stack, "", @progbits
