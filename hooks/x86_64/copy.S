/*
 * User memory on x86_64: the only instructions of the library that touch it. Each
 * has a record in pv_extable, so that a fault that nobody resolves ends in "no".
 * They run between STAC and CLAC where the CPU keeps the kernel off user pages; a
 * fault handler runs without that (entry code takes AC away), and gets it back with
 * the flags when it returns here.
 *
 * Contracts: hooks/user_isa.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.macro	fn name
	.globl	\name
	.type	\name, @function
	.balign	16
\name:
	.endm

	.macro	user_begin
	testb	$1, pv_x86_smap(%rip)
	jz	771f
	.byte	0x0f, 0x01, 0xcb	/* stac */
771:
	.endm

	.macro	user_end
	testb	$1, pv_x86_smap(%rip)
	jz	771f
	.byte	0x0f, 0x01, 0xca	/* clac */
771:
	.endm

	/* A fault at label `at` goes on at `to`. */
	.macro	recover at, to
.Lrecover\@:
	.pushsection pv_extable, "ao", @progbits, .Lrecover\@
	.balign	4
	.long	\at - .
	.long	\to - .
	.popsection
	.endm

	.text

	fn	pv_isa_copy_in		/* rdi to, rsi from, rdx size -> al */
	fn	pv_isa_copy_out
	user_begin
	mov	%rdx, %rcx
	shr	$3, %rcx
1:	rep movsq
	mov	%edx, %ecx
	and	$7, %ecx
2:	rep movsb
	user_end
	mov	$1, %eax
	ret
3:	user_end
	xor	%eax, %eax
	ret
	recover	1b, 3b
	recover	2b, 3b

	fn	pv_isa_fetch32		/* rdi to, rsi from -> al */
	user_begin
1:	mov	(%rsi), %ecx
	user_end
	mov	%ecx, (%rdi)
	mov	$1, %eax
	ret
2:	user_end
	xor	%eax, %eax
	ret
	recover	1b, 2b

	fn	pv_isa_store32		/* rdi to, esi value -> al */
	user_begin
1:	mov	%esi, (%rdi)
	user_end
	mov	$1, %eax
	ret
2:	user_end
	xor	%eax, %eax
	ret
	recover	1b, 2b

	fn	pv_isa_copy_string	/* rdi to, rsi from, rdx size -> rax */
	user_begin
	xor	%eax, %eax
1:	cmp	%rdx, %rax
	je	3f
2:	mov	(%rsi, %rax), %cl
	mov	%cl, (%rdi, %rax)
	test	%cl, %cl
	jz	3f
	inc	%rax
	jmp	1b
3:	user_end
	ret
4:	mov	$-1, %rax
	jmp	3b
	recover	2b, 4b

	.section .note.GNU-stack, "", @progbits
