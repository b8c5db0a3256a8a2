/*
 * Threads: what is portable of preparing, switching and sending one to user mode.
 *
 * The order in a switch: everything that entries from user mode will need first, as
 * one batch, and the stack last, because with it this function goes on in another
 * thread.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "user_isa.h"

#define STACK_ALIGN	16u

static uintptr_t
top_of(const struct pv_thread *t)
{
	return t->stack_base + t->stack_size;
}

static bool
stack_fits(const void *stack, size_t size)
{
	uintptr_t base = (uintptr_t)stack;

	return base != 0 && (base | size) % STACK_ALIGN == 0 && size >= PV_STACK_MIN && base + size > base;
}

pv_status
pv_thread_init(struct pv_thread *t, void *stack, size_t stack_size, void (*entry)(void *arg), void *arg)
{
	if (entry == NULL || !stack_fits(stack, stack_size))
		return PV_E_INVAL;
	memset(t, 0, sizeof(*t));
	t->stack_base = (uintptr_t)stack;
	t->stack_size = stack_size;
	t->sp = pv_isa_context_make(top_of(t), entry, arg);
	return PV_OK;
}

void
pv_thread_adopt(struct pv_thread *t, void *stack, size_t stack_size)
{
	struct pv_cpu *cpu = pv_cpu();

	/* Our entry code's own stack: as much of it as is certain. */
	if (stack == NULL && cpu->kernel_sp != 0) {
		stack_size = PV_STACK_MIN;
		stack = (void *)(cpu->kernel_sp - stack_size);
	}
	if (!stack_fits(stack, stack_size))
		pv_panic("pv_thread_adopt(): a stack at 0x%lx of %lu bytes: make it %u-aligned, of %u at least",
		    (unsigned long)(uintptr_t)stack, (unsigned long)stack_size, STACK_ALIGN, PV_STACK_MIN);
	memset(t, 0, sizeof(*t));
	t->stack_base = (uintptr_t)stack;
	t->stack_size = stack_size;
	cpu->thread = t;
	pv_switch_begin();
	pv_switch_kernel_sp(top_of(t));
	pv_switch_end();
}

/* What the CPU needs to take entries from user mode as this thread. */
static void
make_current(struct pv_thread *t)
{
	struct pv_cpu *cpu = pv_cpu();

	cpu->thread = t;
	pv_switch_begin();
	if (t->space != NULL && t->space != cpu->space)
		pv_space_activate(t->space);
	pv_switch_kernel_sp(top_of(t));
	pv_switch_tls(t->tls);
	pv_switch_fpu(t->fpu_owned);
	pv_switch_end();
}

void
pv_thread_switch(struct pv_thread *from, struct pv_thread *to)
{
	uintptr_t place = to->sp;

	if (from == to)
		return;
	if (place == 0)
		pv_panic("pv_thread_switch() to a thread that runs, or has no place: pv_thread_init() it first");
	to->sp = 0;
	make_current(to);
	pv_isa_context_switch(&from->sp, place);
}

void
pv_thread_ended(void)
{
	pv_panic("a thread's entry() returned: it must not, switch to another thread for good");
}

struct pv_uframe *
pv_thread_uframe(struct pv_thread *t)
{
	return pv_isa_uframe_at(top_of(t));
}

void
pv_user_enter(void)
{
	struct pv_thread *t;

	pv_irq_disable();
	t = pv_cpu()->thread;
	if (t == NULL)
		pv_panic("pv_user_enter() without a thread: pv_thread_adopt() or pv_thread_switch() first");
	/* The kernel may have given it a space or TLS since it was switched to. */
	make_current(t);
	pv_ops.user.enter(pv_thread_uframe(t));
	pv_panic("user.enter came back: the backend's op must not");
}

void
pv_before_user(void)
{
	const struct pv_hooks *h = pv_hooks_get();

	pv_irq_disable();
	if (h->before_user != NULL)
		h->before_user(h->context);
	/* It may have slept. */
	pv_irq_disable();
}
