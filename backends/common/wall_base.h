/*
 * What a wall clock that is made of a date once read is kept as: the clock's distance
 * from it. For backends whose machine has a slow chip or call for the date.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_COMMON_WALL_BASE_H
#define PV_COMMON_WALL_BASE_H

#include <pv/types.h>

/* BASE_NS: the date when the clock was 0, in nanoseconds since 1970. */
void pv_wall_base_set(uint64_t base_ns);

/* 0 until it is set. */
uint64_t pv_wall_base(void);
bool pv_wall_base_known(void);

#endif
