/*
 * Start of a sun4u CPU under OpenFirmware, the way back into the firmware for a
 * call, and the taking over of MMU and trap table from it.
 *
 * Found at entry: the firmware's trap table and mappings, among them the image where
 * its text is linked, physical = virtual; client interface in %o4. What is written gets
 * its own translation as soon as it is known that this is sun4u, the text when we take
 * over.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../common/sparc64/asm.h"
#include "../../common/sparc64/layout.h"
#include "../../common/tsb/numbers.h"
#include "mmu.h"

	.register %g2, #scratch
	.register %g3, #scratch
	.register %g6, #scratch
	.register %g7, #scratch

#define IMAGE_TTE_LOW		(TTE_L | TTE_CP | TTE_CV | TTE_P)

	/* Forget what is there for the 4 MiB at \page, nucleus context. Spoils %g1, %g2, %g3, %g4. */
	.macro	DEMAP_IMAGE page
	set	\page, %g2
	set	PV_SPARC64_PAGE, %g3
	set	8192, %g4
1:	or	%g2, DEMAP_NUCLEUS, %g1
	stxa	%g0, [%g1]ASI_IMMU_DEMAP
	stxa	%g0, [%g1]ASI_DMMU_DEMAP
	subcc	%g3, %g4, %g3
	bnz,pt	%xcc, 1b
	 add	%g2, %g4, %g2
	membar	#Sync
	.endm

	/* The entry of the image, which is at its physical address, with these bits: %g1. */
	.macro	IMAGE_ENTRY bits
	mov	7, %g1				/* valid, size 4 MiB */
	sllx	%g1, 61, %g1
	set	PV_SPARC64_TEXT | \bits, %g2
	or	%g1, %g2, %g1
	.endm

	/*
	 * This CPU's struct pv_cpu, which is in %g6, into the globals of all kinds of traps, where it stays.
	 * Interrupts off. Spoils %o5.
	 */
	.macro	PERCPU_GLOBALS
	mov	%g6, %o5
	wrpr	%g0, PSTATE_PRIV | PSTATE_AG, %pstate
	mov	%o5, %g6
	wrpr	%g0, PSTATE_PRIV | PSTATE_MG, %pstate
	mov	%o5, %g6
	wrpr	%g0, PSTATE_PRIV | PSTATE_IG, %pstate
	mov	%o5, %g6
	wrpr	%g0, PSTATE_PRIV, %pstate
	.endm

	.text
	.globl	pv_native_start
	.type	pv_native_start, #function
pv_native_start:
	wrpr	%g0, PIL_CLOSED, %pil
	mov	%o4, %l1
	call	pv_native_insist
	 mov	%o4, %o0
	mov	%l1, %o4
	rdpr	%pstate, %l0
	wrpr	%g0, PSTATE_PRIV, %pstate
	DEMAP_IMAGE PV_SPARC64_DATA
	IMAGE_ENTRY IMAGE_TTE_LOW | TTE_W
	set	PV_SPARC64_DATA, %g2
	mov	TAG_ACCESS, %g3
	stxa	%g2, [%g3]ASI_DMMU
	stxa	%g1, [%g0]ASI_DTLB_IN
	membar	#Sync
	wrpr	%l0, 0, %pstate
	WINDOWS_RESET pv_sparc64_stack_top
	setx	pv_native_of_handler, %g1, %g2
	stx	%o4, [%g2]
	setx	pv_native_of_tba, %g1, %g2
	rdpr	%tba, %g3
	stx	%g3, [%g2]
	setx	pv_sparc64_cpus, %g1, %g6
	call	pv_native_begin
	 nop
	ba,a,pt	%xcc, .
	.size	pv_native_start, . - pv_native_start

/*
 * uint64_t pv_native_of_call(uint64_t *cells): call the firmware, on a stack under a
 * locked entry, under its own trap table. All windows but this one are on their
 * stacks first, so the firmware never spills one of ours. The stack is one: no
 * handler of an interrupt may come to it while a call is there.
 */
	.globl	pv_native_of_call
	.type	pv_native_of_call, #function
pv_native_of_call:
	setx	of_stack_top - STACK_FRAME - STACK_BIAS, %g1, %g2
	rdpr	%pil, %o1
	wrpr	%g0, PIL_CLOSED, %pil
	save	%g2, 0, %sp
	flushw
	rdpr	%tba, %l0
	rdpr	%pstate, %l1
	mov	%g6, %l3
	wrpr	%g0, PSTATE_PRIV, %pstate
	setx	pv_native_of_tba, %g1, %g2
	ldx	[%g2], %g3
	wrpr	%g3, 0, %tba
	setx	pv_native_of_handler, %g1, %g2
	ldx	[%g2], %g3
	jmpl	%g3, %o7
	 mov	%i0, %o0
	mov	%o0, %i0
	wrpr	%g0, PSTATE_PRIV, %pstate
	setx	pv_native_of_tba, %g1, %g2
	ldx	[%g2], %g3
	cmp	%g3, %l0
	be,pn	%xcc, 1f			/* before we take over they are the firmware's */
	 mov	%l3, %g6
	PERCPU_GLOBALS
	wrpr	%l0, 0, %tba
