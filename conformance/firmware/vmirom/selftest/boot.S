/*
 * Entry of the self-test guest (Multiboot 1), its traps, a call with all registers, and
 * its few instructions of user code.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.section .multiboot, "a"
	.balign	4
	.long	0x1badb002, 3, -(0x1badb002 + 3)

	.text
	.globl	_start
_start:	movl	$stack_top, %esp
	cld
	lgdt	early_gdt_register
	ljmp	$0x08, $1f
1:	movl	$0x10, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	pushl	%ebx
	call	test_main
2:	cli
	hlt
	jmp	2b

	/*
	 * void invoke(uint32_t routine, struct registers *r): eax, ecx, edx, ebx, esi, edi, ebp from *r, two words on
	 * the stack; all back to *r, with the flags.
	 */
	.globl	invoke
invoke:	pushl	%ebx
	pushl	%esi
	pushl	%edi
	pushl	%ebp
	movl	24(%esp), %ebx
	pushl	32(%ebx)			/* stack[1] */
	pushl	28(%ebx)			/* stack[0] */
	movl	28(%esp), %eax
	movl	%eax, routine
	movl	0(%ebx), %eax
	movl	4(%ebx), %ecx
	movl	8(%ebx), %edx
	movl	16(%ebx), %esi
	movl	20(%ebx), %edi
	movl	24(%ebx), %ebp
	movl	12(%ebx), %ebx
	movl	%esp, saved_esp
	pushl	call_ds				/* other segments and flags, for guests that do wrong */
	pushl	call_es
	pushfl
	pushl	%eax
	movl	call_flags, %eax
	orl	%eax, 4(%esp)
	popl	%eax
	popfl
	popl	%es
	popl	%ds
	call	*%ss:routine
	.globl	invoke_return
invoke_return:
	pushfl
	cld
	pushl	%ds
	popl	%ss:after_ds
	pushl	%ss
	popl	%ds
	pushl	%ss
	popl	%es
	movl	%esp, after_esp
	pushl	%ebx
	movl	40(%esp), %ebx
	popl	12(%ebx)
	movl	%eax, 0(%ebx)
	movl	%ecx, 4(%ebx)
	movl	%edx, 8(%ebx)
	movl	%esi, 16(%ebx)
	movl	%edi, 20(%ebx)
	movl	%ebp, 24(%ebx)
	popl	36(%ebx)
	addl	$8, %esp
	popl	%ebp
	popl	%edi
	popl	%esi
	popl	%ebx
	ret

	/* Traps: [vector] [error]; the handler may change where it goes on. */
	.macro	TRAP vector, error
	.balign	16
	.if	\error == 0
	pushl	$0
	.endif
	pushl	$\vector
	jmp	trap
	.endm
	.balign	16
	.globl	traps
traps:
	.irp	v, 0, 1, 2, 3, 4, 5, 6, 7
	TRAP	\v, 0
	.endr
	TRAP	8, 1
	TRAP	9, 0
	.irp	v, 10, 11, 12, 13, 14
	TRAP	\v, 1
	.endr
	TRAP	15, 0
	TRAP	16, 0
	TRAP	17, 1
	.irp	v, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	TRAP	\v, 0
	.endr
	.irp	v, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49
	TRAP	\v, 0
	.endr
trap:	pushal
	pushl	%ds
	pushl	%es
	cld
	movl	$0x10, %eax
	movl	%eax, %ds
	movl	%eax, %es
	pushl	%esp
	call	trap_handler
	popl	%eax
	popl	%es
	popl	%ds
	popal
	addl	$8, %esp
	.globl	trap_iret
trap_iret:
	iretl					/* or a jump or a call: patched when the ROM wants that */
	.fill	8, 1, 0x90

	/* user_enter(eip, esp): to ring 3 by the IRET site; comes back when user code does int $0x30. */
	.globl	user_enter, user_back, user_iret
user_enter:
	pushal
	movl	%esp, user_kernel_esp
	movl	36(%esp), %eax
	movl	40(%esp), %edx
	pushl	$0x23
	pushl	%edx
	pushl	user_eflags
	pushl	$0x1b
	pushl	%eax
user_iret:
	iretl
	.fill	8, 1, 0x90
	/* user_sysexit(eip, esp): the same, by the SYSEXIT site. */
	.globl	user_sysexit, user_sysexit_site
