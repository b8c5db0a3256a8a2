/*
 * First instructions of a sparc64 image, on every machine. Firmware of both kinds
 * jumps here: OpenFirmware (sun4u) at trap level 0 with its client interface in
 * %o4, a sun4v hypervisor at trap level 2 with the MMU off. No instruction is
 * probed, because before there is a trap table a wrong guess is the end.
 *
 * OpenBIOS starts at an alias of the linked address; a hypervisor that copies a
 * raw image to the start of memory, wherever that is, starts at +0x20. Mappings
 * of 4 MiB are to hold the image at its linked addresses, so a raw image moves itself
 * up to where real and linked address agree in the low 22 bits and the whole 4 MiB
 * are within its block of memory: a hypervisor looks at both ends. Until the machine's
 * own start code has those mappings, code is position independent. A machine whose
 * backend was left out of the image (its start code is a weak name) stays in
 * pv_sparc64_no_backend: there is nothing here that could print. Also the stacks of
 * the boot CPU.
 *
 * Behind the first branch is what loaders of sun4u machines look for to say where
 * they have put a boot module: a name and, 16 bytes on, two words, address and size.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "asm.h"

	.register %g2, #scratch
	.register %g3, #scratch

#define MOVE_LEAST	0x1000	/* what moves must not overwrite itself */

	.section .boot, "ax", @progbits
	.globl	pv_sparc64_start
	.type	pv_sparc64_start, #function
pv_sparc64_start:
	ba,a,pt	%xcc, 1f
	.balign	8
	.ascii	"HdrS"
	.skip	12
	.globl	pv_sparc64_module
pv_sparc64_module:
	.word	0, 0
	.balign	32
1:	rdpr	%tl, %g1
	brnz,pn	%g1, real
	 nop
	brz,pn	%o4, real
	 nop
	.weak	pv_native_start, pv_sun4v_start
	setx	pv_native_start, %g1, %g2
	brz,pn	%g2, pv_sparc64_no_backend
	 nop
	jmp	%g2
	 nop

/*
 * With the MMU off; any trap would be the end, so levels go first. %i0 and %i1 are the block of
 * memory with the image. The machine's start code finds the image's real address less that of its text
 * as linked in %l0, a multiple of 4 MiB unless the image could not be moved.
 */
real:	wrpr	%g0, 0, %tl
	WRPR_GL(0)
	wrpr	%g0, PIL_CLOSED, %pil
	wrpr	%g0, PSTATE_PRIV, %pstate
here:	rd	%pc, %l0
	setx	here, %g1, %g2
	sub	%l0, %g2, %l0
	setx	pv_sun4v_start, %g1, %l7
	brz,pn	%l7, pv_sparc64_no_backend
	 nop
	.weak	pv_image_start, pv_image_bss
	setx	pv_image_start, %g1, %l1
	setx	pv_image_bss, %g1, %l2
	set	0x3fffff, %g2
	add	%g2, 1, %g3			/* the page's size */
	sub	%g0, %l0, %l4
	and	%l4, %g2, %l4			/* bytes to go up */
	add	%l1, %l0, %l5			/* from where */
	set	MOVE_LEAST, %g1
	brz,pt	%l4, 1f
	 cmp	%l4, %g1
	bgeu,pt	%xcc, 1f
	 nop
	add	%l4, %g3, %l4
1:	add	%l5, %l4, %l6			/* to where, and the page there */
	andn	%l6, %g2, %g1
	cmp	%g1, %i0
	bgeu,pt	%xcc, 2f
	 nop
	add	%l4, %g3, %l4
	add	%l6, %g3, %l6
	add	%g1, %g3, %g1
2:	brz,pt	%l4, 4f
	 add	%g1, %g3, %g1
	brz,pn	%l2, 4f				/* a linker script without the marks */
	 sub	%g1, %i0, %g1
	cmp	%g1, %i1			/* is there room? */
	bgu,pn	%xcc, 4f
	 sub	%l2, %l1, %g1			/* from its end on, because it overlaps */
3:	sub	%g1, 8, %g1
	ldx	[%l5 + %g1], %g2
	stx	%g2, [%l6 + %g1]
	add	%l6, %g1, %g3
	brnz,pt	%g1, 3b
	 flush	%g3
	add	%l0, %l4, %l0
4:	jmp	%l0 + %l7
	 nop
pv_sparc64_no_backend:
	ba,a,pt	%xcc, pv_sparc64_no_backend
	.size	pv_sparc64_start, . - pv_sparc64_start

	.section .rodata
	.globl	pv_sparc64_one_page
pv_sparc64_one_page:
	.ascii	"libpv: what is written must be linked 4 MiB above the place where it is loaded, as "
	.asciz	"examples/ld/sparc64.ld has it\r\n"

	.section .bss
	.balign	16
	.globl	pv_sparc64_stack_top, pv_sparc64_emergency_stack_top
	.skip	32768
pv_sparc64_stack_top:
	.skip	8192
pv_sparc64_emergency_stack_top:
	.section .note.GNU-stack, "", @progbits
