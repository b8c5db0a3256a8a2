/*
 * The ISA's half of the patcher.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOOKS_SITES_H
#define PV_HOOKS_SITES_H

#include "table.h"

unsigned pv_isa_sites(void);

/*
 * See whether the bytes of site n are what the record says, and if `write` is set rewrite them for
 * the live table, or back to the table call. PV_E_FORMAT: they are not; nothing was written, and
 * the console names the site. Counts what the site is, or would be.
 */
pv_status pv_isa_site_patch(unsigned n, bool on, bool write, struct pv_patch_result *result);
void pv_isa_site_info(unsigned n, struct pv_site_info *out);

/* x86: the operand of a table call at `at` to slot address `slot` (RIP-relative or absolute). */
uint32_t pv_isa_table_operand(uintptr_t at, uintptr_t slot);

#endif
