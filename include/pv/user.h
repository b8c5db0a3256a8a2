/*
 * Threads, user mode, system calls, and the only ways to touch user memory.
 *
 * A struct pv_thread is a kernel stack with a saved place on it. The kernel owns
 * it and its stack and decides who runs; pv_thread_switch() goes there. A thread
 * that enters user mode keeps its user registers in one opaque frame at the top
 * of its kernel stack. Register windows, stack bias, fast system call formats
 * and who saves what stay behind that frame.
 *
 * A system call brings a number, six words of arguments, and a result word with
 * an error flag. What instruction user code executes is in <pv/syscall.h> and
 * <pv/ISA/syscall.h>, which is all that a user program needs to know of libpv.
 *
 * User addresses are never dereferenced by portable code: copyin, copyout and
 * friends check the range against the user half and survive any fault inside,
 * returning PV_E_FAULT. They may take page faults that the kernel's handler
 * resolves (demand paging): call them where that handler may sleep.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_USER_H
#define PV_USER_H

#include <pv/mmu.h>

PV_BEGIN_DECLS

struct pv_uframe;		/* user registers */

struct pv_thread {
	uintptr_t sp;			/* saved place; 0 while running */
	uintptr_t stack_base;		/* kernel stack */
	uintptr_t stack_size;
	uintptr_t tls;			/* user thread-local base */
	struct pv_space *space;		/* NULL: a kernel thread, runs in any */
	void *fpu;			/* pv_fpu_size() bytes, or NULL: may not use the FPU */
	bool fpu_owned;			/* its FPU state is in the CPU */
	void *kernel;			/* the kernel's own pointer */
};

/*
 * Prepare a thread that starts in entry(arg) on its stack with the gate closed; entry must
 * not return. Everything else in *t becomes 0: set space, tls, fpu and kernel afterwards. The
 * stack stays mapped in every space. PV_E_INVAL: no entry; stack not 16-aligned, or below
 * PV_STACK_MIN (the ISA's, <pv/types.h>). Any context.
 */
pv_status pv_thread_init(struct pv_thread *t, void *stack, size_t stack_size,
    void (*entry)(void *arg), void *arg);

/*
 * Leave the current thread (saved in *from) and go on in *to: kernel stack, space, TLS and
 * FPU in one batch. A thread without a space runs in the one that is active. Gate closed,
 * and not in an interrupt's handler (hooks before_user and after_interrupt are the places): else it panics.
 * Returns when somebody switches back, at once if they are the same. Panics if *to runs or has no place.
 *
 * The FPU: a thread whose fpu_owned is false gets PV_CAUSE_FPU_OFF at its first use. A kernel
 * that lets threads keep the FPU across switches remembers whose state is in it, and in that
 * handler
 *
 *	pv_switch_fpu(true);			the FPU works from here on
 *	if (owner != NULL) { pv_fpu_save(owner->fpu); owner->fpu_owned = false; }
 *	pv_fpu_restore(thread->fpu);		pv_fpu_init() made it
 *	thread->fpu_owned = true; owner = thread;
 *
 * and returns true. With several CPUs a thread is saved before another CPU may run it.
 */
void pv_thread_switch(struct pv_thread *from, struct pv_thread *to);

/*
 * Tell libpv that the code running now is `t` (once, for the boot thread). Everything else in *t
 * becomes 0. The user frame will lie in the last PV_UFRAME_ROOM bytes of the stack: if the thread is
 * to enter user mode, nothing that is still needed may be there. stack NULL: the one that libpv's
 * entry code began on, where they are free. Panics on a stack that pv_thread_init() would refuse.
 */
void pv_thread_adopt(struct pv_thread *t, void *stack, size_t stack_size);

/* The thread's user frame: valid from pv_uframe_init() or inside a trap or call from user mode. */
struct pv_uframe *pv_thread_uframe(struct pv_thread *t);

