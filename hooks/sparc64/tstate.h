/*
 * TSTATE of user mode (SPARC V9 5.2.13): what programs have as they like, and what
 * they all have. Memory order is total store order; interrupts are on.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SPARC64_TSTATE_H
#define PV_SPARC64_TSTATE_H

#define TSTATE_CCR		0x000000ff00000000ul
#define TSTATE_ASI		0x00000000ff000000ul
#define TSTATE_CARRY		0x0000001100000000ul	/* of %icc and of %xcc */
#define TSTATE_IE		0x0000000000000200ul
#define TSTATE_PRIMARY		0x0000000080000000ul	/* %asi: the usual one */

#define TSTATE_USER		(TSTATE_PRIMARY | TSTATE_IE)
/* From an untrusted place. */
#define TSTATE_OF(tstate)	(((tstate) & (TSTATE_CCR | TSTATE_ASI)) | TSTATE_IE)

#endif
