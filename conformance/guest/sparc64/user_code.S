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

	program	user_fpu		/* W_VALUE in the first and the last register, FSR and GSR, over a call */
	data
	ldx	W(W_VALUE), %o1
	wr	%o1, 0, %gsr
	sllx	%o1, 30, %o1			/* its last two bits: the rounding */
	stx	%o1, W(W_RESULT)
	ldx	W(W_RESULT), %fsr
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
1:	stx	%fsr, W(W_RESULT)
	ldx	W(W_RESULT), %o0
	srlx	%o0, 30, %o0
	xor	%o0, %o1, %o0
	andcc	%o0, 3, %g0
	bz,pt	%xcc, 1f
	 nop
	spoiled
1:	rd	%gsr, %o0
	xor	%o0, %o1, %o0
	andcc	%o0, 7, %g0			/* the place of an alignment */
	bz,pt	%xcc, 1f
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

	/* -- sparc64 only: register windows, stacks that are none, instructions that are not for programs -- */

	/* From %o0 down to 0, a function each, its number in all its locals. Counts what comes back wrong. */
	.macro	recurse
	save	%sp, -176, %sp
	mov	%i0, %o0
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	add	%i0, 0x10 + \n, %l\n
	.endr
	brz,pn	%i0, 772f
	 dec	%o0
	call	user_s_recurse
	 nop
772:	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	add	%i0, 0x10 + \n, %g1
	cmp	%l\n, %g1
	be,pt	%xcc, 771f
	 nop
	spoiled
771:
	.endr
	ret
	 restore
	.endm

	program	user_s_recurse
	recurse

	program	user_s_deep		/* W_COUNT functions deep on a stack at W_ADDRESS */
	data
	ldx	W(W_ADDRESS), %g1
	sub	%g1, BIAS, %sp
	stx	%g0, W(W_SPOILED)
	call	user_s_recurse
	 ldx	W(W_COUNT), %o0
	ba,a,pt	%xcc, user_exit

	program	user_s_spill		/* more windows than there are, on stacks at W_ADDRESS */
	data
	ldx	W(W_ADDRESS), %g1
	sub	%g1, BIAS, %g1
	.rept	9
	save	%g1, 0, %sp
	.endr
	ba,a,pt	%xcc, user_exit

	program	user_s_fill		/* back to a function whose stack is W_ADDRESS */
	data
	ldx	W(W_ADDRESS), %g1
	save	%sp, -176, %sp
	flushw
	sub	%g1, BIAS, %fp
	program	user_s_fill_at
	restore
	ba,a,pt	%xcc, user_exit

	program	user_s_lazy		/* a call in which the kernel needs the windows, whose stacks are W_ADDRESS */
	data
	ldx	W(W_ADDRESS), %g1
	sub	%g1, BIAS, %g1
	.rept	3
	save	%g1, 0, %sp
	.endr
	set	0x700, %g4
	fill_window %g4
	mov	CALL_TEST, %g1
	ta	0x6d
	program	user_s_lazy_at
	stx	%o0, W(W_RESULT)
	stx	%g0, W(W_SPOILED)
	check_window %g4
	.rept	3
	restore
	.endr
	ba,a,pt	%xcc, user_exit

	program	user_s_secrets		/* what is in windows that the kernel has used */
	data
	flushw
	stx	%g0, W(W_SPOILED)
	mov	CALL_TEST, %g1
	ta	0x6d
	clr	%g1
	.rept	7
	save	%sp, -176, %sp
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	or	%g1, %l\n, %g1
	.endr
	.irp	n, 0, 1, 2, 3, 4, 5, 7
	or	%g1, %o\n, %g1
	.endr
	.endr
	brz,pt	%g1, user_exit
	 nop
	spoiled
	ba,a,pt	%xcc, user_exit

	program	user_s_fprs		/* the FPU off, as far as a program can */
	wr	%g0, 0, %fprs
	mov	CALL_YIELD, %g1
	ta	0x6d
	ba,a,pt	%xcc, user_exit

	program	user_s_state		/* until W_STOP: what no window has, and condition codes */
	data
	set	0x12345678, %o0
	wr	%o0, 0, %y
	wr	%g0, 0x82, %asi
	set	0x33333, %g3
	set	0x44444, %g4
	set	0x55555, %g5
	set	0x66666, %g6
	set	0x77777, %g7
	set	0x11111, %g1
	wr	%g0, 0xa5, %ccr
