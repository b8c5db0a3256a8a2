/*
 * Where a strand's state lies, for assembly and C. A strand is a virtual CPU: what the
 * guest has in registers while another one runs, and what the hypervisor knows of it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef STRAND_H
#define STRAND_H

#define S_O		0x000	/* %o0 to %o7, valid in the hypervisor */
#define S_L		0x040	/* %l, %i and the globals in use: only for the traps that ask for them */
#define S_I		0x080
#define S_G		0x0c0
#define S_BUSY		0x100	/* it is in the hypervisor */
#define S_FULL		0x108	/* S_L, S_I and S_G are valid, and go back */
#define S_Y		0x828	/* C multiplies by it */
#define S_PC		0x110	/* LEAVE_JUMP: to there, with that PSTATE */
#define S_PSTATE	0x118
/* From here on: valid while another strand runs. */
#define S_TL		0x120
#define S_TRAPS		0x128	/* TSTATE, TPC, TNPC, TT of TL 1 to 3 */
#define S_GLOBALS	0x188	/* of GL 0 to 3 */
#define S_WINDOWS	0x288	/* %l and %i of each */
#define S_STATE		0x688	/* the order of save_state: */
#define STATE_WORDS	20
#define S_FLOATS	0x728
#define S_SIZE		0x830

/* Words of S_STATE. */
#define ST_CANSAVE	0
#define ST_CANRESTORE	1
#define ST_CLEANWIN	2
#define ST_OTHERWIN	3
#define ST_WSTATE	4
#define ST_PIL		5
#define ST_TBA		6
#define ST_FPRS		8
#define ST_GSR		9
#define ST_SOFTINT	10
#define ST_STICK_CMPR	11
#define ST_TICK_CMPR	12
#define ST_PRIMARY	13
#define ST_SECONDARY	14
#define ST_LSU		15
#define ST_FSR		16

/* What the C side answers a trap with. */
#define LEAVE_DONE	0
#define LEAVE_RETRY	1
#define LEAVE_JUMP	2
#define LEAVE_SWITCH	3	/* retry, but in the strand that next_strand tells */

#define NWINDOWS	8
#define SCRATCHPADS	8
#define S_SCRATCH	S_SIZE			/* the eight scratchpad registers */
#define S_END		(S_SIZE + 8 * SCRATCHPADS)

#endif