1:	wrpr	%l1, 0, %pstate
	wrpr	%i1, 0, %pil
	ret
	 restore
	.size	pv_native_of_call, . - pv_native_of_call

/*
 * void pv_native_take_over(void): one locked 4 MiB entry for the text in each TLB, which
 * can be executed because there is one in the instruction TLB, and not be written; then
 * our own trap table. An old entry for the same page beside the new one would
 * be a multiple hit, so all go first, with both MMUs off: the image runs at its
 * physical address.
 */
	.globl	pv_native_take_over
	.type	pv_native_take_over, #function
pv_native_take_over:
	wrpr	%g0, PSTATE_PRIV, %pstate
	ldxa	[%g0]ASI_LSU, %o4
	andn	%o4, LSU_MMUS, %g1
	set	PV_SPARC64_TEXT, %o0
	stxa	%g1, [%g0]ASI_LSU
	membar	#Sync
	flush	%o0
	mov	PRIMARY_CONTEXT, %g1		/* both the kernel's */
	stxa	%g0, [%g1]ASI_DMMU
	mov	SECONDARY_CONTEXT, %g1
	stxa	%g0, [%g1]ASI_DMMU
	setx	pv_tsb_buffer, %g1, %g2
	or	%g2, PV_TSB_SIZE_CODE, %g2
	mov	TSB_BASE, %g1
	stxa	%g2, [%g1]ASI_DMMU
	stxa	%g2, [%g1]ASI_IMMU
	membar	#Sync
	DEMAP_IMAGE PV_SPARC64_TEXT
	IMAGE_ENTRY IMAGE_TTE_LOW
	mov	TAG_ACCESS, %g2
	stxa	%o0, [%g2]ASI_DMMU
	stxa	%g1, [%g0]ASI_DTLB_IN
	stxa	%o0, [%g2]ASI_IMMU
	stxa	%g1, [%g0]ASI_ITLB_IN
	membar	#Sync
	stxa	%o4, [%g0]ASI_LSU
	membar	#Sync
	flush	%o0
	PERCPU_GLOBALS
	setx	pv_native_trap_table, %g1, %g2
	wrpr	%g2, 0, %tba
	retl
	 wrpr	%g0, PSTATE_PRIV | PSTATE_IE, %pstate	/* the gate is PIL */
	.size	pv_native_take_over, . - pv_native_take_over

/*
 * void pv_native_demap(uintptr_t what, uint64_t context): what: page address, or with
 * DEMAP_CONTEXT. The instruction TLB takes no secondary context, so the primary one is
 * borrowed; at trap level 1 nothing of ours runs in it. A leaf without memory: no trap
 * may come.
 */
	.globl	pv_native_demap
	.type	pv_native_demap, #function
pv_native_demap:
	rdpr	%pstate, %o5
	wrpr	%g0, PSTATE_PRIV, %pstate
	wrpr	%g0, 1, %tl
	mov	PRIMARY_CONTEXT, %o2
	ldxa	[%o2]ASI_DMMU, %o3
	stxa	%o1, [%o2]ASI_DMMU
	membar	#Sync
	stxa	%g0, [%o0]ASI_DMMU_DEMAP
	stxa	%g0, [%o0]ASI_IMMU_DEMAP
	membar	#Sync
	stxa	%o3, [%o2]ASI_DMMU
	sethi	%hi(pv_native_demap), %o4
	flush	%o4
	wrpr	%g0, 0, %tl
	retl
	 wrpr	%o5, 0, %pstate
	.size	pv_native_demap, . - pv_native_demap

/*
 * void pv_native_tlb_load(uint64_t tag, uint64_t tte, which): tag: address | context. A
 * miss in between would have its own tag in the register: none can come, the image
 * is locked in.
 */
	.globl	pv_native_tlb_load
	.type	pv_native_tlb_load, #function
pv_native_tlb_load:
	rdpr	%pstate, %o5
	wrpr	%g0, PSTATE_PRIV, %pstate
	mov	TAG_ACCESS, %o3
	andcc	%o2, 1, %g0
	bz,pn	%icc, 1f
	 andcc	%o2, 2, %g0
	stxa	%o0, [%o3]ASI_DMMU
	stxa	%o1, [%g0]ASI_DTLB_IN
1:	bz,pt	%icc, 2f
	 nop
	stxa	%o0, [%o3]ASI_IMMU
	stxa	%o1, [%g0]ASI_ITLB_IN
2:	membar	#Sync
	sethi	%hi(pv_native_demap), %o4
	flush	%o4
	retl
	 wrpr	%o5, 0, %pstate
	.size	pv_native_tlb_load, . - pv_native_tlb_load

	.section .bss
	.balign	16
	.skip	16384
of_stack_top:
	.section .note.GNU-stack, "", @progbits