/*
 * A clean user state that starts at pc with the given stack, interrupts on, all else 0. What the
 * program is to find on its stack begins at sp + PV_USER_SP_AREA.
 */
void pv_uframe_init(struct pv_uframe *f, uintptr_t pc, uintptr_t sp);
/*
 * Enter user mode with the current thread's frame, in its space and with its TLS, also if these
 * were set since the switch. Gate open or closed. Does not return; panics if no thread is current.
 */
void pv_user_enter(void) PV_NORETURN;

uintptr_t pv_uframe_pc(const struct pv_uframe *f);
uintptr_t pv_uframe_sp(const struct pv_uframe *f);
void pv_uframe_set_pc(struct pv_uframe *f, uintptr_t pc);
void pv_uframe_set_sp(struct pv_uframe *f, uintptr_t sp);

uintptr_t pv_uframe_call_nr(const struct pv_uframe *f);
uintptr_t pv_uframe_call_arg(const struct pv_uframe *f, unsigned n);	/* n < 6 */
/* What the call returns; failed says that it is an error number. */
void pv_uframe_set_result(struct pv_uframe *f, uintptr_t value, bool failed);
/* Execute the call instruction again. In the handler of the call only: panics on another frame. */
void pv_uframe_restart_call(struct pv_uframe *f);

/* fork: make child's user frame a copy of the parent's. */
void pv_uframe_clone(struct pv_thread *child, const struct pv_uframe *parent);

/*
 * Signals: save the user state on the user stack and make it run
 * handler(number, context), returning to `trampoline`, which calls back into the kernel.
 * pv_uframe_pop_signal() takes the state back from the user's context address; what the user
 * put there is checked: privileged state never comes from it. PV_E_FAULT: bad stack, and the
 * frame is as before. FPU state is not part of it. In a system call set the result, or have it
 * restarted, first.
 */
pv_status pv_uframe_push_signal(struct pv_uframe *f, uintptr_t handler, uintptr_t number,
    uintptr_t trampoline);
pv_status pv_uframe_pop_signal(struct pv_uframe *f, uintptr_t context);

/*
 * System calls arrive here, on the thread's kernel stack, gate open. Set once, stage TRAPS.
 * PV_E_EXIST: it is set; PV_E_INVAL: no handler; PV_E_STAGE: before stage TRAPS; PV_E_ABSENT: the
 * kernel keeps the traps (<pv/pv.h>). Without a handler every call fails with PV_E_ABSENT.
 */
typedef void (*pv_syscall_handler)(struct pv_uframe *f);
pv_status pv_syscall_set(pv_syscall_handler handler);
/* Ways in that work here: "syscall int80". */
const char *pv_syscall_ways(void);

/* May fault and sleep. PV_E_FAULT: any part outside of user space or not accessible. */
pv_status pv_copyin(void *to, uintptr_t user_from, size_t size);
pv_status pv_copyout(uintptr_t user_to, const void *from, size_t size);
/*
 * A string with its NUL, at most size bytes; *length without the NUL, if it is asked for. PV_E_TOOLONG:
 * they have no NUL.
 */
pv_status pv_copyinstr(char *to, uintptr_t user_from, size_t size, size_t *length);
/* One naturally aligned word, in a single access. PV_E_INVAL: not aligned. */
pv_status pv_fetch32(uint32_t *to, uintptr_t user_from);
pv_status pv_store32(uintptr_t user_to, uint32_t value);

/* Part of the op table. */
struct pv_user_ops {
	/* Set up the ways in on this CPU: gates, MSRs. Stage TRAPS. */
	pv_status (*init)(void);

	/*
	 * Go to user mode with this frame, which lies at the top of the stack that we are on: hook
	 * before_user, then out. Gate closed. Does not return.
	 */
	void (*enter)(struct pv_uframe *f);

	const char *(*ways)(void);
};

PV_END_DECLS
#endif
