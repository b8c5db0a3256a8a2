/*
 * What the files of address spaces share: mmu.c and space.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOOKS_MMU_H
#define PV_HOOKS_MMU_H

#include "hooks_internal.h"

#define PV_PROT_FLAGS	(PV_PROT_READ | PV_PROT_WRITE | PV_PROT_EXEC | PV_PROT_USER)

/* Attached: the kernel has page tables of its own. */
extern bool pv_no_spaces;

/* Is [va, va+size) of whole pages and in the half that this space may change? */
pv_status pv_space_check_range(const struct pv_space *space, pv_vaddr va, uintptr_t size);
/* The kernel half is closed to user mode; global means all spaces, so it is the kernel half's. */
pv_status pv_space_check_flags(const struct pv_space *space, unsigned flags, unsigned allowed);

#endif
