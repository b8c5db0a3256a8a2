/*
 * From the trap table to portable causes and to the timer. The trap types are
 * those of SPARC V9 chapter 7, UltraSPARC and the sun4v API; they do not overlap.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "inputs.h"
#include "../../../hooks/sparc64/uframe.h"

#define TT_FPU_OFF		0x20u
#define TT_DATA_ERROR		0x32u
#define TT_NONRESUMABLE		0x7fu	/* sun4v */
#define TT_LEVEL		0x40u	/* + interrupt level */
#define TT_SOFTWARE		0x100u	/* + the number in the trap instruction */
#define TSTATE_PRIV		0x00400ul
#define TSTATE_PEF		0x01000ul
#define FPRS_FEF		4

/* Part of user mode: without it there is nobody who calls, and nobody to go back to. */
#pragma weak pv_sparc64_syscall
#pragma weak pv_sparc64_user_ready
/* Whoever has spaces has it. */
#pragma weak pv_space_query

struct pv_cpu pv_sparc64_cpus[PV_MAX_CPUS];
bool (*pv_sparc64_fault)(struct pv_trap *trap);
bool (*pv_sparc64_resolve)(struct pv_frame *frame);
void (*pv_sparc64_to_user)(struct pv_frame *frame);

static const struct {
	uint16_t first, last;
	enum pv_cause cause;
} causes[] = {
	{ 0x008, 0x009, PV_CAUSE_PAGE_FAULT },		/* instruction access */
	{ 0x00a, 0x00a, PV_CAUSE_MACHINE_CHECK },	/* its error */
	{ 0x010, 0x010, PV_CAUSE_ILLEGAL },
	{ 0x011, 0x011, PV_CAUSE_PROTECTION },		/* privileged opcode */
	{ 0x020, 0x020, PV_CAUSE_FPU_OFF },
	{ 0x021, 0x022, PV_CAUSE_FPU_ERROR },
	{ 0x023, 0x023, PV_CAUSE_OVERFLOW },
	{ 0x028, 0x028, PV_CAUSE_DIVIDE },
	{ 0x030, 0x031, PV_CAUSE_PAGE_FAULT },		/* data access */
	{ 0x032, 0x032, PV_CAUSE_MACHINE_CHECK },	/* its error */
	{ 0x034, 0x036, PV_CAUSE_ALIGNMENT },
	{ 0x037, 0x037, PV_CAUSE_PROTECTION },		/* privileged action */
	{ 0x061, 0x062, PV_CAUSE_STEP },		/* watchpoints */
	{ 0x064, 0x06f, PV_CAUSE_PAGE_FAULT },		/* fast misses and protection */
	{ 0x07f, 0x07f, PV_CAUSE_MACHINE_CHECK },	/* sun4v: an error nobody can resume from */
	{ 0x101, 0x101, PV_CAUSE_BREAKPOINT },		/* ta 1 */
};

