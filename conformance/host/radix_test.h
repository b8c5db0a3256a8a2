/*
 * What the suites of the radix tree share: one user space on a fresh machine.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOST_RADIX_TEST_H
#define PV_HOST_RADIX_TEST_H

#include "radix_model.h"

#define U	HUGE			/* a user address with room on both sides */

#define TOUCHED	(PV_MAP_REFERENCED | PV_MAP_MODIFIED)

extern struct pv_space space;
extern unsigned pages_before;		/* in use before `space` was made */

bool is_pae(void);
uint64_t kernel_va(void);
/* Fixture: machine_reset(), machine_start(), space_begin(). */
void radix_setup(void);
/* Make `space` and activate it; leave and destroy it: every page must be back. */
void space_begin(void);
void space_end(void);
void expect_walk(struct pv_space *s, uint64_t va, uint64_t pa);
void expect_none(struct pv_space *s, uint64_t va);
/* In `space`, or in the kernel's for its addresses. */
pv_status map(uint64_t va, uint64_t pa, uint64_t size, unsigned flags);
pv_status unmap(uint64_t va, uint64_t size);
unsigned flags_at(uint64_t va);

Suite *radix_change_suite(void);
Suite *radix_space_suite(void);
Suite *radix_fault_suite(void);
Suite *space_front_suite(void);
Suite *io_front_suite(void);

#endif
