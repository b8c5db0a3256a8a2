/*
 * What the files of the VMI backend share.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_VMI_H
#define PV_VMI_H

#include <pv/x86/cpu.h>
#include <pv/x86/desc.h>
#include <pv/x86/pte.h>
#include <pv/backend.h>
#include PV_ISA_HEADER(frame.h)
#include "../../hooks/hooks_internal.h"
#include "../common/x86/child.h"
#include "abi.h"
#include "probe.h"

/* -- the ROM's calls: i386/written.S. What the ROM does not give does nothing -- */
#define VMI_FN	PV_SITE_REGPARM
void pv_vmi_rom_SetGDT(const void *pointer) VMI_FN, pv_vmi_rom_SetIDT(const void *pointer) VMI_FN;
void pv_vmi_rom_SetLDT(uint32_t selector) VMI_FN, pv_vmi_rom_SetTR(uint32_t selector) VMI_FN;
void pv_vmi_rom_GetGDT(void *pointer) VMI_FN, pv_vmi_rom_GetIDT(void *pointer) VMI_FN;
uint32_t pv_vmi_rom_GetLDT(void) VMI_FN, pv_vmi_rom_GetTR(void) VMI_FN;
void pv_vmi_rom_WriteGDTEntry(void *table, uint32_t index, uint32_t low, uint32_t high) VMI_FN;
void pv_vmi_rom_WriteLDTEntry(void *table, uint32_t index, uint32_t low, uint32_t high) VMI_FN;
void pv_vmi_rom_WriteIDTEntry(void *table, uint32_t index, uint32_t low, uint32_t high) VMI_FN;
void pv_vmi_rom_UpdateKernelStack(uint32_t selector, uint32_t sp) VMI_FN;
void pv_vmi_rom_SetCR0(uint32_t v) VMI_FN, pv_vmi_rom_SetCR2(uint32_t v) VMI_FN;
void pv_vmi_rom_SetCR3(uint32_t v) VMI_FN, pv_vmi_rom_SetCR4(uint32_t v) VMI_FN;
uint32_t pv_vmi_rom_GetCR0(void) VMI_FN, pv_vmi_rom_GetCR4(void) VMI_FN;
void pv_vmi_rom_WBINVD(void) VMI_FN;
void pv_vmi_rom_SetDR(uint32_t n, uint32_t v) VMI_FN;
uint32_t pv_vmi_rom_GetDR(uint32_t n) VMI_FN;
void pv_vmi_rom_Halt(void) VMI_FN, pv_vmi_rom_Reboot(uint32_t how) VMI_FN, pv_vmi_rom_Shutdown(void) VMI_FN;
void pv_vmi_rom_SetPxELong(uint64_t entry, void *where, uint32_t flags) VMI_FN;
void pv_vmi_rom_UpdatePxELong(void *where, uint32_t flags) VMI_FN;
void pv_vmi_rom_AllocatePage(uint32_t frame, uint32_t flags, uint32_t source, uint32_t first,
    uint32_t count) VMI_FN;
void pv_vmi_rom_ReleasePage(uint32_t frame, uint32_t flags) VMI_FN;
void pv_vmi_rom_InvalPage(uintptr_t va) VMI_FN, pv_vmi_rom_FlushTLB(uint32_t what) VMI_FN;
void pv_vmi_rom_SetLinearMapping(uint32_t slot, uintptr_t va, uint32_t pages, uint32_t frame) VMI_FN;
void pv_vmi_rom_SetIOPLMask(uint32_t mask) VMI_FN, pv_vmi_rom_IODelay(void) VMI_FN;
uint64_t pv_vmi_rom_GetCycleFrequency(void) VMI_FN, pv_vmi_rom_GetCycleCounter(uint32_t which) VMI_FN;
uint64_t pv_vmi_rom_GetWallclockTime(void) VMI_FN;
uint32_t pv_vmi_rom_WallclockUpdated(void) VMI_FN;
void pv_vmi_rom_SetAlarm(uint32_t flags, uint64_t expiry, uint64_t period) VMI_FN;
uint32_t pv_vmi_rom_CancelAlarm(uint32_t flags) VMI_FN;
void pv_vmi_rom_SetLazyMode(uint32_t mode) VMI_FN;

/* -- i386/written.S: site convention -- */
void pv_vmi_irq_save(void), pv_vmi_cr2_read(void), pv_vmi_cr3_read(void), pv_vmi_cr3_write(void);
void pv_vmi_fpu_clear(void), pv_vmi_fpu_set(void), pv_vmi_counter(void);
void pv_vmi_pte_set(void), pv_vmi_pte_clear(void), pv_vmi_invlpg(void);
/* mmu.c: behind the two that set entries, with arguments as they come. */
void pv_vmi_pte_write(uint64_t *where, uint32_t low, uint32_t high) VMI_FN;

/* -- relocate.c -- */
/* What the ROM says about each call; NONE before it was asked. */
struct pv_vmi_answer {
	uint32_t entry;
	uint8_t kind;
};
extern struct pv_vmi_answer pv_vmi_answers[VMI_NR_CALLS];
static inline bool
pv_vmi_has(enum vmi_call call)
{
	return pv_vmi_answers[call].kind == VMI_KIND_CALL || pv_vmi_answers[call].kind == VMI_KIND_JUMP;
}
/*
 * Ask the ROM, of so many bytes at `base`, for all of its calls, and have the stubs lead there. Its
 * text is written at `stubs`, another address of pv_vmi_stubs. NULL: done; else what is wrong with
 * an answer, and *call is which: then all are NONE, but who has lost ring 0 needs those that are good to
 * say so.
 */
