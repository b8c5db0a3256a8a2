/*
 * The ISA ops of x86_64 are those of x86.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_X86_64_OPS_H
#define PV_X86_64_OPS_H

#include <pv/x86/ops.h>

#endif
