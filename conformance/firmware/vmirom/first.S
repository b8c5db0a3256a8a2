/*
 * The smallest VMI 3.0 ROM: four interrupt-gate calls, everything else "native".
 * Position independent; romsum.py sets length and sum.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
	.code32
rom:	.byte	0x55, 0xaa, 0, 0xcb		/* option ROM; length filled in; BIOS entry: lret */
	.org	0x08
	.ascii	"cVmi"
	.byte	0, 3, 0, 0			/* minor, major, jump slots */
	.org	0x18
	.short	pcir - rom
	.org	0x80
	xor	%eax, %eax			/* VMI_Init: always works */
	ret
	.org	0x88				/* VMI_GetRelocationInfo: eax call -> eax address, dl kind */
	call	1f
1:	pop	%ecx
	lea	-29(%eax), %edx
	cmp	$3, %edx
	lea	calls - 1b(%ecx, %edx, 8), %eax
	mov	$1, %edx			/* CALL_REL */
	jbe	2f
	xor	%edx, %edx			/* NONE */
2:	ret
	.balign	8
calls:	sti					/* 29 EnableInterrupts */
	ret
	.org	calls - rom + 8			/* 30 DisableInterrupts */
	cli
	ret
	.org	calls - rom + 16		/* 31 GetInterruptMask */
	pushf
	pop	%eax
	and	$0x200, %eax
	ret
	.org	calls - rom + 24		/* 32 SetInterruptMask */
	push	%eax
	popf
	ret
	.balign	4
pcir:	.ascii	"PCIR"
	.short	0x15ad, 0x0801, 0, 24
	.byte	0, 0, 0, 5
	.short	1, 0
	.byte	0, 0x80, 0, 0
