/*
 * Programs for user mode on sparc64, copied to USER_CODE. They use no address of the
 * kernel's image. %g2 holds USER_DATA; registers that must be kept hold patterns, in
 * this window and in those of NR_CALLERS functions around it, which is more than the
 * register file has.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../user/places.h"

#define W(n)		[%g2 + 8 * (n)]
#define BIAS		2047
#define NR_CALLERS	8

	.register %g2, #scratch
	.register %g3, #scratch
	.register %g7, #scratch

	.section .rodata.user_code, "a", @progbits
	.balign	16

	.macro	program name
	.globl	\name
\name:
	.endm

	.macro	data
	sethi	%hi(USER_DATA), %g2
	.endm

	.macro	spoiled
	ldx	W(W_SPOILED), %g3
	inc	%g3
	stx	%g3, W(W_SPOILED)
	.endm

	/* Spoils %g1 and %g3. */
	.macro	expect reg, value
	set	\value, %g1
	cmp	\reg, %g1
	be,pt	%xcc, 771f
	 nop
	spoiled
771:
	.endm

	/* Locals and ins of this window: the pattern and the register's number. */
	.macro	fill_window pattern
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	add	\pattern, 0x10 + \n, %l\n
	.endr
	.irp	n, 0, 1, 2, 3, 4, 5
	add	\pattern, 0x20 + \n, %i\n
	.endr
	.endm

	.macro	check_window pattern
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	add	\pattern, 0x10 + \n, %g1
	cmp	%l\n, %g1
	be,pt	%xcc, 771f
	 nop
	spoiled
771:
	.endr
	.irp	n, 0, 1, 2, 3, 4, 5
	add	\pattern, 0x20 + \n, %g1
	cmp	%i\n, %g1
	be,pt	%xcc, 771f
	 nop
	spoiled
771:
	.endr
	.endm

	/* Callers around, each with patterns of its own; %g4 counts them. Leaves the stack where it is. */
	.macro	fill_kept
	clr	%g4
1:	sllx	%g4, 8, %g5
	fill_window %g5
	save	%sp, -192, %sp
	inc	%g4
	cmp	%g4, NR_CALLERS
	bl,pt	%xcc, 1b
	 nop
	sllx	%g4, 8, %g5
	fill_window %g5
	set	0x55555, %g4
	set	0x44444, %g5
	.endm

	.macro	check_kept
	stx	%g0, W(W_SPOILED)
	expect	%g4, 0x55555
	expect	%g5, 0x44444
	mov	NR_CALLERS, %g4
2:	sllx	%g4, 8, %g5
	check_window %g5
	deccc	%g4
	bneg,pn	%xcc, 3f
	 nop
	restore
	ba,a,pt	%xcc, 2b
3:	set	USER_STACK_TOP - BIAS, %g1
	cmp	%sp, %g1
	be,pt	%xcc, 4f
	 nop
	spoiled
4:
	.endm

	.macro	fill_arguments
	.irp	n, 0, 1, 2, 3, 4, 5, 7
	set	0xa0a0 + \n, %o\n
	.endr
	.endm

	.macro	check_arguments
	.irp	n, 0, 1, 2, 3, 4, 5, 7
	expect	%o\n, 0xa0a0 + \n
	.endr
	.endm

	/* All of it, then the end. */
	.macro	check_all
	stx	%g0, W(W_SPOILED)
	check_arguments
	ldx	W(W_SPOILED), %g1
	stx	%g1, W(W_RESULT)
	check_kept
	ldx	W(W_RESULT), %g1
	brz,pt	%g1, user_exit
	 nop
	spoiled
	ba,a,pt	%xcc, user_exit
	.endm

	program	user_code

	program	user_exit
	mov	CALL_EXIT, %g1
	ta	0x6d
	illtrap	0

	program	user_call
	data
	fill_kept
	ldx	W(W_NR), %g1
	.irp	n, 0, 1, 2, 3, 4, 5
	ldx	W(W_ARG + \n), %o\n
	.endr
	ta	0x6d
	addc	%g0, %g0, %g3
	stx	%g3, W(W_FAILED)
	stx	%o0, W(W_RESULT)
	check_kept
	ba,a,pt	%xcc, user_exit

	program	user_twice		/* two calls that tell what the last one was, then the end */
	mov	CALL_TEST, %g1
	mov	1, %o0
	ta	0x6d
	mov	CALL_TEST, %g1
	mov	2, %o0
	ta	0x6d
	ba,a,pt	%xcc, user_exit

	program	user_read
	data
	ldx	W(W_ADDRESS), %o0
	ldub	[%o0], %o0
	stx	%o0, W(W_VALUE)
	ba,a,pt	%xcc, user_exit

	program	user_write
	data
	ldx	W(W_ADDRESS), %o0
	ldx	W(W_VALUE), %o1
	st	%o1, [%o0]
	ba,a,pt	%xcc, user_exit

	program	user_jump
	data
	ldx	W(W_ADDRESS), %o0
	jmp	%o0
	 nop

	program	user_touch		/* read W_ADDRESS, with every register in use */
	data
	fill_kept
	fill_arguments
	ldx	W(W_ADDRESS), %g1
	subcc	%g0, 1, %g0		/* the carry */
	lduw	[%g1], %g1
	addc	%g0, -1, %g3
	stx	%g3, W(W_COUNT)
	stx	%g1, W(W_VALUE)
	check_all

	program	user_spin
	data
	fill_kept
	fill_arguments
