/*
 * All suites by name; each is one file suite_NAME.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef SUITES_H
#define SUITES_H

#include "suite.h"

extern const struct suite suite_irq, suite_cpu, suite_pte, suite_space;
extern const struct suite suite_thread, suite_user, suite_state, suite_copy, suite_ring3, suite_exit;

#endif
