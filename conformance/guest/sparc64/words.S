/*
 * Hot ops of sparc64 as one would write them by hand; suite_words.c compares.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.section .rodata
	.balign	4
	.globl	words_tick, words_stick, words_compare, words_context_sun4u, words_context_sun4v, words_end
words_tick:
	rdpr	%tick, %o0
words_stick:
	rd	%asr24, %o0
	sllx	%o0, 1, %o0
	srlx	%o0, 1, %o0
words_compare:
	wr	%o0, 0, %asr25
words_context_sun4u:
	mov	0x10, %o1
	stxa	%o0, [%o1]0x58
	membar	#Sync
words_context_sun4v:
	mov	0x10, %o1
	stxa	%o0, [%o1]0x21
	membar	#Sync
words_end:
	.section .note.GNU-stack, "", @progbits
