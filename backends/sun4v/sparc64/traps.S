/*
 * Trap table of a sun4v guest: the shared table with global levels and the fault
 * status area. Data misses inside the direct map are answered here.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../common/sparc64/asm.h"
#include "sun4v_asm.h"

#define TABLE			pv_sun4v_trap_table
#define ASI_REAL		0x14

	.macro	MACHINE_GLOBALS
	WRPR_GL_0
	wrpr	%g0, PSTATE_PRIV, %pstate
	.endm

	.macro	MACHINE_FAULT
	mov	PV_SUN4V_SCRATCH_FAULT, %g1
	ldxa	[%g1]PV_SUN4V_ASI_SCRATCH, %g1
	add	%g1, PV_SUN4V_FAULT_DATA, %g1
	ldxa	[%g1]ASI_REAL, %g4
	add	%g1, PV_SUN4V_FAULT_ADDRESS, %g1
	ldxa	[%g1]ASI_REAL, %g5
	add	%g1, PV_SUN4V_FAULT_CONTEXT - PV_SUN4V_FAULT_ADDRESS, %g1
	ldxa	[%g1]ASI_REAL, %g7
	.endm

	/* Each trap level has globals of its own: they are as they were. */
	.macro	MACHINE_FAULT_AGAIN
	.endm

	.macro	MACHINE_SLOW_I other
	GO	\other, 1
	.endm
	.macro	MACHINE_SLOW_D other
	GO	\other, 1
	.endm
	.macro	MACHINE_MISS_I
	GO	miss_failed, 4
	.endm
	.macro	MACHINE_PROTECT
	GO	miss_failed, 4
	.endm

	/*
	 * The direct map is what lies above the hole: bits 63 to 43 all ones, in context 0. The globals of
	 * a trap are all free; they keep the call's argument registers.
	 */
	.macro	MACHINE_MISS_D
	mov	PV_SUN4V_SCRATCH_FAULT, %g1
	ldxa	[%g1]PV_SUN4V_ASI_SCRATCH, %g1
	add	%g1, PV_SUN4V_FAULT_DATA + PV_SUN4V_FAULT_CONTEXT, %g2
	ldxa	[%g2]ASI_REAL, %g3
	brnz,pn	%g3, miss_failed
	 add	%g1, PV_SUN4V_FAULT_DATA + PV_SUN4V_FAULT_ADDRESS, %g2
	ldxa	[%g2]ASI_REAL, %g2
	srax	%g2, 43, %g3
	cmp	%g3, -1
	be,pt	%xcc, direct
	 nop
	ba,a,pt	%xcc, miss_failed
	.endm

#include "../../common/sparc64/traptable.h"

direct:
	mov	%o0, %g1
	mov	%o1, %g3
	mov	%o2, %g4
	mov	%o3, %g5
	mov	%o4, %g6
	mov	%o5, %g7
	srlx	%g2, 22, %o0
	sllx	%o0, 22, %o0
	clr	%o1
	sllx	%o0, 64 - 43, %o2
	srlx	%o2, 64 - 43, %o2
	sethi	%hi(PV_SUN4V_TTE_DIRECT & 0xffffffff), %o3
	or	%o3, PV_SUN4V_TTE_DIRECT & 0x3ff, %o3
	or	%o2, %o3, %o2
	mov	1, %o3
	sllx	%o3, 63, %o3
	or	%o2, %o3, %o2
	mov	PV_SUN4V_MMU_DATA, %o3
	ta	PV_SUN4V_MAP_ADDR_TRAP
	mov	%o0, %g2
	mov	%g1, %o0
	mov	%g3, %o1
	mov	%g4, %o2
	mov	%g5, %o3
	mov	%g6, %o4
	mov	%g7, %o5
	brnz,pn	%g2, miss_failed
	 nop
	retry
	.section .note.GNU-stack, "", @progbits
