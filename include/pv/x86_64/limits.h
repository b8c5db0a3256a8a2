/*
 * What the x86_64 instruction set fixes: page size and address widths.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_X86_64_LIMITS_H
#define PV_X86_64_LIMITS_H

#define PV_PAGE_SHIFT		12
#define PV_CACHE_LINE		64

#endif
