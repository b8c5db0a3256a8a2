/*
 * Signals on sparc64. On the user stack, downwards: the context; what every function
 * may expect below it, room for its window and six words. The handler begins in the
 * interrupted code's window, as if called by it, so that window goes to its own save
 * area first; it comes back from there.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/sparc64/syscall.h>
#include "uframe.h"
#include "tstate.h"

#define WINDOW_SIZE	(16 * sizeof(uint64_t))

/* The last one, after all are in the frame. */
static struct pv_user_window *
current_window(struct pv_uframe *f)
{
	pv_windows_flush();
	return &f->window[f->used / sizeof(f->window[0]) - 1];
}

pv_status
pv_uframe_push_signal(struct pv_uframe *f, uintptr_t handler, uintptr_t number, uintptr_t trampoline)
{
	struct pv_frame *r = &f->r;
	struct pv_user_context c = { .tstate = r->tstate, .tpc = r->tpc, .tnpc = r->tnpc, .y = r->y };
	uintptr_t window = r->o[6] + PV_STACK_BIAS;
	/* A stack too small makes this wrap, and the copy refuses it. */
	uintptr_t context = (window - sizeof(c)) & ~(uintptr_t)15;

	memcpy(c.g, r->g, sizeof(c.g));
	memcpy(c.o, r->o, sizeof(c.o));
	if ((window & 7) != 0 || pv_copyout(window, current_window(f), WINDOW_SIZE) != PV_OK ||
	    pv_copyout(context, &c, sizeof(c)) != PV_OK)
		return PV_E_FAULT;
	r->o[0] = number;
	r->o[1] = context;
	r->o[7] = trampoline - 8;
	pv_uframe_set_sp(f, context - PV_WINDOW_AREA);
	pv_uframe_set_pc(f, handler);
	r->tstate = TSTATE_USER;
	r->tt = 0;
	return PV_OK;
}

pv_status
pv_uframe_pop_signal(struct pv_uframe *f, uintptr_t context)
{
	struct pv_user_window w;
	struct pv_user_context c;
	uintptr_t at;

	/* The context may be of a function whose window is on its way to the stack. */
	if (pv_copyin(&c, context, sizeof(c)) != PV_OK || !pv_uframe_windows_push(f, &at) ||
	    pv_copyin(&w, c.o[6] + PV_STACK_BIAS, WINDOW_SIZE) != PV_OK)
		return PV_E_FAULT;
	memcpy(current_window(f), &w, WINDOW_SIZE);
	memcpy(f->r.g, c.g, sizeof(c.g));
	memcpy(f->r.o, c.o, sizeof(c.o));
	f->r.tstate = TSTATE_OF(c.tstate);
	f->r.tpc = c.tpc;
	f->r.tnpc = c.tnpc;
	f->r.y = c.y;
	f->r.tt = 0;
	return PV_OK;
}
