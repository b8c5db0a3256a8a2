/*
 * The ISA ops of i386 are those of x86.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_I386_OPS_H
#define PV_I386_OPS_H

#include <pv/x86/ops.h>

#endif
