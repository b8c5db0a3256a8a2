/*
 * What the files of the sun4v backend share. Nobody outside of this folder
 * includes it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SUN4V_H
#define PV_SUN4V_H

#include "../../common/sparc64/inputs.h"
#include "../md_boot.h"
#include "sun4v_asm.h"

/* -- hcall.c: calls into the hypervisor (UltraSPARC Virtual Machine Specification) -- */

#define PV_SUN4V_EOK		0
#define PV_SUN4V_EINVAL		6
#define PV_SUN4V_EBADTRAP	7
#define PV_SUN4V_EWOULDBLOCK	9
#define PV_SUN4V_ENOTSUPPORTED	13

/* Status; the first result, if there is one, in *result (may be NULL). */
int64_t pv_sun4v_fast(unsigned function, uint64_t arg0, uint64_t arg1, uint64_t *result);
int64_t pv_sun4v_fast5(unsigned function, uint64_t arg0, uint64_t arg1, uint64_t arg2, uint64_t arg3,
    uint64_t arg4, uint64_t *result);
int64_t pv_sun4v_core(unsigned function, uint64_t arg0, uint64_t arg1, uint64_t arg2, uint64_t *result);
const char *pv_sun4v_error_name(int64_t status);
/* Keep a refusal; returns PV_E_REFUSED, or PV_E_ABSENT when the call does not exist here. */
pv_status pv_sun4v_refused(const char *op, const char *call_name, uint64_t arg, int64_t status);

/* Ask for the API group that a kernel can do without, that of virtual interrupts; is it there? */
void pv_sun4v_negotiate(void);
bool pv_sun4v_has_interrupts(void);
/* Say which calls of the start were refused that a kernel can do without. */
void pv_sun4v_say_refused(void);
/* Keep one for that: what follows from it. */
void pv_sun4v_note_refused(const char *call_name, int64_t status, const char *what_follows);

/* -- mmu.c, space.c, tlb.c -- */
uint64_t pv_sun4v_tte_bits(unsigned flags);
/* Member of pv_sparc64_resolve: a call of the miss path was refused. */
bool pv_sun4v_resolve(struct pv_frame *frame);
void pv_sun4v_demap_page(uintptr_t va, unsigned context);
void pv_sun4v_demap_context(unsigned context);
void pv_sun4v_demap_all(void);
void pv_sun4v_context_set(unsigned context);
/* Which buffer misses of the contexts above 0 are looked for in: by its real address, size, and page sizes in it. */
pv_status pv_sun4v_buffer_set(const char *op, pv_paddr base, uint32_t entries, uint32_t sizes);
extern const struct pv_isa_ops pv_sun4v_tlb_ops PV_WEAK;
extern const struct pv_mmu_ops pv_sun4v_mmu_ops;
extern const struct pv_mmu_ops pv_sun4v_space_ops PV_WEAK;

/* -- console.c -- */
extern const struct pv_console_ops pv_sun4v_console_ops;

/* -- time.c -- */
extern const struct pv_time_ops pv_sun4v_time_ops;
uint64_t pv_sun4v_counter(void);
void pv_sun4v_compare(uint64_t when);
void pv_sun4v_time_setup(void);

/* -- queues.c -- */
struct pv_sun4v_queue {
	uint64_t ra, last;		/* offset of the last entry: a mask, too */
};
extern struct pv_sun4v_queue pv_sun4v_queues[PV_SUN4V_QUEUES];
extern const struct pv_line_ops pv_sun4v_line_ops;
void pv_sun4v_lines_setup(void);
/* The virtual interrupts that the machine description tells of. */
#define PV_SUN4V_SOURCES	128u
extern uint32_t pv_sun4v_sources[PV_SUN4V_SOURCES], pv_sun4v_nr_sources;

/* -- boot.c -- */
/* The hypervisor's number of this CPU. */
extern uint64_t pv_sun4v_cpu_id;
/* Called by start.S: what %i0 and %i1 were, and the image's real address less its linked one. */
void pv_sun4v_begin(uint64_t base, uint64_t size, uint64_t offset) PV_NORETURN;
bool pv_sun4v_started(void);
/* What the machine description says of this CPU; zeroes for what it does not. */
extern struct pv_sun4v_machine pv_sun4v_machine;
/* Why it is not used; "" when it is. */
const char *pv_sun4v_without_md(void);

/* Per CPU: where misses and faults are described; real addresses are in the scratchpad. */
extern uint8_t pv_sun4v_fault_areas[PV_MAX_CPUS][PV_SUN4V_FAULT_AREA_SIZE];

/* -- traps.S -- */
void pv_sun4v_to_user(struct pv_frame *frame);

/* -- start.S: where backends/common/sparc64/entry.S goes on -- */
void pv_sun4v_start(void);

#endif
