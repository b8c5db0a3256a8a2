/*
 * The wall clock that the sparc64 machines share.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_COMMON_SPARC64_WALL_H
#define PV_COMMON_SPARC64_WALL_H

#include "sparc64.h"

/* What keeps the date; set by setup(), or before. Seconds since 1970. PV_E_ABSENT, PV_E_RANGE. */
struct pv_sparc64_chip {
	pv_status (*get)(uint64_t *seconds);
	pv_status (*set)(uint64_t seconds);
};
extern const struct pv_sparc64_chip *pv_sparc64_chip;

/* From time.init. */
void pv_sparc64_wall_start(void);
pv_status pv_sparc64_wall_get(uint64_t *ns);
pv_status pv_sparc64_wall_set(uint64_t ns);
pv_status pv_sparc64_clock_page(struct pv_clock_page *page);

#endif
