/*
 * Hot ops of sparc64 as sites; contracts in <pv/sparc64/ops.h>.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SPARC64_HOT_H
#define PV_SPARC64_HOT_H

#include <pv/sparc64/site.h>

PV_BEGIN_DECLS

PV_INLINE uint64_t
pv_counter(void)
{
	PV_SITE_REG(o0, "o0");

	__asm__ volatile(PV_SITE : "=r" (o0) : PV_SITE_OPERAND(counter) : "o1", "o2", PV_SITE_SPOILT);
	return o0;
}

PV_INLINE void
pv_compare(uint64_t when)
{
	PV_SITE_REG(o0, "o0") = when;

	__asm__ volatile(PV_SITE : "+r" (o0) : PV_SITE_OPERAND(compare) : "o1", "o2", PV_SITE_SPOILT);
}

PV_END_DECLS
#endif
