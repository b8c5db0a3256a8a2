/*
 * Programs for user mode on x86_64, copied to USER_CODE. They use no address of the
 * kernel's image. rbx holds USER_DATA; registers that must be kept hold patterns.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../user/places.h"

#define W(n)	8 * (n)(%rbx)

	.section .rodata.user_code, "a", @progbits
	.balign	16

	.macro	program name
	.globl	\name
\name:
	.endm

	/* Patterns in all registers but rax, rbx, rcx, r11, rsp and those of arguments. */
	.macro	fill_kept
	mov	$0x5555555555555555, %rbp
	mov	$0x1212121212121212, %r12
	mov	$0x1313131313131313, %r13
	mov	$0x1414141414141414, %r14
	mov	$0x1515151515151515, %r15
	.endm

	.macro	fill_arguments
	mov	$0x0d0d0d0d0d0d0d0d, %rdi
	mov	$0x0505050505050505, %rsi
	mov	$0x0202020202020202, %rdx
	mov	$0x1010101010101010, %r10
	mov	$0x0808080808080808, %r8
	mov	$0x0909090909090909, %r9
	.endm

	.macro	expect reg, value:vararg
	movabs	\value, %rcx
	cmp	%rcx, \reg
	je	771f
	incl	W(W_SPOILED)
771:
	.endm

	.macro	check_kept
	movq	$0, W(W_SPOILED)
	expect	%rbp, $0x5555555555555555
	expect	%r12, $0x1212121212121212
	expect	%r13, $0x1313131313131313
	expect	%r14, $0x1414141414141414
	expect	%r15, $0x1515151515151515
	cmp	$USER_STACK_TOP, %rsp
	je	771f
	incl	W(W_SPOILED)
771:
	.endm

	.macro	check_arguments
	expect	%rdi, $0x0d0d0d0d0d0d0d0d
	expect	%rsi, $0x0505050505050505
	expect	%rdx, $0x0202020202020202
	expect	%r10, $0x1010101010101010
	expect	%r8, $0x0808080808080808
	expect	%r9, $0x0909090909090909
	.endm

	/* One of the ways, by W_WAY; the CPU's flags are as before. */
	.macro	call_it
	cmpq	$0, W(W_WAY)
	jne	771f
	int	$0x80
	jmp	772f
771:	syscall
772:
	.endm

	program	user_code

	program	user_exit
	mov	$CALL_EXIT, %eax
	int	$0x80
	ud2

	program	user_call
	mov	$USER_DATA, %ebx
	fill_kept
	mov	W(W_NR), %rax
	mov	W(W_ARG), %rdi
	mov	W(W_ARG + 1), %rsi
	mov	W(W_ARG + 2), %rdx
	mov	W(W_ARG + 3), %r10
	mov	W(W_ARG + 4), %r8
	mov	W(W_ARG + 5), %r9
	call_it
	setc	%cl
	movzbl	%cl, %ecx
	mov	%rcx, W(W_FAILED)
	mov	%rax, W(W_RESULT)
	check_kept
	.irp	pair, 0, 1, 2, 3, 4, 5
	mov	W(W_ARG + \pair), %rcx
	.if	\pair == 0
	cmp	%rcx, %rdi
	.elseif	\pair == 1
	cmp	%rcx, %rsi
	.elseif	\pair == 2
	cmp	%rcx, %rdx
	.elseif	\pair == 3
	cmp	%rcx, %r10
	.elseif	\pair == 4
	cmp	%rcx, %r8
	.else
	cmp	%rcx, %r9
	.endif
	je	1f
	incl	W(W_SPOILED)
1:
	.endr
	jmp	user_exit

	program	user_twice		/* two calls that tell what the last one was, then the end */
	mov	$USER_DATA, %ebx
	mov	$CALL_TEST, %eax
	mov	$1, %edi
	call_it
	mov	$CALL_TEST, %eax
	mov	$2, %edi
	call_it
	jmp	user_exit

	program	user_read
	mov	$USER_DATA, %ebx
	mov	W(W_ADDRESS), %rax
	mov	(%rax), %rax
	mov	%rax, W(W_VALUE)
	jmp	user_exit

	program	user_write
	mov	$USER_DATA, %ebx
	mov	W(W_ADDRESS), %rax
	mov	W(W_VALUE), %rcx
	mov	%rcx, (%rax)
	jmp	user_exit

	program	user_jump
	mov	$USER_DATA, %ebx
	mov	W(W_ADDRESS), %rax
	jmp	*%rax

	program	user_touch		/* read W_ADDRESS, with every register in use */
	mov	$USER_DATA, %ebx
	fill_kept
	fill_arguments
	mov	$0x1111111111111111, %r11
	mov	W(W_ADDRESS), %rax
	mov	$0x0c0c0c0c0c0c0c0c, %rcx
	stc
	mov	(%rax), %rax
	setnc	W(W_COUNT)
	mov	%rax, W(W_VALUE)
	mov	%rcx, W(W_RESULT)
	check_kept
	check_arguments
	expect	%r11, $0x1111111111111111
	jmp	user_exit

	program	user_spin
	mov	$USER_DATA, %ebx
	fill_kept
	fill_arguments
