/*
 * What the page-table files of the Xen backend share.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_MMU_H
#define PV_XEN_MMU_H

#include <pv/x86/pte.h>
#include "xen.h"
#include "../common/boot/build.h"

/* <isa>/pte.S: site convention; each calls the function named after it. */
void pv_xen_pte_get(void), pv_xen_pte_set(void), pv_xen_pte_clear(void);
void pv_xen_cr3_read(void), pv_xen_cr3_write(void), pv_xen_invlpg(void);
uint64_t pv_xen_pte_read(const uint64_t *where);
void pv_xen_pte_write(uint64_t *where, uint64_t entry);
uintptr_t pv_xen_root_read(void);
void pv_xen_root_write(uintptr_t root);
void pv_xen_page_flush(uintptr_t va);

/* pte.c */
uint64_t pv_xen_pte_exchange(uint64_t *where, uint64_t entry);
uint64_t pv_xen_pte_protect_begin(uint64_t *where);
void pv_xen_pte_protect_commit(uint64_t *where, uint64_t entry);
void pv_xen_pte_merge(pv_pte *where, pv_pte entry);
void pv_xen_pte_take(pv_pte *where, uint64_t *old, unsigned nr, uint64_t bits);
pv_status pv_xen_table_claim(pv_paddr table, unsigned level);
pv_status pv_xen_table_release(pv_paddr table, unsigned level);
bool pv_xen_is_ordinary(pv_paddr page);
/*
 * Tables that are claimed from now on, in this batch, are made for this space. At the end of the batch
 * either all is well, or what was made and leads nowhere is to be freed.
 */
void pv_xen_made_for(struct pv_space *space);
/* One of them was put where it is to hang. */
void pv_xen_made_at(pv_paddr page, uintptr_t va);
void pv_xen_made_well(uint32_t batch);
void pv_xen_made_undo(uint32_t batch);
/* Let a page be writable at all its aliases; collected. */
void pv_xen_page_writable(const char *op, pv_paddr page);
void pv_xen_root_set(pv_paddr kernel, pv_paddr user);
void pv_xen_flush_range(uintptr_t start, uintptr_t end);
void pv_xen_flush_all(bool global);
/*
 * The kernel's own space is being built: tables are ordinary memory that no CPU runs on, so entries
 * are stored, and claims are only noted.
 */
extern bool pv_xen_building;

/* why.c: look through a tree before it is pinned. False: a record says which entry is wrong, and how. */
bool pv_xen_preflight(const char *op, pv_paddr table, unsigned level);

/* mmu.c: what the radix tree has to know of Xen. Stage EARLY. */
void pv_xen_radix_setup(void);

/*
 * build.c, start of day: memory is in use up to `used`, and mapped by Xen's domain builder up to
 * `until`; how many bytes before that are to be set aside for tables.
 */
uint64_t pv_xen_builder_reach(uint64_t used, uint64_t until);
/* boot.c: memory that pv_boot_read_xen() says is in use for that. */
extern struct pv_boot_piece pv_xen_aside;
pv_status pv_xen_own_memory(const struct pv_boot *boot);

#endif
