/*
 * First light on sun4v: the least hypervisor that starts a guest under QEMU's
 * `-M sun4v -bios first.bin -kernel guest.elf`. The calls are listed at core: and
 * fast:. No MMU: the guest runs on real addresses. No RAM: the negotiated groups
 * sit in a scratchpad register of the hypervisor's own. Any other trap in here is
 * printed and ends the run. Guest state at entry as the sun4v API says, except that
 * PC is the entry of the ELF file. Link with -Ttext=0x1fff0000000, objcopy -O binary.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define UART		0x1fe020003f8	/* 16550, one byte per register */
#define FW_CFG		0x1fe02000510	/* selector; data port one byte above */
#define IO_LIMIT	0x1fe0100091d	/* PCI bridge A: which I/O ports it forwards */
#define POWER		0x1fe02007240
#define RESET		0x1fe0000f020	/* host bridge: reset control */
#define ASI_HV_SCRATCH	0x4f
#define GROUPS		0x20		/* scratchpad offset: bit n = group n negotiated */

	.register %g2, #scratch; .register %g3, #scratch
	.register %g6, #scratch; .register %g7, #scratch

	.macro	CALL to				/* leaves the guest's %o7 alone */
	rd	%pc, %g7
	ba,pt	%xcc, \to
	 add	%g7, 12, %g7
	.endm
	.macro	PUTC reg			/* UART in %g3; spoils %g6 */
8:	ldub	[%g3 + 5], %g6
	andcc	%g6, 0x20, %g0
	GOIF	z, 8b
	stb	\reg, [%g3]
	.endm
	.macro	SAY text
	.text	1; 9: .asciz "\text"; .text 0
	setx	9b, %g2, %g1
	CALL	puts
	.endm
	.macro	SAYHEX reg, bits
	sllx	\reg, 64 - \bits, %g1
	mov	\bits, %g2
	CALL	puthex
	.endm
	.macro	POKE size, address, value
	setx	\address, %g1, %g2
	set	\value, %g1
	st\size	%g1, [%g2]
	.endm
	.macro	GOIF cond, to			/* branch with nothing in the delay slot */
	b\cond,pn %xcc, \to; nop
	.endm
	.macro	CASE number, to
	cmp	%o5, \number; GOIF e, \to
	.endm
	.macro	ANSWER code
	mov	\code, %o0; done
	.endm
	.macro	ENTER				/* UART in %g3, negotiated groups in %g5 */
	wrpr	%g0, 4, %pstate			/* QEMU leaves the guest's AM and CLE standing */
	setx	UART, %g1, %g3
	mov	GROUPS, %g4
	ldxa	[%g4]ASI_HV_SCRATCH, %g5
	.endm
	.macro	VECTOR to, count
	.rept	\count
	ba,a,pt	%xcc, \to
	.balign	32
	.endr
	.endm

	VECTOR	unknown, 1
	VECTOR	reset, 2			/* power-on, and any later reset */
	VECTOR	unknown, 5
	.balign	0x4000
htable:	VECTOR	unknown, 0x180
	VECTOR	fast, 1
	VECTOR	unknown, 0x7e
	VECTOR	core, 1
reset:	wrpr	%g0, 1, %tl			/* it is MAXTL: no trap before this */
	.irp	r, %cwp, %otherwin, %canrestore, %wstate, %tba, %tt
	wrpr	%g0, 0, \r
	.endr
	mov	%g2, %i1			/* QEMU puts the bytes of RAM there */
	setx	htable, %g1, %g2
	wrhpr	%g2, %htba
	stxa	%g0, [%g0]0x45			/* both MMUs off */
	wrpr	%g0, 0, %tick			/* clears NPT, which a guest would take for time */
	wr	%g0, 0, %stick
	wr	%g0, -1, %tick_cmpr		/* off: this may not be the first start */
	wr	%g0, -1, %stick_cmpr
	wr	%g0, -1, %clear_softint
	ENTER					/* leaves RED state */
	stxa	%g0, [%g4]ASI_HV_SCRATCH
	wrpr	%g0, 6, %cansave
	wrpr	%g0, 7, %cleanwin
	wrpr	%g0, 15, %pil
	wr	%g0, 0, %asi
	setx	FW_CFG, %g3, %g4
	mov	0x07, %g1			/* where the kernel starts, */
	stha	%g1, [%g4]0x1d			/* the selector in little-endian, */
	clr	%l0
	clr	%g3
