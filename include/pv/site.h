/*
 * The record of a call site that the patcher can rewrite; the text of sites is the
 * ISA's (<pv/x86/site.h>, <pv/sparc64/site.h>).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SITE_H
#define PV_SITE_H

#include <pv/types.h>

#define PV_SITE_MOST	16u	/* bytes of a site */

/* As it lies in pv_sites. Addresses are relative to the record, so PIE needs no relocations. */
struct pv_site {
	int32_t where;
	uint16_t op;
	uint8_t length;
	uint8_t kind;		/* 0 call, 1 jump */
};

#define PV_SITE_RECORD(op, length, kind)					\
	".pushsection pv_sites,\"ao\",@progbits,.Lpv_site%=\n\t"			\
	".balign 4\n\t"								\
	".long .Lpv_site%= - .\n\t"						\
	".short " op "\n\t"							\
	".byte " length ", " kind "\n\t"					\
	".popsection"

#endif
