/*
 * User frames on x86: access, a clean one, copies. What makes a frame a user frame
 * (selectors, flags) is written here and in signal.c, and never taken from user code.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "uframe.h"
#include PV_HOOKS_ISA(uframe_words.h)

PV_NEED(user);

struct pv_x86_user pv_x86_user;

struct pv_uframe *
pv_isa_uframe_at(uintptr_t top)
{
	return (struct pv_uframe *)(top - sizeof(struct pv_uframe));
}

void
pv_uframe_init(struct pv_uframe *f, uintptr_t pc, uintptr_t sp)
{
	memset(f, 0, sizeof(*f));
	f->r.vector = PV_FRAME_PLAIN;
	f->r.PV_U_PC = pc;
	f->r.PV_U_SP = sp;
	f->r.PV_U_FLAGS = pv_x86_user_flags(0, 0);
	f->r.cs = pv_x86_user.cs;
	f->r.ss = pv_x86_user.ds;
	pv_uframe_segments(&f->r, pv_x86_user.ds);
}

uintptr_t
pv_uframe_pc(const struct pv_uframe *f)
{
	return f->r.PV_U_PC;
}

uintptr_t
pv_uframe_sp(const struct pv_uframe *f)
{
	return f->r.PV_U_SP;
}

void
pv_uframe_set_pc(struct pv_uframe *f, uintptr_t pc)
{
	f->r.PV_U_PC = pc;
}

void
pv_uframe_set_sp(struct pv_uframe *f, uintptr_t sp)
{
	f->r.PV_U_SP = sp;
}

uintptr_t
pv_uframe_call_nr(const struct pv_uframe *f)
{
	return f->r.code;
}

uintptr_t
pv_uframe_call_arg(const struct pv_uframe *f, unsigned n)
{
	const uintptr_t args[6] = PV_U_ARGS(&f->r);

	if (n >= 6)
		pv_panic("pv_uframe_call_arg(): a system call has arguments 0 to 5, there is no %u", n);
	return args[n];
}

void
pv_uframe_set_result(struct pv_uframe *f, uintptr_t value, bool failed)
{
	f->r.PV_U_AX = value;
	f->r.PV_U_FLAGS = failed ? f->r.PV_U_FLAGS | PV_FLAGS_CF : f->r.PV_U_FLAGS & ~(uintptr_t)PV_FLAGS_CF;
}

void
pv_uframe_restart_call(struct pv_uframe *f)
{
	if (f->r.vector != PV_FRAME_CALL && f->r.vector != PV_FRAME_CALL_FAST)
		pv_panic("pv_uframe_restart_call() on a frame that is no system call's (vector 0x%x)",
		    (unsigned)f->r.vector);
	/*
	 * All ways in are two bytes long, and behind SYSENTER stands an int 0x80 for this very purpose
	 * (<pv/i386/syscall.h>).
	 */
	f->r.PV_U_PC -= 2;
	f->r.PV_U_AX = f->r.code;
	f->r.vector = PV_FRAME_PLAIN;
}

void
pv_uframe_clone(struct pv_thread *child, const struct pv_uframe *parent)
{
	*pv_thread_uframe(child) = *parent;
}