1:	ldx	W(W_COUNT), %g1
	inc	%g1
	stx	%g1, W(W_COUNT)
	ldx	W(W_STOP), %g1
	brz,pt	%g1, 1b
	 nop
	check_all

	program	user_signal		/* the kernel sends a signal in this call */
	data
	fill_kept
	mov	CALL_SIGNAL, %g1
	ta	0x6d
	addc	%g0, %g0, %g3
	stx	%g3, W(W_FAILED)
	stx	%o0, W(W_RESULT)
	check_kept
	ba,a,pt	%xcc, user_exit

	program	user_handler		/* (number, context): as a compiler would make it */
	save	%sp, -176, %sp
	add	%sp, BIAS, %g1
	andcc	%g1, 15, %g0
	be,pt	%xcc, 1f
	 nop
	illtrap	1			/* the stack is not as the ABI wants it */
1:	data
	stx	%i0, W(W_NUMBER)
	stx	%i1, W(W_CONTEXT)
	mov	NR_CALLERS, %g1		/* enough to push all windows of the interrupted code out */
2:	save	%sp, -176, %sp
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	clr	%l\n
	.endr
	deccc	%g1
	bg,pt	%xcc, 2b
	 nop
	mov	NR_CALLERS, %g1
3:	restore
	deccc	%g1
	bg,pt	%xcc, 3b
	 nop
	clr	%g3
	clr	%g4
	clr	%g5
	ret
	 restore

	program	user_trampoline
	add	%sp, BIAS + 176, %o0
	mov	CALL_SIGRETURN, %g1
	ta	0x6d
	illtrap	0

	program	user_tls
	data
	ldx	[%g7], %o0
	stx	%o0, W(W_VALUE)
	mov	CALL_YIELD, %g1
	ta	0x6d
	ldx	[%g7], %o0
	stx	%o0, W(W_RESULT)
	ba,a,pt	%xcc, user_exit

	program	user_fpu		/* W_VALUE in the first and the last register, over a call */
	data
	ldd	W(W_VALUE), %f0
	ldd	W(W_VALUE), %f62
	mov	CALL_YIELD, %g1
	ta	0x6d
	stx	%g0, W(W_SPOILED)
	ldx	W(W_VALUE), %o1
	std	%f0, W(W_RESULT)
	ldx	W(W_RESULT), %o0
	cmp	%o0, %o1
	be,pt	%xcc, 1f
	 nop
	spoiled
1:	std	%f62, W(W_RESULT)
	ldx	W(W_RESULT), %o0
	cmp	%o0, %o1
	be,pt	%xcc, 1f
	 nop
	spoiled
1:	ba,a,pt	%xcc, user_exit

	program	user_illegal
	illtrap	0
	ba,a,pt	%xcc, user_exit

	program	user_divide
	sdivx	%o0, %g0, %o0
	ba,a,pt	%xcc, user_exit

	program	user_breakpoint
	ta	1
	ba,a,pt	%xcc, user_exit

	.globl	user_code_end
user_code_end:
	.section .note.GNU-stack, "", @progbits
