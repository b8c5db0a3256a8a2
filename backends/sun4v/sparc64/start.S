/*
 * Start of the boot CPU under a sun4v hypervisor, from the image at some real
 * address with the MMU off to C at its linked address. Until then everything here
 * is position independent. Found: %i0 and %i1, memory that the image lies in;
 * %l0, its real address less that of its text as linked.
 *
 * What the hypervisor refuses here is said with the one call that needs no
 * agreement, API_PUTCHAR, and is the end.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../common/sparc64/asm.h"
#include "../../common/sparc64/layout.h"
#include "sun4v_asm.h"

	.register %g2, #scratch
	.register %g3, #scratch
	.register %g6, #scratch

	/* Real address of a symbol in text or constants, of a mark of the linker script, of data; spoils %g1. */
	.macro	REAL symbol, reg
	setx	\symbol, %g1, \reg
	add	\reg, %l0, \reg
	.endm
	.macro	REAL_DATA symbol, reg
	REAL	\symbol - PV_SPARC64_ALIAS, \reg
	.endm

	/* A permanent mapping of the image. */
	.macro	MAP va, tte, tlbs, name
	set	\va, %o0
	clr	%o1
	set	PV_SPARC64_TEXT, %o2
	add	%o2, %l0, %o2
	setx	\tte, %g1, %g2
	or	%o2, %g2, %o2
	mov	\tlbs, %o3
	HCALL	PV_SUN4V_FAST_TRAP, PV_SUN4V_MMU_MAP_PERM_ADDR, \name
	.endm

	/* A call with its function number in %o5; `name` is for the message if it is refused. */
	.macro	HCALL trap, function, name
	mov	\function, %o5
	ta	\trap
	brnz,pn	%o0, \name
	 nop
	.endm

	.macro	REFUSED name, text
	.section .rodata
9:	.asciz	"\text"
	.text
\name:	REAL	9b, %l1
	ba,a,pt	%xcc, refused
	.endm

	.text
	.globl	pv_sun4v_start
	.type	pv_sun4v_start, #function
pv_sun4v_start:
	set	PV_SPARC64_PAGE - 1, %g1
	andcc	%l0, %g1, %g0
	bnz,pn	%xcc, crooked
	 nop
	setx	pv_sparc64_stack_top, %g1, %g2
	set	PV_SPARC64_DATA, %g1
	cmp	%g2, %g1
	blu,pn	%xcc, one_page
	 nop
	.weak	pv_image_bss, pv_image_end
	setx	pv_image_bss, %g1, %l1		/* a raw image brings none */
	brz,pn	%l1, 2f
	 nop
	add	%l1, %l0, %l1
	REAL	pv_image_end, %l2
1:	stx	%g0, [%l1]
	add	%l1, 8, %l1
	cmp	%l1, %l2
	blu,pt	%xcc, 1b
	 nop

	/* The groups that the calls of a start belong to. */
2:	mov	PV_SUN4V_GROUP_SUN4V, %o0
	mov	1, %o1
	clr	%o2
	HCALL	PV_SUN4V_CORE_TRAP, PV_SUN4V_API_SET_VERSION, no_group
	mov	PV_SUN4V_GROUP_CORE, %o0
	mov	1, %o1
	mov	1, %o2
	HCALL	PV_SUN4V_CORE_TRAP, PV_SUN4V_API_SET_VERSION, no_core

	/* Where misses are described, or the first would be fatal; then the image. */
	REAL_DATA pv_sun4v_fault_areas, %o0
	mov	PV_SUN4V_SCRATCH_FAULT, %g1
	stxa	%o0, [%g1]PV_SUN4V_ASI_SCRATCH
	HCALL	PV_SUN4V_FAST_TRAP, PV_SUN4V_MMU_FAULT_AREA_CONF, no_area
	MAP	PV_SPARC64_TEXT, PV_SUN4V_TTE_TEXT, PV_SUN4V_MMU_BOTH, no_text
	MAP	PV_SPARC64_DATA, PV_SUN4V_TTE_DATA, PV_SUN4V_MMU_DATA, no_data
	mov	0x08, %g1			/* primary and secondary context: nobody promises the kernel's */
	stxa	%g0, [%g1]PV_SUN4V_ASI_MMU
	mov	0x10, %g1
	stxa	%g0, [%g1]PV_SUN4V_ASI_MMU
	membar	#Sync
	mov	1, %o0
	setx	1f, %g1, %o1
	HCALL	PV_SUN4V_FAST_TRAP, PV_SUN4V_MMU_ENABLE, no_mmu

	/* Linked addresses from here on. */
