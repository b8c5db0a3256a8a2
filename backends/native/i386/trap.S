/*
 * Trap and interrupt entry on i386: 256 stubs, one common path, struct pv_frame on
 * the stack. Segments are reloaded on every entry: %fs carries the per-CPU record.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define KERNEL_DS	0x10		/* native GDT: see x86/traps.c */
#define KERNEL_FS	0x28
#define FRAME_CS	56
#define SLOT_IRET	(21 * 4)	/* checked in traps.c */

	.macro	site offset, length, kind
771:	.if	\kind
	jmp	*pv_ops + \offset
	.else
	call	*pv_ops + \offset
	.endif
	.if	\length > 6
	.skip	\length - 6, 0x90
	.endif
	.pushsection pv_sites, "aR", @progbits
	.balign	4
	.long	771b - .
	.short	\offset
	.byte	\length, \kind
	.popsection
	.endm

	.text
	.balign	16
	.globl	pv_native_stubs
pv_native_stubs:
	.set	vector, 0
	.rept	256
	.balign	16
	.if	!((vector == 8) || (vector >= 10 && vector <= 14) || (vector == 17) || (vector == 21) || (vector == 29) || (vector == 30))
	push	$0
	.endif
	push	$vector
	jmp	common
	.set	vector, vector + 1
	.endr

common:
	push	%eax
	push	%ecx
	push	%edx
	push	%ebx
	push	%ebp
	push	%esi
	push	%edi
	push	%ds
	push	%es
	push	%fs
	push	%gs
	mov	$KERNEL_DS, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	$KERNEL_FS, %eax
	mov	%eax, %fs
	cld
	mov	%esp, %ebp		/* the stack is realigned for C; ebp leads back */
	and	$-16, %esp
	sub	$12, %esp
	push	%ebp
	call	pv_native_trap
	mov	%ebp, %esp
	/* Also the way into user mode for the first time, and back from a system call. */
	.globl	pv_native_trap_return
pv_native_trap_return:			/* esp: struct pv_frame; gate closed */
	pop	%gs
	pop	%fs
	pop	%es
	pop	%ds
	pop	%edi
	pop	%esi
	pop	%ebp
	pop	%ebx
	pop	%edx
	pop	%ecx
	pop	%eax
	add	$8, %esp
	site	SLOT_IRET, 6, 1

	.section .note.GNU-stack, "", @progbits
