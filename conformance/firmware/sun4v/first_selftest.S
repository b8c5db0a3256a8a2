/*
 * Guest that checks first.S against the sun4v API and prints TAP. Shares no code
 * with libpv. Link at 0x404000 like any guest image. It ends with a trap that the
 * hypervisor must not survive silently; the harness looks for its line.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.register %g2, #scratch; .register %g3, #scratch

	.macro	SAY text
	.section .rodata; 9: .asciz "\text"; .text
	setx	9b, %g1, %l1
	call	say
	 nop
	.endm
	/* One core or fast trap with its arguments, its status and its first result (-: not looked at). */
	.macro	TRY number, trap, function, arg0, arg1, arg2, status, result=-, what
	mov	\function, %o5
	mov	\arg0, %o0
	mov	\arg1, %o1
	mov	\arg2, %o2
	ta	\trap
	sub	%o0, \status, %l2
	.ifnc	\result, -
	sub	%o1, \result, %o1
	or	%l2, %o1, %l2
	.endif
	brz,pt	%l2, 1f
	 nop
	SAY	"not "
1:	SAY	"ok \number - \what\r\n"
	.endm

	.globl	_start
_start:	rdpr	%tl, %l3
	rdpr	%gl, %l4
	wrpr	%g0, 0, %tl
	wrpr	%g0, 0, %gl
	wrpr	%g0, 4, %pstate
	SAY	"TAP version 13\r\n1..16\r\n"
	TRY	1, 0x80, 0x60, 0, 0, 0, 7, -, "fast traps are refused before core is negotiated"
	TRY	2, 0xff, 0, 0x100, 1, 0, 6, -, "an unknown group is refused"
	TRY	3, 0xff, 0, 1, 2, 0, 13, -, "an unknown major is refused"
	TRY	4, 0x80, 0x12, 0, 0, 0, 7, -, "a refused major negotiates nothing"
	TRY	5, 0xff, 0, 0, 1, 7, 0, 0, "sun4v 1.7 becomes 1.0"
	TRY	6, 0x80, 0x12, 0, 0, 0, 7, -, "group sun4v does not open the core group"
	TRY	7, 0xff, 0, 1, 1, 5, 0, 0, "core 1.5 becomes 1.0"
	TRY	8, 0x80, 0x12, 0, 0, 0, 0, -, "CPU_YIELD returns"
	TRY	9, 0x80, 0x60, 0, 0, 0, 9, -, "CONS_GETCHAR has nothing"
	TRY	10, 0x80, 0x61, -1, 0, 0, 0, -, "CONS_PUTCHAR takes a break"
	TRY	11, 0x80, 0x14, 0x3c, 0, 0, 7, -, "an unknown function is refused"
	TRY	12, 0xff, 9, 0, 0, 0, 7, -, "an unknown core function is refused"
	TRY	13, 0xff, 0, 1, 0, 0, 0, -, "major 0 drops the group"
	TRY	14, 0x80, 0x12, 0, 0, 0, 7, -, "and its functions are refused again"
	cmp	%l3, 2
	bne,pn	%xcc, 1f
	 cmp	%l4, 2
	be,pt	%xcc, 2f
	 nop
1:	SAY	"not "
2:	SAY	"ok 15 - entered with TL and GL 2\r\n"
	set	_start, %l3			/* memory holds the image: base <= it < base + size */
	sub	%l3, %i0, %l3
	cmp	%l3, %i1
	blu,pt	%xcc, 2f
	 nop
	SAY	"not "
2:	SAY	"ok 16 - memory in the registers at entry\r\n"
	ta	0x83				/* no MMU calls in this hypervisor */

/* Prints the text at %l1; spoils %o0, %o5 and %l1. */
say:	ldub	[%l1], %o0
	inc	%l1
	brz,pn	%o0, 1f
	 mov	1, %o5
	ta	0xff
	ba,a,pt	%xcc, say
1:	retl
	 nop
