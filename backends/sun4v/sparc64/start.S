/*
 * Start of the boot CPU under a sun4v hypervisor: MMU off, real addresses, trap
 * level and global level 2, where any trap would be the end, so these go first.
 * %i0 and %i1: memory that the image lies in.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../common/sparc64/asm.h"

	.register %g2, #scratch
	.register %g6, #scratch

	.text
	.globl	pv_sun4v_start
	.type	pv_sun4v_start, #function
pv_sun4v_start:
	wrpr	%g0, 0, %tl
	WRPR_GL_0
	wrpr	%g0, PIL_CLOSED, %pil
	wrpr	%g0, PSTATE_PRIV, %pstate
	mov	%i0, %o0
	mov	%i1, %o1
	WINDOWS_RESET pv_sparc64_stack_top
	setx	pv_sun4v_trap_table, %g1, %g2
	wrpr	%g2, 0, %tba
	wrpr	%g0, PSTATE_PRIV | PSTATE_IE, %pstate	/* the gate is PIL */
	setx	pv_sparc64_cpus, %g1, %g6
	call	pv_sun4v_begin
	 nop
	ba,a,pt	%xcc, .
	.size	pv_sun4v_start, . - pv_sun4v_start
	.section .note.GNU-stack, "", @progbits
