/*
 * The interrupt gate of x86_64: the one of x86.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_X86_64_GATE_H
#define PV_X86_64_GATE_H

#include <pv/x86/gate.h>

#endif
