/*
 * Threads: what is portable of preparing and switching them.
 *
 * The order in a switch: everything that entries from user mode will need first, as
 * one batch, and the stack last, because with it this function goes on in another
 * thread.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "user_isa.h"

#define STACK_ALIGN	16u

/* Whoever made a space for a thread has it. */
#pragma weak pv_space_activate

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
	t->sp = pv_isa_context_make(pv_thread_top(t), entry, arg);
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
	pv_switch_kernel_sp(pv_thread_top(t));
	pv_switch_end();
}

void
pv_thread_make_current(struct pv_thread *t)
{
	struct pv_cpu *cpu = pv_cpu();

	cpu->thread = t;
	pv_switch_begin();
	if (t->space != NULL && t->space != cpu->space && pv_space_activate != NULL)
		pv_space_activate(t->space);
	pv_switch_kernel_sp(pv_thread_top(t));
	pv_switch_tls(t->tls);
	pv_switch_fpu(t->fpu_owned);
	pv_switch_end();
}

void
pv_thread_switch(struct pv_thread *from, struct pv_thread *to)
{
	uintptr_t place = to->sp;
	struct pv_batch open;

	/* The interrupt would not be ended, and nothing of its level come, before somebody switches back. */
	if (pv_cpu()->depth != 0)
		pv_panic("pv_thread_switch() in an interrupt's handler: do it in hook before_user or after_interrupt");
	if (pv_irq_enabled())
		pv_panic("pv_thread_switch() with the gate open: pv_irq_save() before it, pv_irq_restore() after");
	if (from == to)
		return;
	if (place == 0)
		pv_panic("pv_thread_switch() to a thread that runs, or has no place: pv_thread_init() it first");
	to->sp = 0;
	pv_thread_make_current(to);
	/* Its levels of pv_mmu_begin() are its own. The next thread has what it put away here, or none. */
	open = pv_cpu()->batch;
	pv_cpu()->batch = (struct pv_batch){ 0 };
	pv_isa_context_switch(&from->sp, place);
	pv_cpu()->batch = open;
}

void
pv_thread_ended(void)
{
	pv_panic("a thread's entry() returned: it must not, switch to another thread for good");
}
