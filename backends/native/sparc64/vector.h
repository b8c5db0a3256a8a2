/*
 * Interrupt vectors of sun4u, for traps.S: between the definitions that the shared
 * trap table wants and the table itself come the macros, behind it VECTOR_CODE.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../common/sparc64/inputs.h"

/* UltraSPARC IIi User's Manual, 11.5. */
#define ASI_INTR_STATUS		0x49
#define INTR_BUSY		0x20
#define ASI_INTR_DATA		0x7f
#define INTR_DATA_0		0x40

	.macro	MACHINE_VECTOR other
	ba,a,pt	%xcc, vector
	.endm

	/* Not on this machine. */
	.macro	MACHINE_MONDOS other
	GO	\other, 4
	.endm

	/* Take the first word, release the receiver. */
	.macro	VECTOR_CODE
vector:	ldxa	[%g0]ASI_INTR_STATUS, %g1
	andcc	%g1, INTR_BUSY, %g0
	bz,pn	%xcc, 2f
	 mov	INTR_DATA_0, %g1
	ldxa	[%g1]ASI_INTR_DATA, %g1
	stxa	%g0, [%g0]ASI_INTR_STATUS
	membar	#Sync
	cmp	%g1, PV_SPARC64_WIRES
	blu,pt	%xcc, 1f
	 nop
	mov	PV_SPARC64_INPUT_STRAY, %g1
1:	NOTE_INPUT %g1, %g2, %g3
2:	retry
	.endm
