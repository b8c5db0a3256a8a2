/*
 * Numbers that sparc64 assembly shares: state bits, address spaces, stack layout
 * (SPARC V9; SCD 2.4 for the stack).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SPARC64_ASM_H
#define PV_SPARC64_ASM_H

#include "../../../hooks/sparc64/uframe.h"

#define PSTATE_AG		0x01	/* sun4u only, as MG and IG */
#define PSTATE_IE		0x02
#define PSTATE_PRIV		0x04
#define PSTATE_PEF		0x10
#define PSTATE_MG		0x400
#define PSTATE_IG		0x800
#define TSTATE_PSTATE		8	/* where PSTATE lies in TSTATE */
#define PIL_CLOSED		15

/* wrpr %g0, n, %gl: spelt as a word, because assemblers want -mcpu=niagara for the name. */
#define WRPR_GL(n)		.word 0xa1902000 + (n)

#define ASI_AIUS		0x11	/* the secondary context, as if in user mode */

#define NWINDOWS		8	/* all UltraSPARC, T-series: 8 */

#define STACK_BIAS		2047
#define STACK_FRAME		176	/* window save area and six argument words */

/* Which of the spill and fill vectors: WSTATE in user mode; in the kernel it is 0. */
#define WSTATE_USER		1

/* In struct pv_cpu. */
#define CPU_KERNEL_SP		16
#define CPU_PEF			24	/* scratch[0]: PSTATE_PEF, or 0: the FPU is off */

/*
 * Windows and stack of a CPU that starts or cannot go on: this window is the
 * first, nothing above it but room for a user frame. Spoils %g1.
 */
	.macro	WINDOWS_RESET stack_top
	wrpr	%g0, 0, %otherwin
	wrpr	%g0, 0, %canrestore
	wrpr	%g0, NWINDOWS - 2, %cansave
	wrpr	%g0, NWINDOWS - 1, %cleanwin
	wrpr	%g0, 0, %wstate
	setx	\stack_top - PV_UFRAME_SIZE - STACK_FRAME - STACK_BIAS, %g1, %sp
	clr	%fp
	clr	%i7
	.endm

#endif
