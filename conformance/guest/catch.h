/*
 * Catching expected faults: the ISA's half is catch.S.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef SUITE_CATCH_H
#define SUITE_CATCH_H

#include "suite.h"

/* Register the trap handlers; once. */
void suite_catch_init(void);

/* <isa>/catch.S: call fn(arg); 0 if it returned, 1 if it was left through suite_catch_resume. */
int suite_catch_call(void (*fn)(void *arg), void *arg);
extern const char suite_catch_resume[];

#endif
