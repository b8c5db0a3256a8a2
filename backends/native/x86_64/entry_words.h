/*
 * What the entry and exit code of bare metal x86_64 is made of. Assembly only;
 * numbers are checked in traps.c and user.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../common/x86_64/save.h"

#define FRAME_VECTOR	120		/* __builtin_offsetof(struct pv_frame, vector) */
#define FRAME_CS	144
#define SLOT_IRET	(21 * 8)
#define SLOT_SWAPGS	(22 * 8)
#define CPU_KERNEL_SP	%gs:pv_percpu_offset + 16	/* in struct pv_cpu */
#define CPU_SCRATCH	%gs:pv_percpu_offset + 24

	.weak	pv_percpu_offset

	/* A site in assembly; see <pv/x86/site.h>. kind 0 call, 1 jump. */
	.macro	site offset, length, kind
.Lpv_site\@:
	.if	\kind
	jmp	*pv_ops + \offset(%rip)
	.else
	call	*pv_ops + \offset(%rip)
	.endif
	.if	\length > 6
	.skip	\length - 6, 0x90
	.endif
	.pushsection pv_sites, "ao", @progbits, .Lpv_site\@
	.balign	4
	.long	.Lpv_site\@ - .
	.short	\offset
	.byte	\length, \kind
	.popsection
	.endm

	/* User mode may have set AC, and so may a user copy that took this fault: it switches SMAP off. */
	.macro	clear_ac
	testb	$1, pv_x86_smap(%rip)
	jz	773f
	.byte	0x0f, 0x01, 0xca	/* clac */
773:
	.endm
