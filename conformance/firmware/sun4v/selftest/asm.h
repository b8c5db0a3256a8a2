/*
 * What assembly and C of the self-test guest share: the layout of a strand's own record
 * and what a trap handler is told to do. The offsets are checked in test.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef ASM_H
#define ASM_H

/* struct strand; scratchpad 0 holds its address. */
#define STRAND_FAULT		0	/* real address of its fault status area, 0: none */
#define STRAND_TIMER		8	/* level 14 interrupts so far */
#define STRAND_SOFTINT		16	/* SOFTINT at the last of them */
#define STRAND_STACK		24
#define STRAND_FUNCTION		32
#define STRAND_QUEUE		64	/* four of these: */
#define QUEUE_BITS		6
#define QUEUE_COUNT		0	/* entries taken so far */
#define QUEUE_BASE		8	/* real */
#define QUEUE_MASK		16	/* size in bytes - 1 */
#define QUEUE_LOG		24	/* where entries are kept, so many of them: */
#define QUEUE_ENTRIES		128
#define QUEUE_TRAPS		32
#define QUEUE_TSTATE		40	/* of the last trap */
#define QUEUE_TL		48
#define STRAND_TRAP		512	/* struct trap of TL 1, 512 bytes, then of TL 2 */
#define TRAP_BITS		9
#define STRAND_SIZE		1536

/* struct trap */
#define TRAP_TT			0
#define TRAP_TL			8
#define TRAP_GL			16
#define TRAP_PC			24
#define TRAP_NPC		32
#define TRAP_TSTATE		40
#define TRAP_PIL		48
#define TRAP_PSTATE		56
#define TRAP_FAULT		64	/* 128 bytes: the fault status area as it was then */
#define TRAP_HALF		192	/* which half of the trap table: 0 or 1 */
#define TRAP_ACTION		200	/* taken once: the next trap wants a new one */
#define TRAP_ARG		208	/* three */
#define TRAP_COUNT		232
#define TRAP_RESULT		240

#define ACTION_NONE		0	/* the trap is unexpected: end of the guest */
#define ACTION_SKIP		1	/* go on behind the instruction */
#define ACTION_TSB		2	/* store {arg 1, arg 2} at arg 0, then the instruction again */
#define ACTION_RESUME		3	/* go on at arg 0, privileged, context 0 */
#define ACTION_RUN		4	/* the routine at arg 0, then behind the instruction */

/* struct entry: what a strand finds when it starts. */
#define ENTRY_PC		0
#define ENTRY_TL		8
#define ENTRY_GL		16
#define ENTRY_PSTATE		24
#define ENTRY_PIL		32
#define ENTRY_TBA		40
#define ENTRY_TT		48
#define ENTRY_ASI		56
#define ENTRY_CWP		64
#define ENTRY_CANSAVE		72
#define ENTRY_CANRESTORE	80
#define ENTRY_OTHERWIN		88
#define ENTRY_I			96	/* %i0, %i1 */
#define ENTRY_O			112	/* %o0 to %o5 */
#define ENTRY_HOW		160
#define ENTRY_STICK_CMPR	168
#define ENTRY_CLEANWIN		176

#define ENTRY_BY_ELF		1
#define ENTRY_AT_20		2	/* real base + 0x20 */
#define ENTRY_BY_START		3	/* CPU_START */

/* struct call: one hypervisor call. */
#define CALL_O			0	/* %o0 to %o5, in and out */
#define CALL_PSTATE		48	/* bits of PSTATE to turn over around it */
#define CALL_SPOILT		56	/* out: what it should have kept and did not */

#define STACK_BIAS		2047
#define FRAME			192
#define BOOT_STACK		0x8000
#define FATAL_STACK		0x2000

#define ASI_REAL		0x14
#define ASI_SCRATCHPAD		0x20
#define ASI_CONTEXT		0x21
#define ASI_QUEUE		0x25

#define PSTATE_IE		0x002
#define PSTATE_PRIV		0x004
#define PSTATE_AM		0x008
#define PSTATE_PEF		0x010
#define PSTATE_TLE		0x100
#define PSTATE_CLE		0x200

#endif
