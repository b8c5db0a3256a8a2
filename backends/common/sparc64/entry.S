/*
 * First instructions of a sparc64 image, on every machine. Firmware of both kinds
 * jumps here: OpenFirmware (sun4u) gives its client interface in %o4, a sun4v
 * hypervisor leaves %o4 zero. No instruction is probed, because before there is a
 * trap table a wrong guess is the end.
 *
 * OpenBIOS starts at an alias of the linked address, a hypervisor that copies a
 * raw image starts at +0x20: so the code is position independent until it jumps
 * to the machine's own start code. A machine whose backend was left out of the
 * image (its start code is a weak name) stays in pv_sparc64_no_backend: there is
 * nothing here that could print. Also the stacks of the boot CPU.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "asm.h"

	.register %g2, #scratch

	.section .boot, "ax", @progbits
	.globl	pv_sparc64_start
	.type	pv_sparc64_start, #function
pv_sparc64_start:
	ba,a,pt	%xcc, 1f
	.balign	32
1:	brz,pt	%o4, 2f
	 nop
	.weak	pv_native_start, pv_sun4v_start
	setx	pv_native_start, %g1, %g2
	brz,pn	%g2, pv_sparc64_no_backend
	 nop
	jmp	%g2
	 nop
2:	setx	pv_sun4v_start, %g1, %g2
	brz,pn	%g2, pv_sparc64_no_backend
	 nop
	jmp	%g2
	 nop
pv_sparc64_no_backend:
	ba,a,pt	%xcc, pv_sparc64_no_backend
	.size	pv_sparc64_start, . - pv_sparc64_start

	.section .bss
	.balign	16
	.globl	pv_sparc64_stack_top, pv_sparc64_emergency_stack_top
	.skip	32768
pv_sparc64_stack_top:
	.skip	8192
pv_sparc64_emergency_stack_top:
	.section .note.GNU-stack, "", @progbits
