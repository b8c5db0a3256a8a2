/*
 * I/O ports of x86_64: the ones of x86.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_X86_64_PORT_H
#define PV_X86_64_PORT_H

#include <pv/x86_64/site.h>
#include <pv/x86/port.h>

#endif
