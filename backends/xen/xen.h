/*
 * What the files of the Xen backend share.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_H
#define PV_XEN_H

#include <pv/backend.h>
#include <pv/x86/boot.h>	/* pv_xen_hypercall_page */
#include "abi.h"
#include XEN_ISA(isa.h)
#include "../../hooks/hooks_internal.h"

extern const struct xen_start_info *pv_xen_start_info;	/* set first thing in start.c */
extern struct xen_shared_info *pv_xen_shared;
/* Distance of struct pv_cpu from the per-CPU register; see <pv/cpu.h>. */
extern const char pv_percpu_offset[] PV_WEAK;

/* <isa>/entry.S; counted. Negative: Xen's error number. */
long pv_xen_call(unsigned nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d);
/*
 * refuse.c: the same, with a record of a refusal of `op`; `call` is Xen's name for it, or NULL: found
 * by number and first argument. The first says PV_E_REFUSED, the second, for what cannot be done
 * without, panics. A call whose result is a number to be used is pv_xen_call().
 */
pv_status pv_xen_try(const char *op, const char *call, unsigned nr, unsigned long a, unsigned long b,
    unsigned long c, unsigned long d);
void pv_xen_must(const char *op, const char *call, unsigned nr, unsigned long a, unsigned long b,
    unsigned long c, unsigned long d);

/* names.c: of a call by its number alone, whatever its command. */
const char *pv_xen_call_named(uint32_t nr);

#include "calls.h"

static inline struct xen_vcpu_info *
pv_xen_vcpu(void)
{
	return (struct xen_vcpu_info *)pv_cpu()->hv_area;
}

/* The frame behind a mapped kernel address, as Xen counts them; at start of day, of the image. ~0: none. */
unsigned long pv_xen_mfn_of(const volatile void *va);
/* pvh.c: of a guest that is not PV, behind an address of the image or of a record of the kernel's. */
pv_status pv_xenpvh_frame(const volatile void *va, uint64_t *frame);
/* Where the domain builder shows a machine frame, next to the image; NULL: nowhere. */
void *pv_xen_va_of_mfn(unsigned long mfn);
/* backend.c: this is a PV guest, whatever is known of it. */
bool pv_xen_is_pv(void);
/* boot.c: all but the end of pv_boot_read_xen(), for more ranges to be added. */
void pv_xen_boot_parse(struct pv_boot *boot, const struct pv_boot_reader *r, pv_paddr info);
/* Where physical 0 was shown first: PV_XEN_KERNEL_OFFSET, or what a kernel with its own entry code says. */
extern uintptr_t pv_xen_virt_base;

/*
 * <isa>/percpu.c: let the per-CPU register lead to the record. Start of day: no ops, no traps, and nowhere
 * to record a refusal. False: r says what it was.
 */
struct pv_xen_refused;
bool pv_xen_percpu_set(struct pv_cpu *cpu, struct pv_xen_refused *r);
/* The GDT, one page, read-only once it is in force: the kernel's own part of it. */
extern uint64_t pv_xen_gdt[PV_PAGE_SIZE / 8];

/* power.c: is this the domain that has the machine? */
bool pv_xen_first_domain(void);

/*
 * Make pv_xen_shared point to it, and have Xen call with events. Called once; the gate is closed. It is
 * the PV guest's way (shared.c) unless a backend's setup puts another one here.
 */
extern pv_status (*pv_xen_shared_map)(void);
/* events.c: let vcpu_info, Xen's words for this CPU, be in its record, whose frame this is. Once. */
pv_status pv_xen_vcpu_info_move(uint64_t frame);
/* events.c: called by the upcall with the mask set */
void pv_xen_upcall(void);

/* <isa>/entry.S, trap.S */
extern const char pv_xen_event_entry[], pv_xen_failsafe_entry[], pv_xen_boot_stack_top[];
extern const char pv_xen_trap_entries[];	/* 32 of 16 bytes */
/* <isa>/gate.S: site convention */
void pv_xen_irq_save(void), pv_xen_irq_disable(void), pv_xen_irq_enable(void);
void pv_xen_irq_restore(void), pv_xen_irq_read(void), pv_xen_cr2_read(void), pv_xen_iret(void);
void pv_xen_swapgs(void);

extern const struct pv_template pv_xen_templates[];
extern const struct pv_console_ops pv_xen_console_ops;
extern const struct pv_cpu_ops pv_xen_cpu_ops;
extern const struct pv_trap_ops pv_xen_trap_ops;
extern const struct pv_mmu_ops pv_xen_mmu_ops;
extern const struct pv_mmu_ops pv_xen_space_ops PV_WEAK;
extern const struct pv_line_ops pv_xen_line_ops;
extern const struct pv_line_ops pv_xen_input_ops PV_WEAK;	/* lines.c */
extern const struct pv_time_ops pv_xen_time_ops;
extern const struct pv_time_ops pv_xen_wall_ops PV_WEAK;	/* wall.c */
/* Parts: control.c, desc.c, user.c, io.c. */
extern const struct pv_isa_ops pv_xen_control_ops PV_WEAK, pv_xen_desc_ops PV_WEAK;
extern const struct pv_user_ops pv_xen_user_ops PV_WEAK;
extern const struct pv_io_ops pv_xen_io_ops PV_WEAK;
extern const struct pv_power_ops pv_xen_power_ops;

#endif
