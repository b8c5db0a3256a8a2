/*
 * What the CPU does for each exception, for C and assembly.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_COMMON_VECTORS_H
#define PV_COMMON_VECTORS_H

#define PV_NR_EXCEPTIONS	32
/* It pushes an error code, 8, 10-14, 17, 21, 29, 30. AMD64 architecture, volume 2, table 8-1. */
#define PV_HAS_CODE(vector)	((vector) < PV_NR_EXCEPTIONS && ((0x60227d00 >> ((vector) & 31)) & 1) != 0)

#endif
