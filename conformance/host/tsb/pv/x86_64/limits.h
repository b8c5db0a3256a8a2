/*
 * The numbers of sparc64, for programs of the build machine that are to think they
 * had its pages.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_X86_64_LIMITS_H
#define PV_X86_64_LIMITS_H

#include "../../../../../include/pv/sparc64/limits.h"

#define PV_TABLE_LEVELS		4
#define PV_TABLE_ROOT_ENTRIES	512

#endif
