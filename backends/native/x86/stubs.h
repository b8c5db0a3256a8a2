/*
 * The 256 trap stubs of x86, for trap.S of both ISAs and for those who need their
 * addresses. A stub pushes its vector less 128, which fits one byte for all of them,
 * and jumps to the end of its group; there a hop leads on, to `no_code` or, for
 * vectors with an error code from the CPU, to `with_code`.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_NATIVE_STUBS_H
#define PV_NATIVE_STUBS_H

#include "../../common/x86/vectors.h"

#define STUB_BYTES	4		/* push imm8, jmp rel8 */
#define STUB_GROUP	32		/* as many as a short jump reaches over */
#define STUB_HOPS	12		/* bytes at the end of a group */
#define STUB_GROUP_BYTES	(STUB_GROUP * STUB_BYTES + STUB_HOPS)
#define STUBS_BYTES	(256 / STUB_GROUP * STUB_GROUP_BYTES)
#define STUB_OFFSET(v)	((v) * STUB_BYTES + (v) / STUB_GROUP * STUB_HOPS)

#ifdef __ASSEMBLER__
#define STUB_BIAS	128

	/* own: a macro (vector) that makes a stub of another kind and sets own_stub, or does neither. */
	.macro	stubs own
	.globl	pv_native_stubs
pv_native_stubs:
	.set	vector, 0
	.rept	256 / STUB_GROUP
	.rept	STUB_GROUP
	.set	own_stub, 0
	.ifnb	\own
	\own	vector
	.endif
	.if	own_stub == 0
	push	$(vector - STUB_BIAS)
	.if	PV_HAS_CODE(vector)
	jmp	702f
	.else
	jmp	701f
	.endif
	.endif
	.set	vector, vector + 1
	.org	pv_native_stubs + STUB_OFFSET(vector - 1) + STUB_BYTES
	.endr
701:	jmp	no_code
702:	jmp	with_code
	.org	pv_native_stubs + STUB_OFFSET(vector)
	.endr
	.endm
#endif

#endif
