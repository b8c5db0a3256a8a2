/*
 * I/O ports of i386: the ones of x86.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_I386_PORT_H
#define PV_I386_PORT_H

#include <pv/i386/site.h>
#include <pv/x86/port.h>

#endif
