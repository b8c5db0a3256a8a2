/*
 * Signals on x86_64. On the user stack, downwards: 128 bytes that belong to the
 * interrupted code (System V ABI, red zone), the context, the address that the
 * handler returns to. The handler is entered as if called: number in rdi, context
 * in rsi, rsp 8 below a multiple of 16.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86_64/syscall.h>
#include "../x86/uframe.h"

#define RED_ZONE	128u

struct signal_frame {
	uint64_t trampoline;
	struct pv_user_context context;
};

pv_status
pv_uframe_push_signal(struct pv_uframe *f, uintptr_t handler, uintptr_t number, uintptr_t trampoline)
{
	struct pv_frame *r = &f->r;
	struct signal_frame s = {
		.trampoline = trampoline,
		.context = {
			.r15 = r->r15, .r14 = r->r14, .r13 = r->r13, .r12 = r->r12,
			.r11 = r->r11, .r10 = r->r10, .r9 = r->r9, .r8 = r->r8,
			.rdi = r->rdi, .rsi = r->rsi, .rbp = r->rbp, .rbx = r->rbx,
			.rdx = r->rdx, .rcx = r->rcx, .rax = r->rax,
			.rip = r->rip, .rflags = r->rflags, .rsp = r->rsp,
		},
	};
	/* A stack too small makes this wrap, and the copy refuses it. */
	uintptr_t context = (r->rsp - RED_ZONE - sizeof(s.context)) & ~(uintptr_t)15;
	uintptr_t sp = context - sizeof(s.trampoline);
	pv_status status = pv_copyout(sp, &s, sizeof(s));

	if (status != PV_OK)
		return status;
	r->rdi = number;
	r->rsi = context;
	r->rax = 0;
	r->rip = handler;
	r->rsp = sp;
	r->rflags = pv_x86_user_flags(r->rflags & ~(uint64_t)(PV_FLAGS_TF | PV_FLAGS_DF | PV_FLAGS_AC), r->rflags);
	r->vector = PV_FRAME_PLAIN;
	return PV_OK;
}

pv_status
pv_uframe_pop_signal(struct pv_uframe *f, uintptr_t context)
{
	struct pv_frame *r = &f->r;
	struct pv_user_context c;
	pv_status status = pv_copyin(&c, context, sizeof(c));

	if (status != PV_OK)
		return status;
	*r = (struct pv_frame){
		.r15 = c.r15, .r14 = c.r14, .r13 = c.r13, .r12 = c.r12,
		.r11 = c.r11, .r10 = c.r10, .r9 = c.r9, .r8 = c.r8,
		.rdi = c.rdi, .rsi = c.rsi, .rbp = c.rbp, .rbx = c.rbx,
		.rdx = c.rdx, .rcx = c.rcx, .rax = c.rax, .rip = c.rip, .rsp = c.rsp,
		.vector = PV_FRAME_PLAIN,
		.rflags = pv_x86_user_flags(c.rflags, r->rflags), .cs = pv_x86_user.cs, .ss = pv_x86_user.ds,
	};
	return PV_OK;
}
