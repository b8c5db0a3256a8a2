/*
 * How a program begins and how its signal handlers end, on sparc64. The stack pointer
 * is biased: its memory begins 2047 bytes above, with room for a register window.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.text
	.globl	_start
_start:				/* above the window: argument count, arguments */
	add	%sp, 2047 + 176, %o0
	call	start
	clr	%fp

	.globl	trampoline
trampoline:			/* above the window: the context, see <pv/sparc64/syscall.h> */
	call	handler_done
	add	%sp, 2047 + 176, %o0

	.section .note.GNU-stack, "", @progbits
