/*
 * Waiting for interrupts in cases, always with a bound: by the clock, and for
 * machines whose clock is what is wrong, by readings of it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef SUITE_WAIT_H
#define SUITE_WAIT_H

#include "suite.h"

/*
 * What should happen at once has this long: the host may be busy with something else. With the word "hasty" on the
 * command line it is half of that, for kernels in which something is wrong; nothing that is wrong on purpose is
 * late by as much and no more.
 */
#define PATIENCE_MS	3000u
#define HASTY_MS	1500u

/* Until *count is at least n, gate open. False: it was not after PATIENCE_MS, or the clock stood still. */
bool suite_wait(const volatile unsigned *count, unsigned n);

/* With the gate open, time enough for an interrupt that must not come to come all the same. */
void suite_settle(void);

#endif
