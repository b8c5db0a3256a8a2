/*
 * What the i386 instruction set fixes: page size and address widths.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_I386_LIMITS_H
#define PV_I386_LIMITS_H

#define PV_PAGE_SHIFT		12
#define PV_CACHE_LINE		64

#endif
