/*
 * First instructions of a sparc64 image, on every machine. Firmware of both kinds
 * jumps here: OpenFirmware (sun4u) at trap level 0 with its client interface in
 * %o4, a sun4v hypervisor at trap level 2 with the MMU off. No instruction is
 * probed, because before there is a trap table a wrong guess is the end.
 *
 * OpenBIOS starts at an alias of the linked address; a hypervisor that copies a
 * raw image to the start of memory, wherever that is, starts at +0x20. Mappings
 * of 4 MiB are to hold the image at its linked addresses, so a raw image moves itself
 * up to where real and linked address agree in the low 22 bits. Until the machine's
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
	.weak	pv_image_start, pv_image_bss, pv_image_end
	setx	pv_image_start, %g1, %l1
	setx	pv_image_bss, %g1, %l2
	setx	pv_image_end, %g1, %l3
	set	0x3fffff, %g2
	sub	%g0, %l0, %l4
	andcc	%l4, %g2, %l4			/* bytes to go up */
	bz,pt	%xcc, 3f
	 set	MOVE_LEAST, %g1
	brz,pn	%l2, 3f				/* a linker script without the marks */
	 cmp	%l4, %g1
	inc	%g2
	add	%l4, %g2, %g3
	movlu	%xcc, %g3, %l4
	add	%l3, %l0, %g1			/* is there room? */
	add	%g1, %l4, %g1
	sub	%g1, %i0, %g1
	cmp	%g1, %i1
	bgu,pn	%xcc, 3f
	 sub	%l2, %l1, %g1			/* from its end on, because it overlaps */
	add	%l1, %l0, %l5
	add	%l5, %l4, %l6
2:	sub	%g1, 8, %g1
	ldx	[%l5 + %g1], %g2
	stx	%g2, [%l6 + %g1]
	add	%l6, %g1, %g3
	brnz,pt	%g1, 2b
	 flush	%g3
	add	%l0, %l4, %l0
3:	jmp	%l0 + %l7
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
