/*
 * Page tables of i386 with PAE: a root of four entries, one of them the kernel's,
 * over two levels of 512. CR3 has 32 bits. SDM volume 3A, 4.4.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../radix.h"

const struct pv_radix_geometry pv_radix_geometry = {
	.top = 3,
	.root_entries = 4,
	.kernel_first = 3,
	.kernel_start = 0xc0000000u,
	.root_mask = 0xffffffe0u,
	.root_limit = 0x100000000ull,
	.root_plain = true,
};
