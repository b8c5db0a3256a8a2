/*
 * Traps: what the CPU reports, as portable causes.
 *
 * A handler is set per cause and gets a description; it may change the frame and
 * let the code go on. What nobody handles goes to the kernel's `trap` hook. From
 * user mode that is the last word; from kernel mode, and where there is no such
 * hook, what it does not take either is printed and stops in the panic hook.
 *
 * The fault address is exact to the page only, and the kind of access may be
 * unknown: that is what all machines can promise.
 *
 * Order for a trap: the cause's handler (which may resolve a fault on demand),
 * recovery of user copies (<pv/user.h>), the hook. Descriptor tables and segments
 * of x86 are in <pv/x86/desc.h>.
 *
 * Context: pv_trap_set from stage TRAPS on, any CPU. Handlers run with the gate
 * closed, on the interrupted thread's kernel stack; for double faults, machine checks
 * and single steps in kernel mode that may be a stack of 8 KiB for that cause alone.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_DESC_H
#define PV_DESC_H

#include <pv/status.h>

PV_BEGIN_DECLS

enum pv_cause {
	PV_CAUSE_UNKNOWN = 0,
	PV_CAUSE_PAGE_FAULT,
	PV_CAUSE_ILLEGAL,		/* not an instruction, or not here */
	PV_CAUSE_DIVIDE,
	PV_CAUSE_OVERFLOW,		/* trap-on-overflow and bound instructions */
	PV_CAUSE_ALIGNMENT,
	PV_CAUSE_BREAKPOINT,
	PV_CAUSE_STEP,			/* single step and hardware breakpoints */
	PV_CAUSE_FPU_OFF,
	PV_CAUSE_FPU_ERROR,
	PV_CAUSE_PROTECTION,		/* privileged instruction, bad selector, non-canonical address */
	PV_CAUSE_SEGMENT,		/* segment or stack segment not present */
	PV_CAUSE_DOUBLE_FAULT,
	PV_CAUSE_MACHINE_CHECK,
	PV_CAUSE_COUNT
};

/* "page fault". */
const char *pv_cause_name(enum pv_cause cause);

#define PV_ACCESS_READ		0x01u
#define PV_ACCESS_WRITE		0x02u
#define PV_ACCESS_EXEC		0x04u
#define PV_ACCESS_UNKNOWN	0x08u
#define PV_ACCESS_PRESENT	0x10u	/* a translation exists but forbids this */
#define PV_ACCESS_USER		0x20u	/* done in user mode */

struct pv_frame;	/* registers at the trap; layout in <pv/ISA/frame.h> for those who must */

struct pv_trap {
	enum pv_cause cause;
	unsigned access;		/* PV_ACCESS_* for page faults; PV_ACCESS_USER always */
	uintptr_t address;		/* page fault: where; alignment: where if known, else 0 */
	uintptr_t pc;
	uintptr_t sp;
	uint64_t code;			/* the ISA's own number and error code: vector << 32 | code */
	struct pv_frame *frame;
};

/* True: go on with the frame as it is now. False: not mine, next in order. */
typedef bool (*pv_trap_handler)(struct pv_trap *trap, void *arg);

/* NULL removes. PV_E_INVAL: no such cause; PV_E_ABSENT: the kernel keeps the traps (<pv/pv.h>). */
pv_status pv_trap_set(enum pv_cause cause, pv_trap_handler handler, void *arg);

/* Change where the frame goes on. */
void pv_trap_set_pc(struct pv_trap *trap, uintptr_t pc);

/*
 * For kernels with their own trap dispatch: where to go on when a trap from kernel mode came at
 * pc, because the instruction there is one of libpv's that may fault (user copies, probes of
 * registers); 0: it is none of those. Any context.
 */
uintptr_t pv_trap_recover(uintptr_t pc);

/* Print the trap and its registers on the console. */
void pv_trap_print(const struct pv_trap *trap);

/* Part of the op table. */
struct pv_trap_ops {
	/* Install descriptor and trap tables of this CPU. Stage TRAPS, gate closed. */
	pv_status (*init)(void);

	/* Let an NMI reach pv_nmi_set()'s handler. */
	pv_status (*nmi_enable)(void);
};

PV_END_DECLS
#endif
