/*
 * Traps, user mode and what a switch sets: what those files share.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_TRAP_H
#define PV_XEN_TRAP_H

#include "xen.h"
#include "../common/x86/frame.h"
#include "../common/x86/vectors.h"

#define PV_XEN_TRAP_SIZE	16u	/* bytes of one of pv_xen_trap_entries */
#define PV_XEN_TRAP_MASK	4u	/* close the gate on entry */

/*
 * struct xen_trap_info.flags. For Xen the kernel is in ring 1, and may raise by an instruction what it
 * likes, as on bare metal, but for those whose frame has an error code: `int` brings none.
 */
static inline uint8_t
pv_xen_trap_flags(unsigned vector, unsigned dpl)
{
	if (dpl == 0 && !PV_HAS_CODE(vector))
		dpl = 1;
	return (uint8_t)(dpl | PV_XEN_TRAP_MASK);
}

/*
 * Let a vector enter at `address` with the gate closed; `dpl` 3 if user mode may raise it by an
 * instruction. Records a refusal of `op`.
 */
pv_status pv_xen_trap_gate(const char *op, unsigned vector, const void *address, unsigned dpl);
/* Where Xen calls in: XEN_CALLBACK_*. The gate is closed on entry. */
pv_status pv_xen_callback(const char *op, unsigned type, const void *entry);

/* -- called by <isa>/trap.S and user.S, gate closed; what comes back is the frame to return to -- */
struct pv_frame *pv_xen_trap(struct pv_frame *frame);
void pv_xen_event(struct pv_frame *frame);
void pv_xen_failsafe(struct pv_frame *frame);
void pv_xen_call_gate(struct pv_frame *frame);
bool pv_xen_syscall(struct pv_frame *frame);	/* true: the short way back will do */
/*
 * A trap from kernel mode in the few instructions to user mode, where the ISA has some that can
 * fault. NULL: it was not; a kernel frame: go on there; a user frame: it is that code's fault.
 */
struct pv_frame *pv_xen_edge(struct pv_frame *frame) PV_WEAK;
void pv_xen_user_exit(struct pv_frame *frame) PV_NORETURN;
extern const char pv_xen_syscall_entry[] PV_WEAK, pv_xen_int80_entry[] PV_WEAK;

/* -- cpu.c: task switched, the flag of CR0 by which the FPU traps -- */
/* What was asked for last. */
bool pv_xen_fpu_off(void);
/* Xen clears it by itself before it reports the trap; and again, to have back what was asked for. */
void pv_xen_fpu_trapped(void);
void pv_xen_fpu_again(void);

/* fpu.c: what of its state there is, for a CPU of ours */
void pv_xen_fpu_setup(void);
/* The site convention, for ops without arguments. */
#define PV_XEN_SITE_FN	__attribute__((no_caller_saved_registers))
PV_XEN_SITE_FN void pv_xen_fpu_clear(void);
PV_XEN_SITE_FN void pv_xen_fpu_set(void);

/* <isa>/base.c: in the queue of the switch */
void pv_xen_switch_tls(uintptr_t base);

#endif
