/*
 * The parts of the freestanding hook set among themselves.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_FREESTANDING_H
#define PV_FREESTANDING_H

#include "../hooks_internal.h"

pv_status pv_freestanding_pages_init(const struct pv_boot *boot);
pv_status pv_freestanding_pages_alloc(void *context, size_t nr, uint64_t limit, pv_paddr *base);
void pv_freestanding_pages_free(void *context, pv_paddr base, size_t nr);

#endif
