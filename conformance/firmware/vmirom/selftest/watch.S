/*
 * Instructions that no processor traps in ring 1, one of each kind: planted for the
 * emulator's plugin (conformance/tools/ringwatch.c), which has to find exactly these.
 * Labels say the kind: watch_KIND, or watch_KIND_n.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.text
	.globl	watch_all, watch_end, watch_none
	.balign	64
watch_all:
watch_PUSHF:
	pushfl
watch_POPF:
	popfl
watch_CS_1:
	movl	%cs, %eax
watch_CS_2:
	pushl	%cs
	popl	%eax
	movl	$0x10, %eax
watch_LAR:
	lar	%eax, %ecx
watch_LSL:
	lsl	%eax, %ecx
watch_VERR:
	verr	%ax
watch_VERW:
	verw	%ax
watch_PUSHF_2:
	pushfw
watch_POPF_2:
	popfw
watch_PUSHF_3:
	pushfl
watch_CS_3:
	pushl	%cs
	pushl	$1f
watch_IRET:
	iretl
1:	nop
watch_SS_1:
	movl	%ss, %eax
watch_SS_2:
	pushl	%ss
	popl	%eax
watch_SS_3:
	movw	%ss, -4(%esp)
watch_RDTSC:
	rdtsc
watch_RDTSCP:
	rdtscp
	pushl	%ebx
	xorl	%eax, %eax
watch_CPUID:
	cpuid
	popl	%ebx
	movl	%ds, %eax			/* these are none of them */
	movl	%eax, %ds
	nop
	ret
watch_none:					/* never executed in ring 1 */
	pushfl
	popfl
	movl	%cs, %eax
	movl	%ss, %eax
	rdtsc
	ret
watch_end:
	.section .note.GNU-stack, "", @progbits
