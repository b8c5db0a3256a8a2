/*
 * The hot ops under Xen PV on i386; see backends/xen/x86_64/gate.S. The event mask is
 * in vcpu_info, which lies in struct pv_cpu behind %fs.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../abi.h"

#define HV_AREA		128		/* __builtin_offsetof(struct pv_cpu, hv_area), checked in backend.c */
#define PENDING		%fs:pv_percpu_offset + HV_AREA + 0
#define MASK		%fs:pv_percpu_offset + HV_AREA + 1
#define CR2		%fs:pv_percpu_offset + HV_AREA + 8

	.weak	pv_percpu_offset
	.text

	.macro	op name
	.globl	pv_xen_\name
	.type	pv_xen_\name, @function
	.balign	8
pv_xen_\name:
	.endm

	op	irq_save		/* -> eax */
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

	op	irq_restore		/* eax -> */
	mov	%al, MASK
	cmp	%al, PENDING		/* both are 0 or 1: pending, and open? */
	ja	deliver
	ret

	op	irq_read		/* -> eax */
	movzbl	MASK, %eax
	ret

	op	cr2_read		/* -> eax */
	mov	CR2, %eax
	ret

	op	port_ones		/* -> al, ax or eax: nobody is at this port */
	or	$-1, %eax
	ret

	op	port_nothing
	ret

	op	swapgs			/* i386 reloads %fs at entry instead */
	ret

	/* Any hypercall delivers: xen_version(0). */
deliver:
	push	%eax
	push	%ecx
	push	%edx
	push	$0
	push	$0
	push	$0
	push	$0
	push	$XEN_XEN_VERSION
	call	pv_xen_call
	add	$20, %esp
	pop	%edx
	pop	%ecx
	pop	%eax
	ret

	/*
	 * Jumped to with eip, cs, eflags (esp, ss) on the stack; the stub pushes eax, which Xen takes off.
	 * %ds may be the user's already.
	 */
	op	iret
	addl	$1, %ss:pv_hypercalls
	adcl	$0, %ss:pv_hypercalls + 4
	incl	%ss:pv_hypercalls_by + 4 * XEN_IRET
	jmp	pv_xen_hypercall_page + 32 * XEN_IRET

	.section .note.GNU-stack, "", @progbits