user_sysexit:
	pushal
	movl	%esp, user_kernel_esp
	movl	36(%esp), %edx
	movl	40(%esp), %ecx
	stc
user_sysexit_site:
	sti
	sysexit
	.fill	8, 1, 0x90
user_back:					/* the trap handler goes on here, in ring 0 */
	movl	$0x10, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	user_kernel_esp, %esp
	popal
	ret

	.balign	4096
	.globl	user_code, user_sysenter_code, user_break_code, user_int_code, user_code_end
	.globl	user_ports_code, user_wide_code, user_far_code
user_code:
	movl	$0x51, %eax
	pushfl
	popl	%edx
	movl	%esp, %ecx
	int	$0x30
user_sysenter_code:
	movl	$0x52, %eax
	sysenter
	int	$0x30				/* where it faults, and was gone over */
user_break_code:
	int3
	movl	$0x53, %eax
	int	$0x30
user_int_code:
	int	$0x31
	movl	$0x54, %eax
	int	$0x30
user_ports_code:
	movl	$0x0f, %eax
	outb	%al, $0x70
	movl	$0x71, %edx
	inb	%dx, %al
	int	$0x30
user_wide_code:
	inw	$0x71, %ax
	movl	$0x55, %eax
	int	$0x30
user_far_code:
	inb	$0x88, %al
	movl	$0x56, %eax
	int	$0x30
user_code_end:
	.globl	sysenter_entry
sysenter_entry:
	movl	%eax, sysenter_seen
	jmp	user_back

	/* An application processor that SetInitialAPState started. */
	.globl	ap_entry
ap_entry:
	pushfl
	popl	ap_seen + 44
	movl	%eax, ap_seen
	movl	%ebx, ap_seen + 4
	movl	%ecx, ap_seen + 8
	movl	%edx, ap_seen + 12
	movl	%esi, ap_seen + 16
	movl	%edi, ap_seen + 20
	movl	%ebp, ap_seen + 24
	movl	%esp, ap_seen + 28
	movl	%cr3, %eax
	movl	%eax, ap_seen + 32
	movl	%cs, %eax
	movl	%eax, ap_seen + 36
	movl	%ds, %eax
	movl	%eax, ap_seen + 40
	movl	%ss, %eax
	movl	%eax, ap_seen + 48
	movl	%es, %eax
	movl	%eax, ap_seen + 52
	movl	%fs, %eax
	movl	%eax, ap_seen + 56
	movl	%gs, %eax
	movl	%eax, ap_seen + 60
	sldt	ap_seen + 64
	movl	%cr0, %eax
	movl	%eax, ap_seen + 68
	movl	%cr2, %eax
	movl	%eax, ap_seen + 72
	movl	%cr4, %eax
	movl	%eax, ap_seen + 76
	movl	$0xc0000080, %ecx
	rdmsr
	movl	%eax, ap_seen + 80
	sgdt	ap_seen + 86
	sidt	ap_seen + 94
	movl	$1, ap_started
1:	pause
	cmpl	$0, ap_calls			/* how often it is to call ap_routine */
	je	1b
2:	call	*ap_routine
	decl	ap_calls
	jnz	2b
	jmp	1b

	.data
	.balign	8
	.globl	early_gdt
early_gdt:
	.quad	0
	.quad	0x00cf9b000000ffff		/* 08: kernel code */
	.quad	0x00cf93000000ffff		/* 10: kernel data */
	.quad	0x00cffb000000ffff		/* 18: user code */
	.quad	0x00cff3000000ffff		/* 20: user data */
early_gdt_register:
	.short	5 * 8 - 1
	.long	early_gdt
	.balign	4
	.globl	call_flags, call_ds, call_es, after_ds, saved_esp, after_esp, user_eflags, user_kernel_esp
	.globl	sysenter_seen, ap_started, ap_seen, ap_routine, ap_calls
call_flags:	.long	2
call_ds:	.long	0x10
call_es:	.long	0x10
user_eflags:	.long	0x202
	.bss
	.balign	16
routine:	.skip	4
after_ds:	.skip	4
saved_esp:	.skip	4
after_esp:	.skip	4
user_kernel_esp: .skip	4
sysenter_seen:	.skip	4
ap_started:	.skip	4
ap_routine:	.skip	4
ap_calls:	.skip	4
ap_seen:	.skip	100
	.skip	16384
stack_top:
	.section .note.GNU-stack, "", @progbits
