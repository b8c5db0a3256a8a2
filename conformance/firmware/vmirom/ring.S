/*
 * The personality that keeps ring 0 for itself: how the processor comes from the client
 * in ring 1, and from user code, to ring.c and back; and the routines that are told to
 * a client in ring 1.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "vmi_abi.h"
#include "rom_asm.h"

	.text
	.globl	ring_traps, ring_slots, ring_go, ring_try, ring_try_failed, ring_sysenter
	.globl	ring_tries, ring_pop_es, ring_pop_ds, ring_iret, rom_init, rom_relocation
	.hidden	ring_traps, ring_slots, ring_go, ring_try, ring_try_failed, ring_sysenter, ring_trap
	.hidden	ring_tries, ring_pop_es, ring_pop_ds, ring_iret, rom_init, rom_relocation, gate

	/* The fixed entries: through the gate of ring 0, or to it. EDX and the flags may be spoilt. */
	.macro	FIXED name, call
\name:	movl	%cs, %edx
	testb	$3, %dl
	pushl	$\call
	jz	gate
	int	$RING_GATE
	.endm
	FIXED	rom_init, CALL_INIT
	FIXED	rom_relocation, CALL_RELOCATION

	/*
	 * A slot for each call: its number on the stack, then the gate; ring 0 does the return. What follows the INT is
	 * for a client that goes over an instruction that faulted.
	 */
	.balign	RING_SLOT_SIZE
ring_slots:
	.set	call, 0
	.rept	SLOTS
	.org	ring_slots + RING_SLOT_SIZE * call
	pushl	$call
	int	$RING_GATE
	leal	4(%esp), %esp
	ret
	.set	call, call + 1
	.endr
	.org	ring_slots + RING_SLOT_SIZE * SLOTS

	/* 8 bytes each: [vector - 128] [error] on top of what the processor pushed. */
	.balign	8
ring_traps:
	.set	vector, 0
	.rept	256
	.if	vector == 8 || (vector >= 10 && vector <= 14) || vector == 17
	nop
	.else
	pushl	%eax
	.endif
	pushl	$(vector - 128)
	jmp	trap
	.balign	8
	.set	vector, vector + 1
	.endr

	/* From user code; the processor keeps nothing: ring.c fills that in. */
ring_sysenter:
	pushl	$0
	pushl	$0
	pushfl
	pushl	$3
	pushl	$0
	pushl	$0
	pushl	$(RING_SYSENTER - 128)
	pushl	$2				/* NT would make the IRET a task switch */
	popfl
trap:	pushal
	pushl	%ds
	pushl	%es
	cld
	movl	%ss, %eax			/* ring 0's own */
	movl	%eax, %ds
	movl	%eax, %es
	movl	%esp, %eax
	call	ring_trap
out:
ring_pop_es:
	popl	%es				/* what is no selector any more becomes 0: ring.c */
ring_pop_ds:
	popl	%ds
	popal
	leal	8(%esp), %esp
ring_iret:
	iretl

	/* void ring_go(struct trap *t): to the client. FS and GS anew: those of ring 0 are not for ring 1. */
ring_go:
	testl	$RING_MARK, %eax		/* for who watches from outside: conformance/tools/ringwatch.c */
	movl	%fs, %ecx
	movl	%ecx, %fs
	movl	%gs, %ecx
	movl	%ecx, %gs
	movl	%eax, %esp
	jmp	out

	/*
	 * bool ring_try(struct frame *f, uint32_t which): one of the instructions below, with the frame's registers;
	 * true if it faulted, the registers being what they were then.
	 */
ring_try:
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	pushl	%ebp
	movl	%eax, %ebp
	call	1f
1:	popl	%eax
	leal	ring_tries - 1b(%eax, %edx, 8), %eax
	pushl	%eax
	movl	FRAME_EDI(%ebp), %edi
	movl	FRAME_ESI(%ebp), %esi
	movl	FRAME_EBX(%ebp), %ebx
	movl	FRAME_EDX(%ebp), %edx
	movl	FRAME_ECX(%ebp), %ecx
	movl	FRAME_EAX(%ebp), %eax
	ret
	.macro	ATTEMPT instruction:vararg
	.balign	8
	\instruction
	jmp	tried
	.endm
	.balign	8
ring_tries:
	ATTEMPT	cpuid
	ATTEMPT	wrmsr
	ATTEMPT	rdmsr
	ATTEMPT	rdpmc
	ATTEMPT	inl %dx, %eax
	ATTEMPT	inb %dx, %al
	ATTEMPT	inw %dx, %ax
	ATTEMPT	rep insl
	ATTEMPT	rep insb
	ATTEMPT	rep insw
	ATTEMPT	outl %eax, %dx
	ATTEMPT	outb %al, %dx
	ATTEMPT	outw %ax, %dx
	ATTEMPT	rep outsl
	ATTEMPT	rep outsb
	ATTEMPT	rep outsw
tried:	pushl	$0
	jmp	1f
ring_try_failed:
	pushl	$1
1:	movl	%edi, FRAME_EDI(%ebp)
	movl	%esi, FRAME_ESI(%ebp)
	movl	%ebx, FRAME_EBX(%ebp)
	movl	%edx, FRAME_EDX(%ebp)
	movl	%ecx, FRAME_ECX(%ebp)
	movl	%eax, FRAME_EAX(%ebp)
	popl	%eax
	popl	%ebp
	popl	%edi
	popl	%esi
	popl	%ebx
	ret
	.section .note.GNU-stack, "", @progbits