1:	ldx	W(W_STOP), %o0
	brz,pt	%o0, 1b
	 nop
	rd	%ccr, %o1
	rd	%y, %o2
	rd	%asi, %o3
	mov	%g1, %o4
	mov	%g3, %o5
	stx	%g0, W(W_SPOILED)
	expect	%o1, 0xa5
	expect	%o2, 0x12345678
	expect	%o3, 0x82
	expect	%o4, 0x11111
	expect	%o5, 0x33333
	expect	%g4, 0x44444
	expect	%g5, 0x55555
	expect	%g6, 0x66666
	expect	%g7, 0x77777
	ba,a,pt	%xcc, user_exit

	program	user_s_context		/* as contexts in suite_entry.c have it: all that they hold but g2 and g7 */
	rd	%ccr, %l0
	rd	%y, %l1
	rd	%asi, %l2
	mov	%g1, %l3
	mov	%g3, %l4
	data
	stx	%g0, W(W_SPOILED)
	expect	%l0, 0xa5
	expect	%l1, 0x12345678
	expect	%l2, 0x82
	expect	%l3, 0x11111
	expect	%l4, 0x33333
	expect	%g4, 0x44444
	expect	%g5, 0x55555
	expect	%g6, 0x66666
	check_arguments
	expect	%l7, 0xb0b7
	expect	%i0, 0xb0b8
	expect	%i5, 0xb0bd
	ba,a,pt	%xcc, user_exit

	program	user_s_back		/* W_COUNT functions on the stack at W_ADDRESS, which a call takes away */
	data
	ldx	W(W_ADDRESS), %g1
	sub	%g1, BIAS, %sp
	ldx	W(W_COUNT), %g4
1:	save	%sp, -176, %sp
	fill_window %g4
	deccc	%g4
	bg,pt	%xcc, 1b
	 nop
	flushw
	mov	CALL_TEST, %g1
	ta	0x6d
	stx	%g0, W(W_SPOILED)
	ldx	W(W_COUNT), %g5
	mov	1, %g4
2:	check_window %g4
	restore
	inc	%g4
	cmp	%g4, %g5
	ble,pt	%xcc, 2b
	 nop
	ba,a,pt	%xcc, user_exit

	program	user_s_delay		/* a fault at W_ADDRESS and a call, each in a delay slot */
	data
	ldx	W(W_ADDRESS), %o1
	ba,pt	%xcc, 1f
	 ldx	[%o1], %o2
	illtrap	0
1:	mov	CALL_TEST, %g1
	ba,pt	%xcc, 2f
	 ta	0x6d
	illtrap	0
	illtrap	0
2:	stx	%o0, W(W_RESULT)
	ba,a,pt	%xcc, user_exit

	/* One instruction and the end. */
	.macro	one name, text
	program	user_s_\name
	data
	mov	1, %o0
	\text
	ba,a,pt	%xcc, user_exit
	.endm

	one	misaligned_load, "ldx [%g2 + 4], %g0"
	one	misaligned_store, "sth %g0, [%g2 + 1]"
	one	misaligned_jump, "jmp %g2 + 2"
	one	read_pil, "rdpr %pil, %g1"
	one	write_tba, "wrpr %g0, 0, %tba"
	one	done, "done"
	one	saved, "saved"
	one	physical, "ldxa [%g0]0x14, %g1"
	one	secondary, "ldxa [%g2]0x11, %g1"
	one	tag_overflow, "taddcctv %o0, %o0, %g1"
	one	software, "ta 0x10"
	one	tick_compare, "wr %g0, 0, %asr25"
	one	set_softint, "wr %g0, 1, %asr20"

	.globl	user_code_end
user_code_end:
	.section .note.GNU-stack, "", @progbits