1:	incq	W(W_COUNT)
	cmpq	$0, W(W_STOP)
	je	1b
	check_kept
	check_arguments
	jmp	user_exit

	program	user_signal		/* the kernel sends a signal in this call */
	mov	$USER_DATA, %ebx
	fill_kept
	fill_arguments
	mov	$CALL_SIGNAL, %eax
	call_it
	setc	%cl
	movzbl	%cl, %ecx
	mov	%rcx, W(W_FAILED)
	mov	%rax, W(W_RESULT)
	check_kept
	check_arguments
	jmp	user_exit

	program	user_handler		/* (number, context): as a compiler would make it */
	push	%rbp
	mov	%rsp, %rbp
	test	$15, %spl
	jz	1f
	ud2				/* the stack is not as the ABI wants it */
1:	push	%rbx
	mov	$USER_DATA, %ebx
	mov	%rdi, W(W_NUMBER)
	mov	%rsi, W(W_CONTEXT)
	xor	%eax, %eax
	xor	%ecx, %ecx
	xor	%edx, %edx
	xor	%edi, %edi
	xor	%esi, %esi
	xor	%r8d, %r8d
	xor	%r9d, %r9d
	xor	%r10d, %r10d
	xor	%r11d, %r11d
	pop	%rbx
	pop	%rbp
	ret

	program	user_trampoline
	mov	$CALL_SIGRETURN, %eax
	mov	%rsp, %rdi
	int	$0x80
	ud2

	program	user_tls
	mov	$USER_DATA, %ebx
	mov	%fs:0, %rax
	mov	%rax, W(W_VALUE)
	mov	$CALL_YIELD, %eax
	int	$0x80
	mov	%fs:0, %rax
	mov	%rax, W(W_RESULT)
	jmp	user_exit

	program	user_fpu		/* W_VALUE in xmm7 and st(0), over a call */
	mov	$USER_DATA, %ebx
	movq	W(W_VALUE), %xmm7
	fildll	W(W_VALUE)
	mov	$CALL_YIELD, %eax
	int	$0x80
	movq	%xmm7, %rax
	fistpll	W(W_RESULT)
	movq	$0, W(W_SPOILED)
	cmp	W(W_VALUE), %rax
	je	1f
	incl	W(W_SPOILED)
1:	mov	W(W_RESULT), %rax
	cmp	W(W_VALUE), %rax
	je	1f
	incl	W(W_SPOILED)
1:	jmp	user_exit

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
	forbidden lgdt, lgdt (%rax)
	forbidden lidt, lidt (%rax)
	forbidden ltr, ltr %ax
	forbidden invlpg, invlpg (%rax)
	forbidden cr0, mov %cr0, %rax
	forbidden cr3, mov %rax, %cr3
	forbidden dr7, mov %rax, %dr7
	forbidden clts, clts
	forbidden swapgs, swapgs
	forbidden sysret, sysretq
	forbidden wbinvd, wbinvd
	forbidden int_timer, int $0xef
	forbidden int_pf, int $14

	program	user_x_flags		/* a call with flags of the program's choice */
	mov	$USER_DATA, %ebx
	mov	$CALL_TEST, %eax
	pushq	W(W_FLAGS)
	popf
	call_it
	pushf
	popq	W(W_FLAGS)
	pushq	$0x202
	popf
	jmp	user_exit

	program	user_x_sysenter
	mov	$USER_STACK_TOP, %ecx
	mov	$USER_CODE, %edx
	sysenter
	jmp	user_exit

	program	user_x_compat		/* 32-bit code, then SYSCALL there */
	mov	$USER_DATA, %ebx
	movl	$USER_CODE + (1f - user_code), W(W_ARG)
	movl	$0x1b, 4 + W(W_ARG)
	ljmp	*W(W_ARG)
	.code32
1:	mov	$CALL_TEST, %eax
	movl	$USER_CODE + (2f - user_code), 8 * W_PLACE(%ebx)
2:	syscall
	int	$0x80
	.code64

	program	user_x_selectors	/* what 64-bit mode hardly looks at */
	mov	$USER_DATA, %ebx
	mov	W(W_SELECTOR), %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %fs
	mov	%eax, %gs
	jmp	user_call

	program	user_x_step		/* TF over a call: traps come in user mode only */
	mov	$USER_DATA, %ebx
	mov	$CALL_TEST, %eax
	pushq	$0x302
	popf
	call_it
	nop
	pushq	$0x202
	popf
	jmp	user_exit

	program	user_x_align
	pushq	$0x40202
	popf
	mov	$USER_DATA + 1, %ebx
	mov	(%rbx), %eax
	jmp	user_exit

	.globl	user_code_end
user_code_end:
	.section .note.GNU-stack, "", @progbits
