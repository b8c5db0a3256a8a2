/*
 * Signals on i386. On the user stack, downwards: the context, the handler's two
 * arguments, the address that it returns to; the arguments begin at a multiple of
 * 16, as compilers expect.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/i386/syscall.h>
#include "../x86/uframe.h"

struct signal_frame {
	uint32_t trampoline;
	uint32_t number, context_at;	/* the arguments */
	struct pv_user_context context;
};

pv_status
pv_uframe_push_signal(struct pv_uframe *f, uintptr_t handler, uintptr_t number, uintptr_t trampoline)
{
	struct pv_frame *r = &f->r;
	struct signal_frame s = {
		.trampoline = trampoline,
		.number = number,
		.context = {
			.gs = r->gs, .fs = r->fs, .es = r->es, .ds = r->ds,
			.edi = r->edi, .esi = r->esi, .ebp = r->ebp, .ebx = r->ebx,
			.edx = r->edx, .ecx = r->ecx, .eax = r->eax, .eip = r->eip, .eflags = r->eflags, .esp = r->esp,
		},
	};
	/* A stack too small makes this wrap, and the copy refuses it. */
	uintptr_t sp = ((r->esp - (sizeof(s) - 4)) & ~(uintptr_t)15) - 4;
	pv_status status;

	s.context_at = sp + __builtin_offsetof(struct signal_frame, context);
	status = pv_copyout(sp, &s, sizeof(s));
	if (status != PV_OK)
		return status;
	r->eax = 0;
	r->eip = handler;
	r->esp = sp;
	r->ds = r->es = pv_x86_user.ds;
	r->eflags = pv_x86_user_flags(r->eflags & ~(PV_FLAGS_TF | PV_FLAGS_DF | PV_FLAGS_AC), r->eflags);
	r->vector = PV_FRAME_PLAIN;
	return PV_OK;
}

/* With ring 3 in it a selector cannot load what user mode may not have: the way out faults instead. */
static uint32_t
user_selector(uint32_t selector)
{
	selector &= 0xffff;
	return selector <= 3 ? 0 : selector | 3;
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
		.gs = user_selector(c.gs), .fs = user_selector(c.fs), .es = user_selector(c.es),
		.ds = user_selector(c.ds),
		.edi = c.edi, .esi = c.esi, .ebp = c.ebp, .ebx = c.ebx,
		.edx = c.edx, .ecx = c.ecx, .eax = c.eax,
		.eip = c.eip, .esp = c.esp,
		.vector = PV_FRAME_PLAIN,
		.eflags = pv_x86_user_flags(c.eflags, r->eflags), .cs = pv_x86_user.cs, .ss = pv_x86_user.ds,
	};
	return PV_OK;
}
