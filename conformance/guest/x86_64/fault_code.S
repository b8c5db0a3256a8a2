/*
 * Instructions that fault, x86_64. Each is a function fault_NAME; fault_NAME_at is
 * the address that the trap must name.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.text
	.macro	fault name
	.globl	fault_\name, fault_\name\()_at
fault_\name:
	.endm

	fault	divide_by_zero
	xor	%edx, %edx
	xor	%ecx, %ecx
	mov	$1, %eax
fault_divide_by_zero_at:
	div	%ecx
	ret

	fault	quotient_too_big
	mov	$2, %edx
	xor	%eax, %eax
	mov	$1, %ecx
fault_quotient_too_big_at:
	div	%ecx
	ret

	fault	breakpoint
	int3
fault_breakpoint_at:
	ret

	fault	breakpoint_long
	.byte	0xcd, 3			/* int $3, which assemblers shorten */
fault_breakpoint_long_at:
	ret

	fault	overflow
	int	$4
fault_overflow_at:
	ret

	fault	bound
	int	$5			/* the instruction is gone from 64-bit mode */
fault_bound_at:
	ret

	fault	undefined
fault_undefined_at:
	ud2
	ret

	.globl	suite_illegal, suite_lose_stack
suite_illegal:
	ud2
	ret

suite_lose_stack:
	xor	%esp, %esp
	push	%rax
	ret

	fault	lock_of_nothing
fault_lock_of_nothing_at:
	.byte	0xf0, 0x90		/* lock; nop */
	ret

	fault	fpu_off
fault_fpu_off_at:
	fnop
	ret

	/* The exception is pending after the division and comes at the next instruction that looks. */
	fault	fpu_error
	fninit
	push	$0x37b			/* division by zero is not masked */
	fldcw	(%rsp)
	pop	%rax
	fld1
	fldz
	fdivrp	%st, %st(1)
fault_fpu_error_at:
	fwait
	ret

	fault	bad_selector
	mov	$0x7ff8, %eax
fault_bad_selector_at:
	mov	%eax, %es
	ret

	fault	bad_msr_value
	mov	$0x6e1, %ecx		/* IA32_PKRS has 32 bits, where it exists */
	mov	$-1, %eax
	mov	$-1, %edx
fault_bad_msr_value_at:
	wrmsr
	ret

	fault	not_canonical
	mov	$0x0000800000000000, %rax
fault_not_canonical_at:
	mov	(%rax), %eax
	ret

	/* The trap comes after the instruction behind the popf, and after each one until TF is gone. */
	fault	step
	pushf
	orl	$0x100, (%rsp)
	popf
	nop
fault_step_at:
	pushf
	andl	$~0x100, (%rsp)
	popf
	ret

	/* All registers and flags from fault_registers_in, a breakpoint, and out again. */
	.globl	fault_registers, fault_registers_in, fault_registers_out
fault_registers:
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	.macro	each, verb
	\verb	%rax, 0
	\verb	%rbx, 1
	\verb	%rcx, 2
	\verb	%rdx, 3
	\verb	%rsi, 4
	\verb	%rdi, 5
	\verb	%rbp, 6
	\verb	%r8, 7
	\verb	%r9, 8
	\verb	%r10, 9
	\verb	%r11, 10
	\verb	%r12, 11
	\verb	%r13, 12
	\verb	%r14, 13
	\verb	%r15, 14
	.endm
	.macro	take reg, n
	mov	fault_registers_in + 8 * \n(%rip), \reg
	.endm
	.macro	give reg, n
	mov	\reg, fault_registers_out + 8 * \n(%rip)
	.endm
	mov	%rsp, fault_registers_in + 8 * 15(%rip)
	each	take
	push	fault_registers_in + 8 * 16(%rip)
	popf
	int3
	mov	%rsp, fault_registers_out + 8 * 15(%rip)
	pushf
	pop	fault_registers_out + 8 * 16(%rip)
	each	give
	cld
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret

	.bss
	.balign	8
fault_registers_in:
	.skip	8 * 17
fault_registers_out:
	.skip	8 * 17
	.section .note.GNU-stack, "", @progbits
