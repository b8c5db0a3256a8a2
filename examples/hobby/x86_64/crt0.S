/*
 * How a program begins and how its signal handlers end, on x86_64.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.text
	.globl	_start
_start:				/* rsp: argument count, arguments */
	mov	%rsp, %rdi
	xor	%ebp, %ebp
	and	$-16, %rsp
	call	start

	.globl	trampoline
trampoline:			/* rsp: the context, see <pv/x86_64/syscall.h> */
	mov	%rsp, %rdi
	and	$-16, %rsp
	call	handler_done

	.section .note.GNU-stack, "", @progbits
