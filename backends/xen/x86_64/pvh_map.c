/*
 * Seeing a page above the direct map before memory management: there is no need,
 * because an HVM guest's ring lies below 4 GiB, which the entry code shows.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../pvh.h"

void *
pv_xenpvh_boot_map(pv_paddr pa)
{
	(void)pa;
	return NULL;
}
