/*
 * Programs for user mode on i386, copied to USER_CODE. They use no address of the
 * kernel's image. W() is a word of USER_DATA; registers that must be kept hold
 * patterns.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../user/places.h"

#define W(n)	USER_DATA + 4 * (n)

	.section .rodata.user_code, "a", @progbits
	.balign	16

	.macro	program name
	.globl	\name
\name:
	.endm

	.macro	fill
	mov	$0x0b0b0b0b, %ebx
	mov	$0x0c0c0c0c, %ecx
	mov	$0x0d0d0d0d, %edx
	mov	$0x50505050, %esi
	mov	$0xd1d1d1d1, %edi
	mov	$0xb9b9b9b9, %ebp
	.endm

	.macro	expect reg, value:vararg
	cmp	\value, \reg
	je	771f
	incl	W(W_SPOILED)
771:
	.endm

	.macro	check
	movl	$0, W(W_SPOILED)
	expect	%ebx, $0x0b0b0b0b
	cmpl	$0, W(W_WAY)		/* the fast way loses ecx and edx */
	jne	772f
	expect	%ecx, $0x0c0c0c0c
	expect	%edx, $0x0d0d0d0d
772:	expect	%esi, $0x50505050
	expect	%edi, $0xd1d1d1d1
	expect	%ebp, $0xb9b9b9b9
	expect	%esp, $USER_STACK_TOP
	.endm

	/* One of the ways, by W_WAY; see <pv/i386/syscall.h>. */
	.macro	call_it
	cmpl	$0, W(W_WAY)
	jne	771f
	int	$0x80
	jmp	772f
771:	push	%edx
	push	%ecx
	mov	$USER_CODE + (773f - user_code), %edx
	mov	%esp, %ecx
	sysenter
	int	$0x80
773:	lea	8(%esp), %esp
772:
	.endm

	program	user_code

	program	user_exit
	mov	$CALL_EXIT, %eax
	int	$0x80
	ud2

	program	user_call
	mov	W(W_NR), %eax
	mov	W(W_ARG), %ebx
	mov	W(W_ARG + 1), %ecx
	mov	W(W_ARG + 2), %edx
	mov	W(W_ARG + 3), %esi
	mov	W(W_ARG + 4), %edi
	mov	W(W_ARG + 5), %ebp
	call_it
	mov	%eax, W(W_RESULT)
	setc	W(W_FAILED)
	movl	$0, W(W_SPOILED)
	expect	%ebx, W(W_ARG)
	cmpl	$0, W(W_WAY)
	jne	1f
	expect	%ecx, W(W_ARG + 1)
	expect	%edx, W(W_ARG + 2)
1:	expect	%esi, W(W_ARG + 3)
	expect	%edi, W(W_ARG + 4)
	expect	%ebp, W(W_ARG + 5)
	expect	%esp, $USER_STACK_TOP
	jmp	user_exit

	program	user_twice		/* two calls that tell what the last one was, then the end */
	mov	$CALL_TEST, %eax
	mov	$1, %ebx
	call_it
	mov	$CALL_TEST, %eax
	mov	$2, %ebx
	call_it
	jmp	user_exit

	program	user_read
	mov	W(W_ADDRESS), %eax
	mov	(%eax), %eax
	mov	%eax, W(W_VALUE)
	jmp	user_exit

	program	user_write
	mov	W(W_ADDRESS), %eax
	mov	W(W_VALUE), %ecx
	mov	%ecx, (%eax)
	jmp	user_exit

	program	user_jump
	mov	W(W_ADDRESS), %eax
	jmp	*%eax

	program	user_touch		/* read W_ADDRESS, with every register in use */
	fill
	mov	W(W_ADDRESS), %eax
	stc
	mov	(%eax), %eax
	setnc	W(W_COUNT)
	mov	%eax, W(W_VALUE)
	mov	%ecx, W(W_RESULT)
	check
	jmp	user_exit

	program	user_spin
	fill
1:	incl	W(W_COUNT)
	cmpl	$0, W(W_STOP)
	je	1b
	check
	jmp	user_exit

	program	user_signal		/* the kernel sends a signal in this call */
	fill
	mov	$CALL_SIGNAL, %eax
	call_it
	mov	%eax, W(W_RESULT)
	setc	W(W_FAILED)
	check
	jmp	user_exit

	program	user_handler		/* (number, context): as a compiler would make it */
	push	%ebp
	mov	%esp, %ebp
	lea	8(%ebp), %eax
	test	$15, %eax
	jz	1f
	ud2				/* the stack is not as the ABI wants it */