1:	mov	%l0, %o2
	WINDOWS_RESET pv_sparc64_stack_top
	setx	pv_sun4v_trap_table, %g1, %g2
	wrpr	%g2, 0, %tba
	setx	pv_sparc64_cpus, %g1, %g6
	stxa	%g6, [%g0]PV_SUN4V_ASI_SCRATCH
	wrpr	%g0, PSTATE_PRIV | PSTATE_IE, %pstate	/* the gate is PIL */
	mov	%i0, %o0
	mov	%i1, %o1
	call	pv_sun4v_begin
	 nop
	ba,a,pt	%xcc, .
	.size	pv_sun4v_start, . - pv_sun4v_start

	REFUSED	no_group, "API_SET_VERSION of group sun4v, 1.0"
	REFUSED	no_core, "API_SET_VERSION of group core, 1.1"
	REFUSED	no_area, "MMU_FAULT_AREA_CONF"
	REFUSED	no_text, "MMU_MAP_PERM_ADDR of the text"
	REFUSED	no_data, "MMU_MAP_PERM_ADDR of the data"
	REFUSED	no_mmu, "MMU_ENABLE"

/* %o0: the error's number, 1 to 17; %l1: the call's name, at its real address. */
refused:
	mov	%o0, %l3
	REAL	text_refused, %l2
	call	say
	 nop
	mov	%l1, %l2
	call	say
	 nop
	REAL	text_error, %l2
	call	say
	 nop
	mov	'1', %o0
	subcc	%l3, 10, %l4
	movcs	%xcc, %l3, %l4
	bcs,pn	%xcc, 1f
	 mov	PV_SUN4V_API_PUTCHAR, %o5
	ta	PV_SUN4V_CORE_TRAP
1:	add	%l4, '0', %o0
	mov	PV_SUN4V_API_PUTCHAR, %o5
	ta	PV_SUN4V_CORE_TRAP
	REAL	text_end, %l2
	call	say
	 nop
	mov	1, %o0
	mov	PV_SUN4V_API_EXIT, %o5
	ta	PV_SUN4V_CORE_TRAP
	ba,a,pt	%xcc, .
one_page:
	REAL	pv_sparc64_one_page, %l2
	ba,a,pt	%xcc, end
crooked:
	REAL	text_crooked, %l2
end:	call	say
	 nop
	mov	1, %o0
	mov	PV_SUN4V_API_EXIT, %o5
	ta	PV_SUN4V_CORE_TRAP
	ba,a,pt	%xcc, .

say:	ldub	[%l2], %o0
	brz,pn	%o0, 1f
	 mov	PV_SUN4V_API_PUTCHAR, %o5
	ta	PV_SUN4V_CORE_TRAP
	ba,pt	%xcc, say
	 inc	%l2
1:	retl
	 nop

	.section .rodata
text_refused:
	.asciz	"libpv: this hypervisor refuses "
text_error:
	.asciz	" with error "
text_end:
	.asciz	": a sun4v guest cannot start without it\r\n"
text_crooked:
	.ascii	"libpv: from its real address the image cannot move up to where 4 MiB can be mapped: give the "
	.asciz	"guest 4 MiB more, or link with the marks of examples/ld/sparc64.ld\r\n"

	.section .note.GNU-stack, "", @progbits