1:	ldub	[%g4 + 1], %g1			/* least significant byte first */
	sllx	%g1, %g3, %g1
	or	%l0, %g1, %l0
	subcc	%g3, 56, %g0
	bne,pt	%xcc, 1b
	 add	%g3, 8, %g3
	clr	%i0				/* RAM starts at 0 */
	clr	%o0
	clr	%o4				/* no OpenFirmware */
	wrpr	%g0, 2, %tl
	wrpr	%g0, 0, %tt
	wrpr	%g0, 2, %gl
	jmp	%l0
	 wrhpr	%g0, 0, %hpstate

/* Core trap 0xff: function number in %o5. Works from the first instruction on. */
core:	ENTER
	CASE	1, api_putchar
	CASE	2, exit
	tst	%o5
	GOIF	ne, ebadtrap
	cmp	%o0, 1				/* API_SET_VERSION: groups 0 (sun4v) and 1 (core) */
	GOIF	gu, einval
	mov	1, %g6
	sllx	%g6, %o0, %g6
	cmp	%o1, 1				/* 1.0 of both; major 0 drops the group */
	GOIF	gu, enotsupported
	andn	%g5, %g6, %g5
	movrz	%o1, 0, %g6
	or	%g5, %g6, %g5
	stxa	%g5, [%g4]ASI_HV_SCRATCH
	clr	%o1
	ANSWER	0
api_putchar:	PUTC	%o0
	ANSWER	0

/* Fast trap 0x80: function number in %o5. */
fast:	ENTER
	andcc	%g5, 1 << 1, %g0		/* core group */
	GOIF	z, ebadtrap
	CASE	0x61, cons_putchar
	CASE	0x60, cons_getchar
	CASE	0x12, eok			/* CPU_YIELD may return at will */
	CASE	0x02, mach_sir
	CASE	0x00, exit
ebadtrap:	ANSWER	7
einval:		ANSWER	6
enotsupported:	ANSWER	13
ewouldblock:	ANSWER	9
cons_putchar:
	brlz,pn	%o0, eok			/* a break: there is nobody to see it */
	 nop
	PUTC	%o0
eok:	ANSWER	0
cons_getchar:
	ldub	[%g3 + 5], %g1
	andcc	%g1, 1, %g0
	GOIF	z, ewouldblock
	ldub	[%g3], %o1
	ANSWER	0

mach_sir:	POKE	x, RESET, 0x40000000
	ba,a,pt	%xcc, .
exit:	SAY	"\r\nhv: guest exit code 0x"
	SAYHEX	%o0, 32
	SAY	"\r\n"
off:	POKE	b, IO_LIMIT, 0xf1		/* power sits above what reset lets through */
	POKE	w, POWER, 0x01000000
	ba,a,pt	%xcc, .
unknown:	wrpr	%g0, 4, %pstate
	SAY	"\r\nhv: guest stopped by trap 0x"
	rdpr	%tt, %g5
	SAYHEX	%g5, 12
	SAY	" at pc 0x"
	rdpr	%tpc, %g5
	SAYHEX	%g5, 64
	SAY	", which this hypervisor does not handle\r\n"
	ba,a,pt	%xcc, off

/* Back through %g7; arguments in %g1 and %g2; all globals but %g5 may be spoilt. */
puts:	setx	UART, %g2, %g3
1:	ldub	[%g1], %g2
	brz,pn	%g2, 2f
	 inc	%g1
	PUTC	%g2
	ba,a,pt	%xcc, 1b
puthex:	setx	UART, %g4, %g3			/* the top %g2 bits of %g1 */
1:	srlx	%g1, 60, %g4
	sllx	%g1, 4, %g1
	mov	'0', %g6
	cmp	%g4, 9
	movgu	%xcc, 'a' - 10, %g6
	add	%g4, %g6, %g4
	PUTC	%g4
	subcc	%g2, 4, %g2
	GOIF	nz, 1b
2:	jmp	%g7
	 nop
