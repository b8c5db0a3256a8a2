/*
 * Numbers that sparc64 assembly shares: state bits, address spaces, stack layout
 * (SPARC V9; SCD 2.4 for the stack).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SPARC64_ASM_H
#define PV_SPARC64_ASM_H

#define PSTATE_IE		0x02
#define PSTATE_PRIV		0x04
#define PSTATE_MG		0x400	/* sun4u only */
#define PIL_CLOSED		15

/* wrpr %g0, 0, %gl: spelt as a word, because assemblers want -mcpu=niagara for the name. */
#define WRPR_GL_0		.word 0xa1902000

#define NWINDOWS		8	/* all UltraSPARC, T-series: 8 */

#define STACK_BIAS		2047
#define STACK_FRAME		176	/* window save area and six argument words */

/*
 * Windows and stack of a CPU that starts or cannot go on: this window is the
 * first, nothing above it. Spoils %g1.
 */
	.macro	WINDOWS_RESET stack_top
	wrpr	%g0, 0, %otherwin
	wrpr	%g0, 0, %canrestore
	wrpr	%g0, NWINDOWS - 2, %cansave
	wrpr	%g0, NWINDOWS - 1, %cleanwin
	wrpr	%g0, 0, %wstate
	setx	\stack_top - STACK_FRAME - STACK_BIAS, %g1, %sp
	clr	%fp
	clr	%i7
	.endm

#endif
