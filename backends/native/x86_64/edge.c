/*
 * Faults in the few instructions between kernel and user mode of x86_64.
 *
 * User mode can make the iret to it fault, by an address that is none or a selector
 * that is gone: that is a fault of the user's code, though the CPU reports it for
 * kernel mode. And a data breakpoint that strikes in the instruction before a system
 * call (MOV SS, POP SS hold it back) is reported at the first instruction of the
 * kernel, where nobody wants it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../x86/native.h"
#include "../x86/stubs.h"

#define VECTOR_DB	1
#define VECTOR_NP	11
#define VECTOR_GP	13

extern const char pv_native_exit[];
extern const char pv_native_syscall_entry[], pv_native_syscall_compat[];

static bool
at_exit(const struct pv_frame *f)
{
	return f->vector >= VECTOR_NP && f->vector <= VECTOR_GP &&
	    (f->rip == (uintptr_t)pv_native_exit || f->rip == (uintptr_t)pv_native_iret);
}

static bool
at_entry(const struct pv_frame *f)
{
	return f->rip == (uintptr_t)pv_native_syscall_entry ||
	    f->rip == (uintptr_t)pv_native_syscall_compat ||
	    f->rip - (uintptr_t)pv_native_stubs < STUBS_BYTES;
}

/*
 * The user's registers are those in f; what the iret was about to load lies, untouched, where the
 * stack pointer was. The two frames overlap: f is gone afterwards.
 */
static struct pv_frame *
user_frame_again(const struct pv_frame *f)
{
	struct pv_frame *u = (struct pv_frame *)(f->rsp - __builtin_offsetof(struct pv_frame, rip));
	struct pv_frame regs = *f;

	if ((u->cs & 3) == 0)
		return NULL;
	memcpy(u, &regs, __builtin_offsetof(struct pv_frame, vector));
	u->vector = VECTOR_GP;
	u->code = regs.code;
	return u;
}

struct pv_frame *
pv_native_edge(struct pv_frame *f)
{
	if (at_exit(f))
		return user_frame_again(f);
	if (f->vector == VECTOR_DB && at_entry(f))
		return f;
	return NULL;
}
