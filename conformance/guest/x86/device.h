/*
 * A PCI device that interrupts when it is told to and is quiet when it is told to:
 * QEMU's "edu", by its line or by message, else a 16550 behind PCI, by its line.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef SUITE_DEVICE_H
#define SUITE_DEVICE_H

#include "../suite.h"

/* Find it, once. False: this machine has none. */
bool device_find(void);
/* The source that its line is wired to, as the firmware noted. */
uint32_t device_source(void);
/* Interrupt, and go on until quiet. Any context. */
void device_raise(void);
void device_quiet(void);
/* From now on by message, or by the line again. False: it cannot. */
bool device_message(uint64_t address, uint32_t data);
void device_by_line(void);

#endif
