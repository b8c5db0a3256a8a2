/*
 * Trap table of a sun4v guest: the shared table with global levels. The MMU is
 * off, so there is no fault to describe and no miss to answer yet.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../common/sparc64/asm.h"

#define TABLE			pv_sun4v_trap_table

	.macro	MACHINE_GLOBALS
	WRPR_GL_0
	wrpr	%g0, PSTATE_PRIV, %pstate
	.endm

	.macro	MACHINE_FAULT
	clr	%g4
	clr	%g5
	clr	%g7
	.endm

	.macro	MACHINE_MISS other
	GO	\other, 4
	.endm

#include "../../common/sparc64/traptable.h"
	.section .note.GNU-stack, "", @progbits
