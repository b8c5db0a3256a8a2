/*
 * Trap table of a sun4v guest: the shared table with global levels and the fault
 * status area. The hypervisor looks through the translation storage buffers; what is in
 * none comes here: the direct map, then the record of the space (backends/common/tsb).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../common/sparc64/asm.h"
#include "../../common/tsb/numbers.h"
#include "queues.h"
#include "sun4v_asm.h"

#define TABLE			pv_sun4v_trap_table
#define TO_USER			pv_sun4v_to_user
#define MMU_PRIMARY		0x08
#define MMU_SECONDARY		0x10
#define ASI_REAL		0x14

	.macro	MACHINE_CPU
	ldxa	[%g0]PV_SUN4V_ASI_SCRATCH, %g6
	.endm

	.macro	MACHINE_GLOBALS
	WRPR_GL(0)
	wrpr	%g0, PSTATE_PRIV, %pstate
	.endm

	.macro	MACHINE_TRAP_GLOBALS
	WRPR_GL(1)
	.endm

	.macro	MACHINE_CONTEXT_KERNEL
	mov	MMU_PRIMARY, %g1
	stxa	%g0, [%g1]PV_SUN4V_ASI_MMU
	membar	#Sync
	.endm

	.macro	MACHINE_CONTEXT_USER
	mov	MMU_SECONDARY, %g1
	ldxa	[%g1]PV_SUN4V_ASI_MMU, %g2
	mov	MMU_PRIMARY, %g1
	stxa	%g2, [%g1]PV_SUN4V_ASI_MMU
	membar	#Sync
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

	/* With a buffer registered, what the hypervisor finds nowhere comes here. */
	.macro	MACHINE_SLOW_I other
	ba,a,pt	%xcc, walk_i
	.endm
	.macro	MACHINE_SLOW_D other
	ba,a,pt	%xcc, slow_d
	.endm
	/* Without one there is the direct map alone. */
	.macro	MACHINE_MISS_I
	GO	miss_failed, 4
	.endm
	.macro	MACHINE_MISS_D
	DESCRIPTION PV_SUN4V_FAULT_DATA
	brnz,pn	%g4, miss_failed
	 srax	%g3, PV_TSB_VA_BITS, %g4
	cmp	%g4, -1
	be,pt	%xcc, direct_now
	 nop
	ba,a,pt	%xcc, miss_failed
	.endm
	.macro	MACHINE_PROTECT
	ba,a,pt	%xcc, walk_w
	.endm

	/* Page address in %g3, context in %g4. */
	.macro	DESCRIPTION half
	mov	PV_SUN4V_SCRATCH_FAULT, %g1
	ldxa	[%g1]PV_SUN4V_ASI_SCRATCH, %g1
	add	%g1, \half + PV_SUN4V_FAULT_ADDRESS, %g2
	ldxa	[%g2]ASI_REAL, %g3
	add	%g1, \half + PV_SUN4V_FAULT_CONTEXT, %g2
	ldxa	[%g2]ASI_REAL, %g4
	srlx	%g3, 13, %g3
	sllx	%g3, 13, %g3
	.endm

	/* From these what WALK wants: buffer entry, tag, address | context. */
	.macro	PLACE
	sllx	%g4, 48, %g2
	srlx	%g3, 22, %g1
	or	%g2, %g1, %g2
	sllx	%g3, 64 - 13 - PV_TSB_SHIFT, %g1
	srlx	%g1, 64 - PV_TSB_SHIFT, %g1
	sllx	%g1, 4, %g1
	sethi	%hi(pv_tsb_buffer), %g5
	add	%g1, %g5, %g1			/* aligned to its size */
	or	%g3, %g4, %g3
	.endm