1:	mov	8(%ebp), %eax
	mov	%eax, W(W_NUMBER)
	mov	12(%ebp), %eax
	mov	%eax, W(W_CONTEXT)
	xor	%ecx, %ecx
	xor	%edx, %edx
	pop	%ebp
	ret

	program	user_trampoline
	mov	$CALL_SIGRETURN, %eax
	mov	4(%esp), %ebx
	int	$0x80
	ud2

	program	user_tls
	mov	%gs:0, %eax
	mov	%eax, W(W_VALUE)
	mov	$CALL_YIELD, %eax
	int	$0x80
	mov	%gs:0, %eax
	mov	%eax, W(W_RESULT)
	jmp	user_exit

	program	user_fpu		/* W_VALUE in xmm7 and st(0), over a call */
	movd	W(W_VALUE), %xmm7
	fildl	W(W_VALUE)
	mov	$CALL_YIELD, %eax
	int	$0x80
	movd	%xmm7, %eax
	fistpl	W(W_RESULT)
	movl	$0, W(W_SPOILED)
	expect	%eax, W(W_VALUE)
	mov	W(W_RESULT), %eax
	expect	%eax, W(W_VALUE)
	jmp	user_exit

	program	user_illegal
	ud2
	jmp	user_exit

	program	user_divide
	xor	%ecx, %ecx
	mov	$1, %eax
	cltd
	div	%ecx
	jmp	user_exit

	program	user_breakpoint
	int3
	jmp	user_exit

	/* -- x86 only: instructions that are not for user mode, each followed by the end -- */
	.macro	forbidden name, text:vararg
	program	user_x_\name
	mov	$0x174, %ecx
	mov	$0x3f8, %edx
	mov	$USER_DATA, %eax
	\text
	jmp	user_exit
	.endm

	forbidden hlt, hlt
	forbidden cli, cli
	forbidden sti, sti
	forbidden in, inb %dx, %al
	forbidden out, outb %al, %dx
	forbidden rdmsr, rdmsr
	forbidden wrmsr, wrmsr
	forbidden lgdt, lgdt (%eax)
	forbidden lidt, lidt (%eax)
	forbidden ltr, ltr %ax
	forbidden invlpg, invlpg (%eax)
	forbidden cr0, mov %cr0, %eax
	forbidden cr3, mov %eax, %cr3
	forbidden dr7, mov %eax, %dr7
	forbidden clts, clts
	forbidden sysexit, sysexit
	forbidden wbinvd, wbinvd
	forbidden int_timer, int $0xef
	forbidden int_pf, int $14

	program	user_x_flags		/* a call with flags of the program's choice */
	mov	$CALL_TEST, %eax
	pushl	W(W_FLAGS)
	popf
	call_it
	pushf
	popl	W(W_FLAGS)
	pushl	$0x202
	popf
	jmp	user_exit

	program	user_x_selectors
	mov	W(W_SELECTOR), %eax
	mov	%eax, %es
	mov	%eax, %fs
	mov	%eax, %gs
	jmp	user_call

	program	user_x_null_ds		/* the kernel's way back must not read through this %ds */
	mov	$CALL_TEST, %eax
	mov	W(W_SELECTOR), %ebx
	mov	%ebx, %ds
	int	$0x80
	push	%ss
	pop	%ds
	jmp	user_exit

	program	user_x_step		/* TF over a call: traps come in user mode only */
	mov	$CALL_TEST, %eax
	pushl	$0x302
	popf
	call_it
	nop
	pushl	$0x202
	popf
	jmp	user_exit

	program	user_x_fast_bad		/* SYSENTER with a stack that cannot be read */
	mov	$CALL_TEST, %eax
	mov	W(W_ADDRESS), %ecx
	mov	$USER_CODE + (2f - user_code), %edx
	movl	$USER_CODE + (1f - user_code), W(W_PLACE)
1:	sysenter
	int	$0x80
2:	jmp	user_exit

	program	user_x_align
	pushl	$0x40202
	popf
	mov	$USER_DATA + 1, %ebx
	mov	(%ebx), %eax
	jmp	user_exit

	.globl	user_code_end
user_code_end:
	.section .note.GNU-stack, "", @progbits
