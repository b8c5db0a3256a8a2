/*
 * The hot ops under Xen PV, site convention: every register but the result is
 * kept. The gate is the event mask in vcpu_info, which lies in struct pv_cpu.
 *
 * Opening it is not enough to be interrupted: what became pending while it was
 * closed is delivered by the next entry into Xen, so pending is looked at after
 * the mask is clear (Xen: xen.h, evtchn_upcall_mask). Clearing before looking is
 * the order that loses nothing.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../abi.h"

#define HV_AREA		128		/* __builtin_offsetof(struct pv_cpu, hv_area), checked in backend.c */
#define PENDING		%gs:pv_percpu_offset + HV_AREA + 0
#define MASK		%gs:pv_percpu_offset + HV_AREA + 1
#define CR2		%gs:pv_percpu_offset + HV_AREA + 16

	.weak	pv_percpu_offset
	.text

	.macro	op name
	.globl	pv_xen_\name
	.type	pv_xen_\name, @function
	.balign	8
pv_xen_\name:
	.endm

	op	irq_save		/* -> rax */
	mov	$1, %eax
	xchg	%al, MASK
	ret

	op	irq_disable
	movb	$1, MASK
	ret

	op	irq_enable
	movb	$0, MASK
	testb	$0xff, PENDING
	jnz	deliver
	ret

	op	irq_restore		/* rdi -> */
	mov	%dil, MASK
	cmp	%dil, PENDING		/* both are 0 or 1: pending, and open? */
	ja	deliver
	ret

	op	irq_read		/* -> rax */
	movzbl	MASK, %eax
	ret

	op	cr2_read		/* -> rax */
	mov	CR2, %rax
	ret

	op	swapgs			/* Xen does it */
	ret

	op	port_ones		/* -> al, ax or eax: nobody is at this port */
	or	$-1, %eax
	ret

	op	port_nothing
	ret

	/* Any hypercall delivers: xen_version(0). */
deliver:
	push	%rax
	push	%rcx
	push	%rdx
	push	%rsi
	push	%rdi
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	mov	$17, %edi
	xor	%esi, %esi
	xor	%edx, %edx
	call	pv_xen_call
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rdi
	pop	%rsi
	pop	%rdx
	pop	%rcx
	pop	%rax
	ret

	/* Jumped to with rip, cs, rflags, rsp, ss on the stack; the hypercall takes one word more. */
	op	iret
	incq	pv_hypercalls(%rip)
	incq	pv_hypercalls_by + 8 * XEN_IRET(%rip)
	push	$0
	jmp	pv_xen_hypercall_page + 32 * XEN_IRET

	.section .note.GNU-stack, "", @progbits
