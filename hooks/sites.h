/*
 * The ISA's half of the patcher.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOOKS_SITES_H
#define PV_HOOKS_SITES_H

#include <pv/isa.h>
#include PV_ISA_HEADER(site.h)
#include "table.h"

uint8_t *pv_site_address(const struct pv_site *s);
/* A record that is damaged may say more than a site can have. */
unsigned pv_site_length(const struct pv_site *s);

/* -- of the ISA, hooks/<isa>/patch.c: the bytes of a site -- */
/* As the assembler left them. */
void pv_isa_site_table(const struct pv_site *s, uint8_t *bytes);
/* The template's instructions, filled up. */
void pv_isa_site_inline(const struct pv_site *s, const struct pv_template *t, uint8_t *bytes);
/* A direct call, or jump, filled up. False: too far away. */
bool pv_isa_site_direct(const struct pv_site *s, pv_slot op, uint8_t *bytes);
bool pv_isa_site_is_direct(const struct pv_site *s, const uint8_t *bytes);

/* x86: the operand of a table call at `at` to slot address `slot` (RIP-relative or absolute). */
uint32_t pv_isa_table_operand(uintptr_t at, uintptr_t slot);

#endif
