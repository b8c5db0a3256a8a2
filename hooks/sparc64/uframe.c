/*
 * User frames on sparc64: access, a clean one, copies, and where the program's
 * register windows go. What makes a frame a user frame (TSTATE) is written here and
 * in signal.c, and never taken from user code.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "uframe.h"
#include "tstate.h"

PV_NEED(user);

struct pv_uframe *
pv_isa_uframe_at(uintptr_t top)
{
	return (struct pv_uframe *)(top - sizeof(struct pv_uframe));
}

void
pv_uframe_init(struct pv_uframe *f, uintptr_t pc, uintptr_t sp)
{
	/* Should it be the running thread's own, its windows are none of the new program's. */
	pv_windows_flush();
	memset(f, 0, sizeof(*f));
	f->used = sizeof(f->window[0]);
	f->r.tstate = TSTATE_USER;
	pv_uframe_set_pc(f, pc);
	pv_uframe_set_sp(f, sp);
}

uintptr_t
pv_uframe_pc(const struct pv_uframe *f)
{
	return f->r.tpc;
}

uintptr_t
pv_uframe_sp(const struct pv_uframe *f)
{
	return f->r.o[6] + PV_STACK_BIAS;
}

void
pv_uframe_set_pc(struct pv_uframe *f, uintptr_t pc)
{
	pv_frame_set_pc(&f->r, pc);
}

void
pv_uframe_set_sp(struct pv_uframe *f, uintptr_t sp)
{
	f->r.o[6] = sp - PV_STACK_BIAS;
}

uintptr_t
pv_uframe_call_nr(const struct pv_uframe *f)
{
	return f->r.g[1];
}

uintptr_t
pv_uframe_call_arg(const struct pv_uframe *f, unsigned n)
{
	if (n >= 6)
		pv_panic("pv_uframe_call_arg(): a system call has arguments 0 to 5, there is no %u", n);
	/* Where the result goes. */
	return n == 0 ? f->r.fault[2] : f->r.o[n];
}

void
pv_uframe_set_result(struct pv_uframe *f, uintptr_t value, bool failed)
{
	f->r.o[0] = value;
	f->r.tstate = failed ? f->r.tstate | TSTATE_CARRY : f->r.tstate & ~TSTATE_CARRY;
}

/* What the way in has kept (backends/common/sparc64/user.c). */
void
pv_uframe_restart_call(struct pv_uframe *f)
{
	if (f->r.tt != PV_TT_SYSCALL)
		pv_panic("pv_uframe_restart_call() on a frame that is no system call's (trap type 0x%lx)",
		    (unsigned long)f->r.tt);
	f->r.tpc = f->r.fault[0];
	f->r.tnpc = f->r.fault[1];
	f->r.o[0] = f->r.fault[2];
	f->r.tt = 0;
}

void
pv_uframe_clone(struct pv_thread *child, const struct pv_uframe *parent)
{
	pv_windows_flush();
	*pv_thread_uframe(child) = *parent;
}

bool
pv_uframe_windows_push(struct pv_uframe *f, uintptr_t *at)
{
	struct pv_user_window *w = f->window;
	bool good = true;

	pv_windows_flush();
	while (good && f->used > sizeof(*w)) {
		*at = w->sp + PV_STACK_BIAS;
		good = (*at & 7) == 0 && pv_copyout(*at, w, 16 * sizeof(uint64_t)) == PV_OK;
		if (good) {
			f->used -= sizeof(*w);
			memmove(w, w + 1, f->used);
		}
	}
	return good;
}

void
pv_uframe_windows_drop(struct pv_uframe *f)
{
	f->window[0] = f->window[f->used / sizeof(f->window[0]) - 1];
	f->used = sizeof(f->window[0]);
}
