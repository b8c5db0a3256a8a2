/*
 * What the library itself uses of the kernel's space, without the part for kernels.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOOKS_MMU_H
#define PV_HOOKS_MMU_H

#include "hooks_internal.h"

/* Attached: the kernel has page tables of its own. */
extern bool pv_no_spaces;

/* Is [va, va+size) of whole pages and in the half that this space may change? */
pv_status pv_space_check_range(const struct pv_space *space, pv_vaddr va, uintptr_t size);

#endif
