/*
 * User memory on i386: the only instructions of the library that touch it. See
 * hooks/x86_64/copy.S.
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
	testb	$1, pv_x86_smap
	jz	771f
	.byte	0x0f, 0x01, 0xcb	/* stac */
771:
	.endm

	.macro	user_end
	testb	$1, pv_x86_smap
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

	fn	pv_isa_copy_in		/* (to, from, size) -> al */
	fn	pv_isa_copy_out
	push	%edi
	push	%esi
	mov	12(%esp), %edi
	mov	16(%esp), %esi
	mov	20(%esp), %edx
	user_begin
	mov	%edx, %ecx
	shr	$2, %ecx
1:	rep movsl
	mov	%edx, %ecx
	and	$3, %ecx
2:	rep movsb
	user_end
	mov	$1, %eax
	jmp	4f
3:	user_end
	xor	%eax, %eax
4:	pop	%esi
	pop	%edi
	ret
	recover	1b, 3b
	recover	2b, 3b

	fn	pv_isa_fetch32		/* (to, from) -> al */
	mov	8(%esp), %edx
	user_begin
1:	mov	(%edx), %ecx
	user_end
	mov	4(%esp), %edx
	mov	%ecx, (%edx)
	mov	$1, %eax
	ret
2:	user_end
	xor	%eax, %eax
	ret
	recover	1b, 2b

	fn	pv_isa_store32		/* (to, value) -> al */
	mov	4(%esp), %edx
	mov	8(%esp), %ecx
	user_begin
1:	mov	%ecx, (%edx)
	user_end
	mov	$1, %eax
	ret
2:	user_end
	xor	%eax, %eax
	ret
	recover	1b, 2b

	fn	pv_isa_copy_string	/* (to, from, size) -> eax */
	push	%edi
	push	%esi
	mov	12(%esp), %edi
	mov	16(%esp), %esi
	mov	20(%esp), %edx
	user_begin
	xor	%eax, %eax
1:	cmp	%edx, %eax
	je	3f
2:	mov	(%esi, %eax), %cl
	mov	%cl, (%edi, %eax)
	test	%cl, %cl
	jz	3f
	inc	%eax
	jmp	1b
3:	user_end
	pop	%esi
	pop	%edi
	ret
4:	mov	$-1, %eax
	jmp	3b
	recover	2b, 4b

	.section .note.GNU-stack, "", @progbits
