/*
 * The routines that GetRelocationInfo tells: a slot each, all of one size. Calls that
 * are C functions go through a gate, which makes a struct frame; those that may touch
 * nothing but flags, and those that do not return, are here.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "vmi_abi.h"
#include "rom_asm.h"

	/* One more call: spoils nothing. Data only through SS and CS, as the interface demands. */
	.macro	COUNT call
	pushl	%eax
	pushfl
	call	1f
1:	popl	%eax
	addl	$_GLOBAL_OFFSET_TABLE_ + (. - 1b), %eax
	addl	%cs:rom_facts@GOTOFF + FACTS_DELTA(%eax), %eax
	lock; incl %ss:rom_start@GOTOFF + RAM_COUNTS + 4 * \call(%eax)
	popfl
	popl	%eax
	.endm

	/* A frame of what lies on the stack, [call] [eip] ...; interrupts off, data segments the stack's. */
	.macro	ENTER
	pushfl
	pushal
	pushl	%ds
	pushl	%es
	cli
	cld
	movl	%ss, %eax
	movl	%ds, %ecx
	cmpl	%eax, %ecx
	je	1f
	movl	%eax, %ds
1:	movl	%es, %ecx
	cmpl	%eax, %ecx
	je	1f
	movl	%eax, %es
1:	movl	%esp, %eax
	.endm

	/* Segments are loaded only where they change: a table just loaded may lack what they were loaded from. */
	.macro	LEAVE
	popl	%eax
	movl	%es, %ecx
	cmpw	%ax, %cx
	je	1f
	movl	%eax, %es
1:	popl	%eax
	movl	%ds, %ecx
	cmpw	%ax, %cx
	je	1f
	movl	%eax, %ds
1:	popal
	.endm

	/* ALTERNATIVE in the slot of its number, the gate in all others. */
	.macro	SLOT call, routine=gate
	.org	slots + SLOT_SIZE * (\call)
	.ifc	\routine, gate
	pushl	$\call
	.endif
	jmp	\routine
	.endm

	.text
	.globl	slots, gate
	.hidden	slots, gate, rom_call, rom_facts, rom_start
gate:	ENTER
	call	rom_call
	LEAVE
	popfl
	leal	4(%esp), %esp
	ret

	.balign	SLOT_SIZE
slots:
	SLOT	VMI_CPUID, cpuid_call
	SLOT	VMI_WRMSR, call_wrmsr
	SLOT	VMI_RDMSR, call_rdmsr
	.irp	call, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
	SLOT	\call
	.endr
	.irp	call, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25
	SLOT	\call
	.endr
	SLOT	VMI_RDPMC, call_rdpmc
	.irp	call, 27, 28
	SLOT	\call
	.endr
	SLOT	VMI_ENABLE_INTERRUPTS, enable
	SLOT	VMI_DISABLE_INTERRUPTS, disable
	SLOT	VMI_GET_INTERRUPT_MASK, get_mask
	SLOT	VMI_SET_INTERRUPT_MASK, set_mask
	SLOT	VMI_IRET, iret_jump
	SLOT	VMI_SYSEXIT, sysexit_either
	.irp	call, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48
	SLOT	\call
	.endr
	SLOT	VMI_INL, call_inl
	SLOT	VMI_INB, call_inb
	SLOT	VMI_INW, call_inw
	SLOT	VMI_INSL, call_insl
	SLOT	VMI_INSB, call_insb
	SLOT	VMI_INSW, call_insw
	SLOT	VMI_OUTL, call_outl
	SLOT	VMI_OUTB, call_outb
	SLOT	VMI_OUTW, call_outw
	SLOT	VMI_OUTSL, call_outsl
	SLOT	VMI_OUTSB, call_outsb
	SLOT	VMI_OUTSW, call_outsw
	.irp	call, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73
	SLOT	\call
	.endr
	SLOT	CALL_INIT
	SLOT	CALL_RELOCATION
	SLOT	SLOT_IRET_CALL, iret_call
	.org	slots + SLOT_SIZE * SLOTS

/* Registers but the results are kept, also EBX by nobody but CPUID. */
cpuid_call:
	COUNT	VMI_CPUID
	cpuid
	ret

/* The interrupt flag: pending interrupts come before the return, hence not right before RET. */
enable:	COUNT	VMI_ENABLE_INTERRUPTS
	sti
	nop
	ret
disable:
	COUNT	VMI_DISABLE_INTERRUPTS
	cli
	ret
get_mask:
	COUNT	VMI_GET_INTERRUPT_MASK
	pushfl
	popl	%eax
	andl	$0x200, %eax
	ret
set_mask:
	COUNT	VMI_SET_INTERRUPT_MASK
	testl	$0x200, %eax
	jz	1f
	sti
	nop
	ret
1:	cli
	ret

/*
 * IRET, with a return address on top of the frame or without; the frame's EIP is where frame.eip is.
 * Between here and the instruction interrupts stay off.
 */
iret_call:
	leal	4(%esp), %esp
iret_jump:
	pushl	$VMI_IRET
	ENTER
	call	rom_call
	LEAVE
	leal	8(%esp), %esp
	iretl

/* SYSEXIT leaves the stack as it is, so both forms are one. Of the flags only IF changes. */
sysexit_either:
	pushl	$0
	pushl	$VMI_SYSEXIT
	ENTER
	call	rom_call
	LEAVE
	popfl
	leal	8(%esp), %esp
	sti
	sysexit

/* Instructions alone. MSRs may fault: a client that looks whether there is one wants that, and no lock may be held. */
	.macro	ALONE name, call, instruction:vararg
call_\name:
	COUNT	\call
	\instruction
	ret
	.endm
	ALONE	wrmsr, VMI_WRMSR, wrmsr
	ALONE	rdmsr, VMI_RDMSR, rdmsr
	ALONE	rdpmc, VMI_RDPMC, rdpmc
	ALONE	inl, VMI_INL, inl %dx, %eax
	ALONE	inb, VMI_INB, inb %dx, %al
	ALONE	inw, VMI_INW, inw %dx, %ax
	ALONE	insl, VMI_INSL, rep insl
	ALONE	insb, VMI_INSB, rep insb
	ALONE	insw, VMI_INSW, rep insw
	ALONE	outl, VMI_OUTL, outl %eax, %dx
	ALONE	outb, VMI_OUTB, outb %al, %dx
	ALONE	outw, VMI_OUTW, outw %ax, %dx
	ALONE	outsl, VMI_OUTSL, rep outsl
	ALONE	outsb, VMI_OUTSB, rep outsb
	ALONE	outsw, VMI_OUTSW, rep outsw
	.section .note.GNU-stack, "", @progbits
