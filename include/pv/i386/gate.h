/*
 * The interrupt gate of i386: the one of x86.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_I386_GATE_H
#define PV_I386_GATE_H

#include <pv/x86/gate.h>

#endif
