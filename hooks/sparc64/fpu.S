/*
 * Saving and loading the FPU on sparc64; the layout is in fpu.c. With PSTATE.PEF off,
 * when another has it, the first access traps. FPRS.FEF, which programs may write, is
 * on afterwards.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define FPRS_FEF	4
#define FSR		256
#define GSR		264

	.text
	.globl	pv_fpu_save
	.type	pv_fpu_save, #function
	.balign	16
pv_fpu_save:				/* %o0: where to */
	wr	%g0, FPRS_FEF, %fprs
	.irp	n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
	std	%f\n, [%o0 + 4 * \n]
	.endr
	.irp	n, 32, 34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56, 58, 60, 62
	std	%f\n, [%o0 + 4 * \n]
	.endr
	stx	%fsr, [%o0 + FSR]
	rd	%gsr, %o1
	retl
	 stx	%o1, [%o0 + GSR]
	.size	pv_fpu_save, . - pv_fpu_save

	.globl	pv_fpu_restore
	.type	pv_fpu_restore, #function
	.balign	16
pv_fpu_restore:				/* %o0: where from */
	wr	%g0, FPRS_FEF, %fprs
	.irp	n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
	ldd	[%o0 + 4 * \n], %f\n
	.endr
	.irp	n, 32, 34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56, 58, 60, 62
	ldd	[%o0 + 4 * \n], %f\n
	.endr
	ldx	[%o0 + FSR], %fsr
	ldx	[%o0 + GSR], %o1
	retl
	 wr	%o1, 0, %gsr
	.size	pv_fpu_restore, . - pv_fpu_restore
	.section .note.GNU-stack, "", @progbits
