/*
 * Threads and user mode on sparc64: not there yet, and everything that would need
 * it says so. Each function leaves this file as soon as it exists.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/sparc64/syscall.h>
#include "../user_isa.h"

static void PV_NORETURN
missing(const char *what)
{
	pv_panic("%s: user mode does not exist on sparc64 yet", what);
}

struct pv_uframe *
pv_isa_uframe_at(uintptr_t top)
{
	(void)top;
	missing("pv_thread_uframe");
}

uintptr_t
pv_isa_context_make(uintptr_t top, void (*entry)(void *arg), void *arg)
{
	(void)top;
	(void)entry;
	(void)arg;
	missing("pv_thread_init");
}

void
pv_isa_context_switch(uintptr_t *save, uintptr_t to)
{
	(void)save;
	(void)to;
	missing("pv_thread_switch");
}

void
pv_uframe_init(struct pv_uframe *f, uintptr_t pc, uintptr_t sp)
{
	(void)f;
	(void)pc;
	(void)sp;
	missing("pv_uframe_init");
}

uintptr_t
pv_uframe_pc(const struct pv_uframe *f)
{
	(void)f;
	missing("pv_uframe_pc");
}

uintptr_t
pv_uframe_sp(const struct pv_uframe *f)
{
	(void)f;
	missing("pv_uframe_sp");
}

void
pv_uframe_set_pc(struct pv_uframe *f, uintptr_t pc)
{
	(void)f;
	(void)pc;
	missing("pv_uframe_set_pc");
}

void
pv_uframe_set_sp(struct pv_uframe *f, uintptr_t sp)
{
	(void)f;
	(void)sp;
	missing("pv_uframe_set_sp");
}

uintptr_t
pv_uframe_call_nr(const struct pv_uframe *f)
{
	(void)f;
	missing("pv_uframe_call_nr");
}

uintptr_t
pv_uframe_call_arg(const struct pv_uframe *f, unsigned n)
{
	(void)f;
	(void)n;
	missing("pv_uframe_call_arg");
}

void
pv_uframe_set_result(struct pv_uframe *f, uintptr_t value, bool failed)
{
	(void)f;
	(void)value;
	(void)failed;
	missing("pv_uframe_set_result");
}

void
pv_uframe_restart_call(struct pv_uframe *f)
{
	(void)f;
	missing("pv_uframe_restart_call");
}

void
pv_uframe_clone(struct pv_thread *child, const struct pv_uframe *parent)
{
	(void)child;
	(void)parent;
	missing("pv_uframe_clone");
}

pv_status
pv_uframe_push_signal(struct pv_uframe *f, uintptr_t handler, uintptr_t number, uintptr_t trampoline)
{
	(void)f;
	(void)handler;
	(void)number;
	(void)trampoline;
	return PV_E_ABSENT;
}

pv_status
pv_uframe_pop_signal(struct pv_uframe *f, uintptr_t context)
{
	(void)f;
	(void)context;
	return PV_E_ABSENT;
}

size_t
pv_fpu_size(void)
{
	missing("pv_fpu_size");
}

void
pv_fpu_init(void *state)
{
	(void)state;
	missing("pv_fpu_init");
}

void
pv_fpu_save(void *state)
{
	(void)state;
	missing("pv_fpu_save");
}

void
pv_fpu_restore(const void *state)
{
	(void)state;
	missing("pv_fpu_restore");
}