#include "../../common/sparc64/traptable.h"

	QUEUE_CODE

	.macro	CPU_RECORD reg
	ldxa	[%g0]PV_SUN4V_ASI_SCRATCH, \reg
	.endm

	/* The hypervisor finds it in the buffer now. */
	.macro	LOAD_D
	retry
	.endm
	.macro	LOAD_I
	retry
	.endm

	/* What may not be written goes first: MMU_UNMAP_ADDR. The call's registers are whose they are. */
	.macro	LOAD_W
	mov	%o0, %g1
	mov	%o1, %g2
	mov	%o2, %g4
	mov	%o3, %g5
	mov	%o4, %g6
	mov	%o5, %g7
	srlx	%g3, 13, %o0
	sllx	%o0, 13, %o0
	sllx	%g3, 64 - 13, %o1
	srlx	%o1, 64 - 13, %o1
	mov	PV_SUN4V_MMU_DATA, %o2
	ta	PV_SUN4V_UNMAP_ADDR_TRAP
	CALL_DONE
	.endm

	/* Registers back. Counted as all calls are. */
	.macro	CALL_DONE
	mov	%o0, %g3
	mov	%g1, %o0
	mov	%g2, %o1
	mov	%g4, %o2
	mov	%g5, %o3
	mov	%g6, %o4
	mov	%g7, %o5
	sethi	%hi(pv_hypercalls), %g1
	ldx	[%g1 + %lo(pv_hypercalls)], %g2
	inc	%g2
	brnz,pn	%g3, call_refused
	 stx	%g2, [%g1 + %lo(pv_hypercalls)]
	retry
	.endm

#include "../../common/tsb/sparc64/walk.h"

	/* Status %g3. It would come again for ever: C code is told, by the type of the fault, and goes another way. */
call_refused:
	mov	1, %g2
	sllx	%g2, PV_SUN4V_FAULT_REFUSED, %g2
	or	%g3, %g2, %g3
	mov	PV_SUN4V_SCRATCH_FAULT, %g1
	ldxa	[%g1]PV_SUN4V_ASI_SCRATCH, %g1
	add	%g1, PV_SUN4V_FAULT_DATA + PV_SUN4V_FAULT_TYPE, %g1
	stxa	%g3, [%g1]ASI_REAL
	ba,a,pt	%xcc, miss_failed

	/* The entry of the direct map for %g3 in \to, which is not %g5. */
	.macro	DIRECT_ENTRY to
	sllx	%g3, 64 - PV_TSB_VA_BITS, \to
	srlx	\to, 64 - PV_TSB_VA_BITS + 22, \to
	sllx	\to, 22, \to
	mov	1, %g5
	sllx	%g5, 63, %g5
	or	\to, %g5, \to
	or	\to, PV_SUN4V_TTE_DATA & 0xfff, \to
	.endm

/*
 * The direct map is what lies above the hole: bits 63 to 43 all ones, in context 0. It has a buffer of
 * its own, indexed by 4 MiB.
 */
slow_d:	DESCRIPTION PV_SUN4V_FAULT_DATA
	brnz,pn	%g4, 1f
	 srax	%g3, PV_TSB_VA_BITS, %g5
	cmp	%g5, -1
	bne,pn	%xcc, 1f
	 nop
	DIRECT_ENTRY %g4
	sllx	%g3, 64 - 22 - PV_SUN4V_DIRECT_SHIFT, %g1
	srlx	%g1, 64 - PV_SUN4V_DIRECT_SHIFT, %g1
	sllx	%g1, 4, %g1
	sethi	%hi(pv_sun4v_direct_buffer), %g2
	add	%g1, %g2, %g1
	srlx	%g3, 22, %g2
	mov	1, %g5
	sllx	%g5, PV_TSB_TAG_INVALID, %g5
	stx	%g5, [%g1]
	stx	%g4, [%g1 + 8]
	stx	%g2, [%g1]
	retry
1:	PLACE
	WALK	D
walk_i:	DESCRIPTION 0
	PLACE
	WALK	I
walk_w:	DESCRIPTION PV_SUN4V_FAULT_DATA
	PLACE
	WALK	W

/* Before there is a buffer: MMU_MAP_ADDR. */
direct_now:
	DIRECT_ENTRY %g2
	mov	%o0, %g1
	mov	%g2, %o0
	mov	%o1, %g2
	mov	%o2, %g4
	mov	%o0, %o2
	mov	%o3, %g5
	mov	%o4, %g6
	mov	%o5, %g7
	mov	%g3, %o0
	clr	%o1
	mov	PV_SUN4V_MMU_DATA, %o3
	ta	PV_SUN4V_MAP_ADDR_TRAP
	CALL_DONE
	.section .note.GNU-stack, "", @progbits
