/*
 * What the parts of the library share among themselves and kernels do not see.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOOKS_INTERNAL_H
#define PV_HOOKS_INTERNAL_H

#include <pv/backend.h>

/* -- choosing (select.c, table.c, init.c) -- */
const struct pv_backend *pv_select(const struct pv_start *start, const char *args);
pv_status pv_table_fill(const struct pv_backend *backend);
const struct pv_backend *pv_backend_now(void);
/* Where our entry code ends: choose, start up to stage MMU, call pv_main(). Does not return. */
void pv_begin(struct pv_boot *boot, const struct pv_start *start) PV_NORETURN;
extern struct pv_boot pv_boot_data;
extern uint32_t pv_percpu_count;
/* True when the command line of the boot says pv=...,WORD,... */
bool pv_wanted(const char *word);

/* -- the patcher: generic walk in sites.c, bytes in <isa>/patch.c -- */
unsigned pv_sites_count(void);

/* -- lines and timers: written once in backends/common, fed by backends -- */
/* An input of the controller fired; gate closed, in the interrupt. Runs handlers, ends the input. */
void pv_lines_deliver(uint32_t input);
/* A cross or soft line fired. */
void pv_lines_deliver_cross(uint32_t n);
void pv_lines_deliver_soft(void);
void pv_lines_spurious(void);
/* The timer interrupt of this CPU: run what is due, set the next alarm. Gate closed. */
void pv_timers_run(void);
void pv_timers_init(void);
void pv_lines_reset(void);
/* NMI: true if the kernel's handler took it. */
bool pv_nmi_deliver(void);

/* -- traps: dispatch by cause (traps.c) -- */
/* True: go on with the frame. Does recovery, handlers, hook, and panics for the rest. */
bool pv_trap_deliver(struct pv_trap *trap);
/* ISA: print registers of a frame; set its pc. */
void pv_frame_print(const struct pv_frame *frame);
void pv_frame_set_pc(struct pv_frame *frame, uintptr_t pc);

/* -- memory access through the hooks -- */
/* A window on one physical page; pairs with pv_window_close, last opened first closed. */
void *pv_window_open(pv_paddr frame);
void pv_window_close(void *p);
/* Copy physical memory that may cross pages. */
pv_status pv_phys_read(void *to, pv_paddr from, size_t size);
pv_status pv_virt_to_phys(const volatile void *va, pv_paddr *pa);

/* -- small text -- */
bool pv_text_equal(const char *a, const char *b);
size_t pv_text_length(const char *s);

/* The freestanding hooks' memory; also used by native's start code before hooks exist. */
void pv_freestanding_init(const struct pv_boot *boot);

#endif
