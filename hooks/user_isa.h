/*
 * Threads and user mode: what hooks/<isa>/ supplies to the portable half in
 * hooks/thread.c and hooks/user.c. Besides these the ISA defines struct pv_uframe
 * and all pv_uframe_*() and pv_fpu_*() of the public headers.
 *
 * What a backend supplies is struct pv_user_ops: the ways in, and the way out.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOOKS_USER_ISA_H
#define PV_HOOKS_USER_ISA_H

#include "hooks_internal.h"

/* Where the user frame of a kernel stack with this top lies; the stack proper begins below it. */
struct pv_uframe *pv_isa_uframe_at(uintptr_t top);

/* A saved place below the user frame that goes on in entry(arg); what it gives is for the next function. */
uintptr_t pv_isa_context_make(uintptr_t top, void (*entry)(void *arg), void *arg);
/*
 * Save the registers that a C function must keep on the current stack, where that is in *save,
 * and take up those saved at `to`. Gate closed. Returns when somebody switches back.
 */
void pv_isa_context_switch(uintptr_t *save, uintptr_t to);
/* What the CPU needs to take entries from user mode as this thread (thread.c). */
void pv_thread_make_current(struct pv_thread *t);

static inline uintptr_t
pv_thread_top(const struct pv_thread *t)
{
	return t->stack_base + t->stack_size;
}

/* Where a thread ends up whose entry() returned. */
void pv_thread_ended(void) PV_NORETURN;

/*
 * Copies between kernel and user memory; ranges are checked already. True: all of it. False: a
 * fault came that nobody resolved.
 */
bool pv_isa_copy_in(void *to, uintptr_t user_from, size_t size);
bool pv_isa_copy_out(uintptr_t user_to, const void *from, size_t size);
bool pv_isa_fetch32(uint32_t *to, uintptr_t user_from);
bool pv_isa_store32(uintptr_t user_to, uint32_t value);
/* Copy up to `size` bytes or to the NUL: how many came before the NUL, `size` if there is none, ~0: fault. */
size_t pv_isa_copy_string(char *to, uintptr_t user_from, size_t size);

/* -- for backends -- */

/* A system call came from user mode: run the kernel's handler with the gate open. */
void pv_syscall_deliver(struct pv_uframe *f);
/* The kernel's last word before user mode runs again. Gate closed, also afterwards. */
void pv_before_user(void);

#endif