const char *pv_vmi_relocate(uintptr_t base, uint32_t size, uint8_t *stubs, enum vmi_call *call);
/* What leads from `at`, written at `window`, to the ROM's call: 5 bytes. */
void pv_vmi_lead(volatile uint8_t *window, uintptr_t at, enum vmi_call call);
/*
 * Calls and jumps in the leaves, until then to stubs, lead to the ROM's entries; the leaves' text is written at
 * `window`. `at` counts from their begin.
 */
void pv_vmi_leaves_aim(volatile uint8_t *window);
struct pv_vmi_leaf_call {
	uint16_t at, call;
};
extern const struct pv_vmi_leaf_call pv_vmi_leaf_calls[], pv_vmi_leaf_calls_end[];
extern const uint8_t pv_vmi_leaves[];
const char *pv_vmi_call_name(enum vmi_call call);
/* One step of it, without the ROM: what GetRelocationInfo said of all calls. */
const char *pv_vmi_answers_take(const uint64_t *said, uintptr_t base, uint32_t size, bool sysenter,
    enum vmi_call *call);

/* -- ops.c -- */
/* Each op whose calls the ROM has goes there. */
void pv_vmi_take_ops(void);

/* -- start.c -- */
extern struct pv_vmi_rom pv_vmi_rom;
extern uintptr_t pv_vmi_low;		/* the address at which the first megabyte is seen */
extern bool pv_vmi_on;			/* the ROM runs us */
extern unsigned pv_vmi_ring;		/* where the kernel runs */
void pv_vmi_start(void);

/* -- mmu.c -- */
extern uint8_t pv_vmi_mode;		/* the ROM's lazy mode, as last set */
void pv_vmi_window(uint64_t *entry, uintptr_t va, pv_paddr frame, uintptr_t size);
/* The tables that we run on, and how the ROM finds entries. */
void pv_vmi_tables_tell(void);
uint64_t pv_vmi_pte_exchange(uint64_t *where, uint64_t entry);
uint64_t pv_vmi_pte_protect_begin(uint64_t *where);
void pv_vmi_pte_protect_commit(uint64_t *where, uint64_t entry);
pv_status pv_vmi_table_claim(pv_paddr table, unsigned level);
pv_status pv_vmi_table_release(pv_paddr table, unsigned level);
void pv_vmi_root_set(pv_paddr kernel, pv_paddr user);
void pv_vmi_root_write(uint32_t root) VMI_FN;
void pv_vmi_flush_range(uintptr_t start, uintptr_t end);
void pv_vmi_flush_all(bool global);
void pv_vmi_batch_begin(void);
pv_status pv_vmi_batch_end(void);
void pv_vmi_lazy(unsigned mode);	/* a thread switch begins or, VMI_LAZY_OFF, ends */
extern const struct pv_mmu_ops pv_vmi_space_ops PV_WEAK;

/* -- cpu.c, control.c, desc.c -- */
extern const struct pv_cpu_ops pv_vmi_cpu_ops;
extern const struct pv_isa_ops pv_vmi_control_ops PV_WEAK, pv_vmi_desc_ops PV_WEAK;
/* segments.c */
struct pv_vmi_pointer {
	uint16_t limit;
	uint32_t base;
} __attribute__((packed));
void pv_vmi_gdt_read(struct pv_vmi_pointer *p), pv_vmi_idt_read(struct pv_vmi_pointer *p);
void pv_vmi_gdt_load(const struct pv_vmi_pointer *p), pv_vmi_idt_load(const struct pv_vmi_pointer *p);
unsigned pv_vmi_tr_read(void);
void pv_vmi_gdt_write(void *table, unsigned index, uint64_t descriptor);
uint64_t *pv_vmi_gdt_slot(unsigned selector);	/* NULL: the table is not that long */
void pv_vmi_base_set(unsigned which, uintptr_t base);
uintptr_t pv_vmi_base_get(unsigned which);
void pv_vmi_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4]);
pv_status pv_vmi_msr_read(uint32_t nr, uint64_t *value);
pv_status pv_vmi_msr_write(uint32_t nr, uint64_t value);
extern uint32_t pv_vmi_iopl;
extern uint32_t pv_vmi_cr0_ts;		/* CR0 as last read back, with TS */
uint32_t pv_vmi_msr_try_read(uint32_t nr, uint64_t *value);	/* calls.S: 0 is good */
uint32_t pv_vmi_msr_try_write(uint32_t nr, uint32_t low, uint32_t high);
pv_status pv_vmi_tls_write(unsigned slot, uint64_t descriptor);
void pv_vmi_iopl_use(uintptr_t flags);	/* of the user mode that comes next */

/* Descriptor tables and task register as they were loaded before the ROM began, in its words. */
void pv_vmi_segments_tell(void);

/* -- time.c, wall.c, io.c, power.c -- */
extern const struct pv_time_ops pv_vmi_time_ops, pv_vmi_wall_ops PV_WEAK;
bool pv_vmi_time_goes(void);		/* the ROM has a clock that can be used; false: the console says why not */
extern const struct pv_io_ops pv_vmi_io_ops PV_WEAK;
extern const struct pv_power_ops pv_vmi_power_ops;

/* -- user.c, a part of user mode -- */
void pv_vmi_user_start(void) PV_WEAK;
extern bool pv_vmi_sysenter_on;		/* cpu.c */
extern uint32_t pv_vmi_top;		/* kernel stack of the user mode that comes next */
extern const struct pv_user_ops pv_vmi_user_ops PV_WEAK;

#endif
