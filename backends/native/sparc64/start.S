/*
 * Start of a sun4u CPU under OpenFirmware, the way back into the firmware for a
 * call, and the taking over of MMU and trap table from it.
 *
 * Found at entry: the firmware's trap table and mappings, among them the image at
 * its linked address, physical = virtual; client interface in %o4.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../common/sparc64/asm.h"

	.register %g2, #scratch
	.register %g3, #scratch
	.register %g6, #scratch
	.register %g7, #scratch

#define ASI_LSU			0x45
#define LSU_MMUS		0x0c
#define ASI_IMMU		0x50	/* registers; tag access at 0x30 */
#define ASI_ITLB_IN		0x54
#define ASI_IMMU_DEMAP		0x57
#define ASI_DMMU		0x58
#define ASI_DTLB_IN		0x5c
#define ASI_DMMU_DEMAP		0x5f
#define TAG_ACCESS		0x30
#define DEMAP_NUCLEUS		0x20

#define IMAGE_PAGE		0x400000	/* 4 MiB; the linker script keeps us inside */
#define IMAGE_TTE_LOW		0x76		/* locked, cacheable, privileged, writable */

	.text
	.globl	pv_native_start
	.type	pv_native_start, #function
pv_native_start:
	wrpr	%g0, PIL_CLOSED, %pil
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
 * uint64_t pv_native_of_call(uint64_t *cells): call the firmware, on a stack that
 * its mappings know, under its trap table. All windows but this one are on their
 * stacks first, so the firmware never spills one of ours.
 */
	.globl	pv_native_of_call
	.type	pv_native_of_call, #function
pv_native_of_call:
	setx	of_stack_top - STACK_FRAME - STACK_BIAS, %g1, %g2
	save	%g2, 0, %sp
	flushw
	rdpr	%tba, %l0
	rdpr	%pstate, %l1
	rdpr	%pil, %l2
	mov	%g6, %l3
	wrpr	%g0, PIL_CLOSED, %pil
	wrpr	%g0, PSTATE_PRIV, %pstate
	setx	pv_native_of_tba, %g1, %g2
	ldx	[%g2], %g3
	wrpr	%g3, 0, %tba
	setx	pv_native_of_handler, %g1, %g2
	ldx	[%g2], %g3
	jmpl	%g3, %o7
	 mov	%i0, %o0
	mov	%o0, %i0
	wrpr	%l0, 0, %tba
	mov	%l3, %g6
	wrpr	%l2, 0, %pil
	wrpr	%l1, 0, %pstate
	ret
	 restore
	.size	pv_native_of_call, . - pv_native_of_call

/*
 * void pv_native_take_over(void): one locked 4 MiB entry for the image in each TLB,
 * then our own trap table. An old entry for the same page beside the new one would
 * be a multiple hit, so all go first, with both MMUs off: the image runs at its
 * physical address.
 */
	.globl	pv_native_take_over
	.type	pv_native_take_over, #function
pv_native_take_over:
	wrpr	%g0, PSTATE_PRIV, %pstate
	ldxa	[%g0]ASI_LSU, %o4
	andn	%o4, LSU_MMUS, %g1
	set	IMAGE_PAGE, %o0
	stxa	%g1, [%g0]ASI_LSU
	membar	#Sync
	flush	%o0
	mov	0x08, %g1			/* primary and secondary context: the kernel's */
	stxa	%g0, [%g1]ASI_DMMU
	mov	0x10, %g1
	stxa	%g0, [%g1]ASI_DMMU
	membar	#Sync
	add	%o0, %o0, %o1			/* 4 MiB further */
1:	or	%o0, DEMAP_NUCLEUS, %g1
	stxa	%g0, [%g1]ASI_IMMU_DEMAP
	stxa	%g0, [%g1]ASI_DMMU_DEMAP
	set	8192, %g1
	add	%o0, %g1, %o0
	cmp	%o0, %o1
	blu,pt	%xcc, 1b
	 membar	#Sync
	set	IMAGE_PAGE, %o0
	mov	7, %g1				/* valid, size 4 MiB */
	sllx	%g1, 61, %g1
	or	%g1, %o0, %g1
	or	%g1, IMAGE_TTE_LOW, %g1
	mov	TAG_ACCESS, %g2
	stxa	%o0, [%g2]ASI_DMMU
	stxa	%g1, [%g0]ASI_DTLB_IN
	stxa	%o0, [%g2]ASI_IMMU
	stxa	%g1, [%g0]ASI_ITLB_IN
	membar	#Sync
	stxa	%o4, [%g0]ASI_LSU
	membar	#Sync
	flush	%o0
	setx	pv_native_trap_table, %g1, %g2
	wrpr	%g2, 0, %tba
	retl
	 wrpr	%g0, PSTATE_PRIV | PSTATE_IE, %pstate	/* the gate is PIL */
	.size	pv_native_take_over, . - pv_native_take_over

	.section .bss
	.balign	16
	.skip	16384
of_stack_top:
	.section .note.GNU-stack, "", @progbits
