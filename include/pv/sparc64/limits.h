/*
 * What the sparc64 instruction set fixes: page size and cache line.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SPARC64_LIMITS_H
#define PV_SPARC64_LIMITS_H

#define PV_PAGE_SHIFT		13
#define PV_CACHE_LINE		64

#endif
