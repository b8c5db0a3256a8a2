/*
 * What the ring 3 suites of both widths share.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef SUITE_RING3_H
#define SUITE_RING3_H

#include "../user/world.h"

struct pv_user_context;

/* The frame of the world's thread. */
const struct pv_frame *ring3_frame(void);

/* <isa>/suite_exit.c */
uintptr_t ring3_flags(void);
/* Make it ask for everything that user mode must not have, and go on at pc. */
void ring3_forge(struct pv_user_context *c, uintptr_t pc, uintptr_t sp);
/* How a program that goes on with that context ends. */
extern const enum user_end ring3_forged_end;

#endif
