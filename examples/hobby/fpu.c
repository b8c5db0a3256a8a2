/*
 * Floating-point registers. A process that never uses them has none; at its first use
 * it gets a place for them, and whoever had them in the CPU is saved first.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "kernel.h"

#define ALIGN	64u

static struct process *owner;	/* whose registers are in the CPU */

/* Where the state begins in the block that it lies in. */
static void *
state_in(void *block)
{
	return (void *)(((uintptr_t)block + ALIGN - 1) & ~(uintptr_t)(ALIGN - 1));
}

static bool
fpu_off(struct pv_trap *trap, void *arg)
{
	(void)arg;
	if ((trap->access & PV_ACCESS_USER) == 0 || current == NULL)
		return false;
	if (current->fpu_block == NULL) {
		current->fpu_block = heap_new(pv_fpu_size() + ALIGN);
		if (current->fpu_block == NULL) {
			text_copy(current->cause, "there is no memory for its FPU registers", sizeof(current->cause));
			signal_send(current, SIGKILL);
			return true;
		}
		current->thread.fpu = state_in(current->fpu_block);
		pv_fpu_init(current->thread.fpu);
	}
	pv_switch_fpu(true);
	if (owner != NULL) {
		pv_fpu_save(owner->thread.fpu);
		owner->thread.fpu_owned = false;
	}
	pv_fpu_restore(current->thread.fpu);
	current->thread.fpu_owned = true;
	owner = current;
	return true;
}

void
fpu_init(void)
{
	if (pv_trap_set(PV_CAUSE_FPU_OFF, fpu_off, NULL) != PV_OK)
		pv_panic("libpv did not take the handler for the FPU");
	(void)pv_fpu_size();	/* asks the CPU, once: now, not when a process first uses the registers */
}

/* A copy of the current process's registers; *to stays NULL if it has none. */
bool
fpu_push(void **to)
{
	pv_irq_state gate;

	if (current->fpu_block == NULL)
		return true;
	*to = heap_new(pv_fpu_size() + ALIGN);
	if (*to == NULL)
		return false;
	gate = pv_irq_save();
	if (owner == current)
		pv_fpu_save(current->thread.fpu);
	pv_irq_restore(gate);
	memcpy(state_in(*to), current->thread.fpu, pv_fpu_size());
	return true;
}

/* The child has what the parent has. */
int
fpu_fork(struct process *child)
{
	if (!fpu_push(&child->fpu_block))
		return -ENOMEM;
	if (child->fpu_block != NULL)
		child->thread.fpu = state_in(child->fpu_block);
	return 0;
}

void
fpu_forget(struct process *p)
{
	pv_irq_state gate = pv_irq_save();

	if (owner == p) {
		owner = NULL;
		p->thread.fpu_owned = false;
		if (p == current)
			pv_switch_fpu(false);
	}
	pv_irq_restore(gate);
	heap_free(p->fpu_block);
	p->fpu_block = NULL;
	p->thread.fpu = NULL;
	for (unsigned i = 0; i < MAX_NESTED; i++) {
		heap_free(p->fpu_kept[i]);
		p->fpu_kept[i] = NULL;
	}
}

void
fpu_pop(void **kept)
{
	pv_irq_state gate = pv_irq_save();

	if (*kept != NULL) {
		memcpy(current->thread.fpu, state_in(*kept), pv_fpu_size());
		if (owner == current) {
			owner = NULL;
			current->thread.fpu_owned = false;
			pv_switch_fpu(false);
		}
	}
	pv_irq_restore(gate);
	heap_free(*kept);
	*kept = NULL;
}
