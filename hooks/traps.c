/*
 * Traps by cause: recovery, the kernel's handler, the kernel's hook, or the end.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hooks_internal.h"

static struct {
	pv_trap_handler handler;
	void *arg;
} handlers[PV_CAUSE_COUNT];

static const char *const cause_names[PV_CAUSE_COUNT] = {
	[PV_CAUSE_UNKNOWN] = "unknown trap",
	[PV_CAUSE_PAGE_FAULT] = "page fault",
	[PV_CAUSE_ILLEGAL] = "illegal instruction",
	[PV_CAUSE_DIVIDE] = "divide error",
	[PV_CAUSE_OVERFLOW] = "overflow",
	[PV_CAUSE_ALIGNMENT] = "alignment",
	[PV_CAUSE_BREAKPOINT] = "breakpoint",
	[PV_CAUSE_STEP] = "single step",
	[PV_CAUSE_FPU_OFF] = "FPU off",
	[PV_CAUSE_FPU_ERROR] = "FPU error",
	[PV_CAUSE_PROTECTION] = "protection",
	[PV_CAUSE_SEGMENT] = "segment",
	[PV_CAUSE_DOUBLE_FAULT] = "double fault",
	[PV_CAUSE_MACHINE_CHECK] = "machine check",
};

const char *
pv_cause_name(enum pv_cause cause)
{
	return (unsigned)cause < PV_CAUSE_COUNT ? cause_names[cause] : "?";
}

pv_status
pv_trap_set(enum pv_cause cause, pv_trap_handler handler, void *arg)
{
	if ((unsigned)cause >= PV_CAUSE_COUNT)
		return PV_E_INVAL;
	if ((pv_families() & PV_FAMILY_TRAPS) == 0)
		return PV_E_ABSENT;
	handlers[cause].handler = handler;
	handlers[cause].arg = arg;
	return PV_OK;
}

void
pv_trap_set_pc(struct pv_trap *trap, uintptr_t pc)
{
	pv_frame_set_pc(trap->frame, pc);
	trap->pc = pc;
}

static const char *
mode_name(const struct pv_trap *trap)
{
	return (trap->access & PV_ACCESS_USER) != 0 ? "user" : "kernel";
}

void
pv_trap_print(const struct pv_trap *trap)
{
	static const struct {
		unsigned bit;
		const char *name;
	} accesses[] = {
		{ PV_ACCESS_WRITE, "writing" }, { PV_ACCESS_EXEC, "executing" }, { PV_ACCESS_READ, "reading" },
		{ ~0u, "touching" },
	};
	unsigned i = 0;

	pv_printf("pv: %s in %s mode at 0x%lx", pv_cause_name(trap->cause), mode_name(trap),
	    (unsigned long)trap->pc);
	if (trap->cause == PV_CAUSE_PAGE_FAULT) {
		while (((trap->access | 1u << 31) & accesses[i].bit) == 0)
			i++;
		pv_printf(", %s 0x%lx (%s)", accesses[i].name, (unsigned long)trap->address,
		    (trap->access & PV_ACCESS_PRESENT) != 0 ? "not allowed" : "not mapped");
	}
	pv_printf(", code 0x%llx\n", (unsigned long long)trap->code);
	pv_frame_print(trap->frame);
}

/* The instruction at pc is not to blame for these: to pass over it would hide them. */
static bool
by_chance(enum pv_cause cause)
{
	return ((1u << PV_CAUSE_STEP | 1u << PV_CAUSE_BREAKPOINT | 1u << PV_CAUSE_DOUBLE_FAULT |
	    1u << PV_CAUSE_MACHINE_CHECK) >> cause & 1) != 0;
}

static bool
recovered(struct pv_trap *trap)
{
	uintptr_t fixup;

	if ((trap->access & PV_ACCESS_USER) != 0 || by_chance(trap->cause))
		return false;
	fixup = pv_trap_recover(trap->pc);
	if (fixup == 0)
		return false;
	pv_trap_set_pc(trap, fixup);
	return true;
}

bool
pv_trap_deliver(struct pv_trap *trap)
{
	const struct pv_hooks *h = pv_hooks_get();

	/*
	 * A page fault inside a user copy may be one that the kernel resolves (demand paging), so its
	 * handler comes first; recovery is for what nobody resolved.
	 */
	if (handlers[trap->cause].handler != NULL && handlers[trap->cause].handler(trap, handlers[trap->cause].arg))
		return true;
	if (recovered(trap))
		return true;
	if (h->trap != NULL && h->trap(h->context, trap))
		return true;
	if ((trap->access & PV_ACCESS_USER) != 0 && h->trap != NULL)
		return true;
	pv_trap_print(trap);
	pv_panic("%s in %s mode at 0x%lx, and no handler took it", pv_cause_name(trap->cause), mode_name(trap),
	    (unsigned long)trap->pc);
}
