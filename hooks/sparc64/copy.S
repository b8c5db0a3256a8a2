/*
 * User memory on sparc64: the only instructions of the library that touch it,
 * through ASI_AIUS: as user mode, in the secondary context, which is the current
 * space's. Each has a record in pv_extable, so that a fault that nobody resolves
 * ends in "no". Leaf functions: a fault comes back in the same register window.
 *
 * Contracts: hooks/user_isa.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define ASI_AIUS	0x11

	.register %g2, #scratch

	.macro	fn name
	.globl	\name
	.type	\name, #function
	.balign	16
\name:
	.endm

	/* A fault at label `at` goes on at `to`. */
	.macro	recover at, to
.Lrecover\@:
	.pushsection pv_extable, "ao", @progbits, .Lrecover\@
	.balign	4
	.word	%r_disp32(\at)
	.word	%r_disp32(\to)
	.popsection
	.endm

	/* Copy %o2 bytes from %o1 to %o0: doublewords where both lie on their boundaries, else bytes. */
	.macro	COPY from, to
	or	%o0, %o1, %g1
	andcc	%g1, 7, %g0
	bnz,pn	%xcc, 2f
	 cmp	%o2, 8
	blu,pn	%xcc, 2f
	 nop
1:	ldxa	[%o1]\from, %g1
11:	stxa	%g1, [%o0]\to
	sub	%o2, 8, %o2
	add	%o1, 8, %o1
	cmp	%o2, 8
	bgeu,pt	%xcc, 1b
	 add	%o0, 8, %o0
2:	brz,pn	%o2, 4f
	 nop
3:	lduba	[%o1]\from, %g1
33:	stba	%g1, [%o0]\to
	subcc	%o2, 1, %o2
	add	%o1, 1, %o1
	bnz,pt	%xcc, 3b
	 add	%o0, 1, %o0
4:	retl
	 mov	1, %o0
	.endm

#define ASI_P	0x80

	.text
no:	retl
	 clr	%o0

	fn	pv_isa_copy_in		/* %o0 to, %o1 from, %o2 size -> %o0 */
	COPY	ASI_AIUS, ASI_P
	recover	1b, no
	recover	3b, no

	fn	pv_isa_copy_out
	COPY	ASI_P, ASI_AIUS
	recover	11b, no
	recover	33b, no

	fn	pv_isa_fetch32		/* %o0 to, %o1 from -> %o0 */
1:	lduwa	[%o1]ASI_AIUS, %g1
	stw	%g1, [%o0]
	retl
	 mov	1, %o0
	recover	1b, no

	fn	pv_isa_store32		/* %o0 to, %o1 value -> %o0 */
1:	stwa	%o1, [%o0]ASI_AIUS
	retl
	 mov	1, %o0
	recover	1b, no

	fn	pv_isa_copy_string	/* %o0 to, %o1 from, %o2 size -> %o0 */
	clr	%g2
1:	cmp	%g2, %o2
	be,pn	%xcc, 3f
	 nop
2:	lduba	[%o1]ASI_AIUS, %g1
	stb	%g1, [%o0 + %g2]
	brz,pn	%g1, 3f
	 add	%o1, 1, %o1
	ba,pt	%xcc, 1b
	 inc	%g2
3:	retl
	 mov	%g2, %o0
4:	retl
	 mov	-1, %o0
	recover	2b, 4b
	.section .note.GNU-stack, "", @progbits
