/*
 * Instructions that fault, i386. Each is a function fault_NAME; fault_NAME_at is
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
	mov	$0x7fffffff, %eax
	inc	%eax
	into
fault_overflow_at:
	ret

	fault	bound
	mov	$7, %eax
fault_bound_at:
	bound	%eax, bounds
	ret
bounds:
	.long	0, 6

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
	push	%eax
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
	fldcw	(%esp)
	pop	%eax
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

	/* The trap comes after the instruction behind the popf, and after each one until TF is gone. */
	fault	step
	pushf
	orl	$0x100, (%esp)
	popf
	nop
fault_step_at:
	pushf
	andl	$~0x100, (%esp)
	popf
	ret

	/* All registers and flags from fault_registers_in, a breakpoint, and out again. */
	.globl	fault_registers, fault_registers_in, fault_registers_out
fault_registers:
	push	%ebx
	push	%esi
	push	%edi
	push	%ebp
	push	%gs
	.macro	each, verb
	\verb	%eax, 0
	\verb	%ebx, 1
	\verb	%ecx, 2
	\verb	%edx, 3
	\verb	%esi, 4
	\verb	%edi, 5
	\verb	%ebp, 6
	.endm
	.macro	take reg, n
	mov	fault_registers_in + 4 * \n, \reg
	.endm
	.macro	give reg, n
	mov	\reg, fault_registers_out + 4 * \n
	.endm
	mov	%ds, fault_registers_in + 4 * 7
	mov	%fs, fault_registers_in + 4 * 8
	mov	%ds, fault_registers_in + 4 * 9
	mov	%ds, %eax
	mov	%eax, %gs
	mov	%esp, fault_registers_in + 4 * 10
	each	take
	pushl	fault_registers_in + 4 * 11
	popf
	int3
	mov	%esp, fault_registers_out + 4 * 10
	pushf
	popl	fault_registers_out + 4 * 11
	each	give
	cld
	mov	%es, fault_registers_out + 4 * 7
	mov	%fs, fault_registers_out + 4 * 8
	mov	%gs, fault_registers_out + 4 * 9
	pop	%gs
	pop	%ebp
	pop	%edi
	pop	%esi
	pop	%ebx
	ret

	.bss
	.balign	4
fault_registers_in:
	.skip	4 * 12
fault_registers_out:
	.skip	4 * 12
	.section .note.GNU-stack, "", @progbits
