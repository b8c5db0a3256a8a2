/*
 * SYSENTER under a VMI ROM: the way in is bare metal's, the way back ends in the
 * ROM's SYSEXIT, which opens the gate. And faults that come from within the ROM while
 * it returns to user mode: they look like those of our own exit, for native's edge.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../common/i386/sysenter_words.h"

#define FRAME_VECTOR	44		/* struct pv_frame */
#define FRAME_EFLAGS	60
#define CPU_STEP	28		/* struct pv_cpu: scratch[PV_SCRATCH_STEP] */
#define FLAGS_TF	0x100
#define FLAGS_DF	0x400

	.text
	.weak	pv_percpu_offset
	.balign	16
	.globl	pv_vmi_sysenter_entry
pv_vmi_sysenter_entry:			/* with TF a debug trap comes here */
	sysenter_call pv_vmi_iopl	/* in ring 1 the level is not in the flags */
	cmpl	$PV_FRAME_SYSEXIT, FRAME_VECTOR(%esp)
	jne	slow
	/* Calls want DF clear, and SYSEXIT gives the user these flags. */
	testl	$FLAGS_DF, FRAME_EFLAGS(%esp)
	jnz	back
	/* Loaded from where they stay: of a selector that is bad by now the slow way finds whose fault it is. */
	.macro	load segment, at
.Lload\@:
	mov	\at(%esp), %\segment
	.pushsection pv_extable, "ao", @progbits, .Lload\@
	.balign	4
	.long	.Lload\@ - .
	.long	back - .
	.popsection
	.endm
	load	gs, 0
	load	fs, 4
	load	es, 8
	load	ds, 12
	add	$16, %esp
	restore_general
	mov	EXIT_EIP(%esp), %edx
	mov	EXIT_ESP(%esp), %ecx
	add	$EXIT_EFLAGS, %esp
	andl	$~EFLAGS_IF, (%esp)
	popf
	jmp	pv_vmi_rom_SYSEXIT

back:	movl	$PV_FRAME_CALL_FAST, FRAME_VECTOR(%esp)
slow:	jmp	pv_native_trap_return

	/*
	 * At an IRET to user mode what it is to take are the last five words of the kernel stack. %ds may
	 * be the user's. Afterwards it goes on where the gate led before.
	 */
	.macro	fault name, number
	.globl	pv_vmi_fault_\name
pv_vmi_fault_\name:			/* esp: code, eip, cs, eflags, and what was there before */
	push	%eax
	lea	20 + 5 * 4(%esp), %eax
	cmp	%eax, %ss:pv_vmi_top
	jne	1f
	mov	8(%esp), %eax
	sub	%ss:pv_vmi_text_start, %eax
	cmp	%ss:pv_vmi_text_size, %eax
	jae	1f
	movl	$pv_native_exit, 8(%esp)
1:	pop	%eax
	jmp	*%ss:pv_vmi_fault_next + \number * 4
	.endm
	fault	np, 1
	fault	ss, 2

	.globl	pv_vmi_fault_gp
pv_vmi_fault_gp:			/* esp: code, eip, cs, eflags; number of a call, return address */
	cmpl	$pv_vmi_msr_read_back, %ss:20(%esp)
	je	1f
	cmpl	$pv_vmi_msr_write_back, %ss:20(%esp)
	jne	pv_vmi_fault_other_gp
1:	push	%eax
	mov	8(%esp), %eax
	sub	%ss:pv_vmi_text_start, %eax
	cmp	%ss:pv_vmi_text_size, %eax
	pop	%eax
	jae	pv_vmi_fault_other_gp
	movl	$pv_vmi_msr_failed, 4(%esp)
	add	$4, %esp
	jmp	pv_native_exit
	fault	other_gp, 3

	/* SYSENTER does not clear TF: the step is held back until the call is over. */
	.globl	pv_vmi_fault_db
pv_vmi_fault_db:			/* esp: eip, cs, eflags */
	cmpl	$pv_vmi_sysenter_entry, %ss:(%esp)
	jne	1f
	push	%eax
	push	%fs
	mov	$KERNEL_FS, %eax
	mov	%eax, %fs
	mov	16(%esp), %eax
	and	$FLAGS_TF, %eax
	mov	%eax, %fs:pv_percpu_offset + CPU_STEP
	xor	%eax, 16(%esp)
	pop	%fs
	pop	%eax
	jmp	pv_native_exit
1:	jmp	*%ss:pv_vmi_fault_next

	.section .note.GNU-stack, "", @progbits
