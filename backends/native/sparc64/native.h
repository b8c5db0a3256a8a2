/*
 * What the files of the native sparc64 backend share: a sun4u machine started by
 * OpenFirmware. Nobody outside of this folder includes it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_NATIVE_SPARC64_H
#define PV_NATIVE_SPARC64_H

#include "../../common/sparc64/sparc64.h"
#include "of.h"

/* OpenFirmware is called still: its own mappings stay where they are (SPARC binding, virtual addresses). */
#define PV_NATIVE_FIRMWARE	0xf0000000ul
#define PV_NATIVE_FIRMWARE_SIZE	0x10000000ul

/* -- early.c: called by start.S, with the firmware's stack; comes back if this is for us -- */
typedef int64_t (*pv_native_of_fn)(uint64_t *cells);
void pv_native_insist(pv_native_of_fn of);

/* -- mmu.c, space.c, tlb.c -- */
uint64_t pv_native_tte_bits(unsigned flags);
void pv_native_demap_page(uintptr_t va, unsigned context);
void pv_native_demap_context(unsigned context);
void pv_native_demap_all(void);
void pv_native_context_set(unsigned context);
/* Is it under a translation that pv_perm_map() made? */
bool pv_native_is_permanent(uintptr_t va) PV_WEAK;
extern const struct pv_isa_ops pv_native_tlb_ops PV_WEAK;
extern const struct pv_mmu_ops pv_native_mmu_ops;
extern const struct pv_mmu_ops pv_native_space_ops PV_WEAK;

/* -- console.c -- */
extern const struct pv_console_ops pv_native_console_ops;
void pv_native_console_setup(void);

/* -- pci.c: the host bridge -- */
extern const struct pv_io_ops pv_native_io_ops;
void pv_native_pci_setup(void);
/* A register of the host bridge, big-endian. */
uint64_t pv_native_bridge_read(uint32_t reg);
void pv_native_bridge_write(uint32_t reg, uint64_t value);
/* Is there one that we know? */
bool pv_native_bridge(void);

/* -- error.c: member of pv_sparc64_resolve -- */
bool pv_native_corrected(struct pv_frame *frame);

/* -- lines.c -- */
extern const struct pv_line_ops pv_native_line_ops;
void pv_native_lines_setup(void);

/* -- rtc.c -- */
void pv_native_rtc_setup(void);

/* -- time.c -- */
uint64_t pv_native_counter(void);
void pv_native_compare(uint64_t when);
pv_status pv_native_time_setup(void);
extern const struct pv_template pv_native_templates[];

/* -- start.S, called by assembly -- */
extern uint64_t pv_native_of_handler, pv_native_of_tba;
uint64_t pv_native_of_call(uint64_t *cells);
void pv_native_begin(void) PV_NORETURN;
void pv_native_take_over(void);
/* Let both TLBs forget what a page or a context has; what: address | DEMAP_* of mmu.h. */
void pv_native_demap(uintptr_t what, uint64_t context);
/* tag: address | context; which: PV_TLB_*. */
void pv_native_tlb_load(uint64_t tag, uint64_t tte, unsigned which);

/* -- traps.S -- */
void pv_native_to_user(struct pv_frame *frame);

/* -- start.S: where backends/common/sparc64/entry.S goes on -- */
void pv_native_start(void);

#endif
