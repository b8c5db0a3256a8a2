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

/* May [va, va+size), which is not empty, be mapped for the kernel: whole pages in its half? */
pv_status pv_kernel_range(pv_vaddr va, uintptr_t size);

#endif
