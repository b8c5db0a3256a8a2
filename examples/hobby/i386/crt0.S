/*
 * How a program begins and how its signal handlers end, on i386.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.text
	.globl	_start
_start:				/* esp: argument count, arguments */
	mov	%esp, %eax
	xor	%ebp, %ebp
	and	$-16, %esp
	sub	$12, %esp
	push	%eax
	call	start

	.globl	trampoline
trampoline:			/* 4(%esp): the context's address, see <pv/i386/syscall.h> */
	mov	4(%esp), %eax
	and	$-16, %esp
	sub	$12, %esp
	push	%eax
	call	handler_done

	.section .note.GNU-stack, "", @progbits