static enum pv_cause
cause_of(unsigned tt)
{
	for (unsigned i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (tt >= causes[i].first && tt <= causes[i].last)
			return causes[i].cause;
	return PV_CAUSE_UNKNOWN;
}

static bool
from_user(const struct pv_frame *frame)
{
	return (frame->tstate & TSTATE_PRIV) == 0;
}

/*
 * Interrupt of a level. All are edges in SOFTINT, so clear before looking for
 * work. The timers share level 14 with a software bit of the same number.
 */
static void
interrupt(const struct pv_frame *frame, unsigned level)
{
	const struct pv_hooks *h = pv_hooks_get();
	uint64_t mine = level == PV_TIMER_LEVEL ? PV_SOFTINT_TIMERS | 1ul << level : 1ul << level;
	uint64_t pending = pv_sparc64_softint() & mine;

	pv_sparc64_softint_clear(pending);
	pv_cpu()->depth++;
	if ((pending & PV_SOFTINT_TIMERS) != 0)
		pv_timers_run();
	else if (level == PV_SPARC64_DEVICE_LEVEL && pending != 0)
		pv_sparc64_inputs_deliver();
	else if (pending == 0 || !pv_sparc64_soft_deliver(level))
		pv_lines_spurious();
	pv_cpu()->depth--;
	/* On the way to user mode it is before_user's turn. */
	if (pv_cpu()->depth == 0 && !from_user(frame) && h->after_interrupt != NULL)
		h->after_interrupt(h->context);
}

/* A miss says nothing of why there was no entry to load: the space does. */
static void
page_fault(struct pv_trap *trap)
{
	struct pv_space *space = pv_sparc64_fault(trap) ? pv_cpu()->space : pv_space_kernel();
	pv_paddr pa;
	unsigned flags;

	if (trap->cause == PV_CAUSE_PAGE_FAULT && space != NULL && pv_space_query != NULL &&
	    pv_space_query(space, pv_va(trap->address), &pa, &flags) == PV_OK)
		trap->access |= PV_ACCESS_PRESENT;
}

/* probe.S: from the first instruction that its error can be told at to the last. */
extern const char pv_sparc64_probe_first[], pv_sparc64_probe_last[], pv_sparc64_probe_failed[];
extern const char pv_sparc64_probe_write_first[], pv_sparc64_probe_write_last[];

static bool
within(uint64_t pc, const char *first, const char *last)
{
	return pc >= (uintptr_t)first && pc <= (uintptr_t)last;
}

static bool
probe_failed(struct pv_frame *frame, unsigned tt)
{
	if (tt != TT_DATA_ERROR || from_user(frame))
		return false;
	if (!within(frame->tpc, pv_sparc64_probe_first, pv_sparc64_probe_last) &&
	    !within(frame->tpc, pv_sparc64_probe_write_first, pv_sparc64_probe_write_last))
		return false;
	pv_frame_set_pc(frame, (uintptr_t)pv_sparc64_probe_failed);
	return true;
}

static void
exception(struct pv_frame *frame, unsigned tt)
{
	struct pv_trap trap;

	/*
	 * Programs may write FPRS and so turn off what they have; or had it turned off by another program,
	 * that has no FPU. It is not theirs to turn off: PSTATE.PEF says who has it.
	 */
	if (tt == TT_FPU_OFF && (frame->tstate & TSTATE_PEF) != 0) {
		__asm__ volatile("wr %%g0, %0, %%fprs" : : "i" (FPRS_FEF));
		return;
	}
	if (probe_failed(frame, tt) || (pv_sparc64_resolve != NULL && pv_sparc64_resolve(frame)))
		return;
	/* The instruction did what it was for: go on behind it. */
	if (tt >= TT_SOFTWARE)
		pv_frame_set_pc(frame, frame->tnpc);
	memset(&trap, 0, sizeof(trap));
	trap.cause = cause_of(tt);
	trap.access = from_user(frame) ? PV_ACCESS_USER : 0;
	trap.pc = frame->tpc;
	trap.sp = frame->o[6] + PV_STACK_BIAS;
	trap.code = (uint64_t)tt << 32;
	trap.frame = frame;
	if (trap.cause == PV_CAUSE_PAGE_FAULT || trap.cause == PV_CAUSE_ALIGNMENT)
		page_fault(&trap);
	(void)pv_trap_deliver(&trap);
}

/* A batch is whose it is; handlers, and threads that they go to, may have their own. */
void
pv_sparc64_trap(struct pv_frame *frame)
{
	unsigned tt = (unsigned)frame->tt;
	bool begun = pv_cpu()->batch.begun;

	pv_cpu()->batch.begun = false;
	if (tt > TT_LEVEL && tt < TT_LEVEL + 16)
		interrupt(frame, tt - TT_LEVEL);
	else if (tt == PV_TT_SYSCALL && from_user(frame) && pv_sparc64_syscall != NULL)
		pv_sparc64_syscall(frame);
	else
		exception(frame, tt);
	if (pv_cpu()->batch.begun)
		pv_panic("a handler of a trap or an interrupt is through, and in a batch: pv_mmu_end() first");
	pv_cpu()->batch.begun = begun;
	if (from_user(frame) && pv_sparc64_user_ready != NULL)
		pv_sparc64_user_ready(frame);
}

void
pv_sparc64_fatal(uint64_t tt, uint64_t pc, uint64_t level)
{
	if (tt == TT_NONRESUMABLE)
		pv_panic("trap 0x%lx at 0x%lx, trap level %lu: two errors: the hypervisor tells of one that nobody can "
		    "resume from, while another trap is being taken, perhaps of the one before", (unsigned long)tt,
		    (unsigned long)pc, (unsigned long)level);
	pv_panic("trap 0x%lx at 0x%lx, trap level %lu: inside the entry code of another trap (a bad stack "
	    "pointer?)", (unsigned long)tt, (unsigned long)pc, (unsigned long)level);
}

void
pv_frame_set_pc(struct pv_frame *frame, uintptr_t pc)
{
	frame->tpc = pc;
	frame->tnpc = pc + 4;
}

void
pv_frame_print(const struct pv_frame *frame)
{
	for (unsigned i = 0; i < 8; i++)
		pv_printf("pv:   g%u 0x%016lx  o%u 0x%016lx\n", i, i == 0 ? 0 : (unsigned long)frame->g[i],
		    i, (unsigned long)frame->o[i]);
	pv_printf("pv:   tt 0x%lx tpc 0x%lx tnpc 0x%lx tstate 0x%lx pil %lu y 0x%lx\n",
	    (unsigned long)frame->tt, (unsigned long)frame->tpc, (unsigned long)frame->tnpc,
	    (unsigned long)frame->tstate, (unsigned long)frame->pil, (unsigned long)frame->y);
}
