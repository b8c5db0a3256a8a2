/*
 * Page tables of x86_64: four levels of 512 entries, halves of 256 root entries.
 * SDM volume 3A, 4.5.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../radix.h"

const struct pv_radix_geometry pv_radix_geometry = {
	.top = 4,
	.root_entries = 512,
	.kernel_first = 256,
	.kernel_start = (uintptr_t)0xffff800000000000ull,
	.root_mask = PV_PTE_FRAME,
};
