/*
 * Address spaces of bare metal that only kernels make: the radix tree as it is, and
 * the ranges that are not theirs.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"
#include "../../common/radix/radix.h"
#include "../../common/x86/kernel_map.h"

const struct pv_mmu_ops pv_native_space_ops = {
	.create = pv_radix_create,
	.destroy = pv_radix_destroy,
	.activate = pv_radix_activate,
	.unmap = pv_radix_unmap,
	.protect = pv_radix_protect,
	.query = pv_radix_query,
	.harvest = pv_radix_harvest,
	.begin = pv_radix_begin,
	.end = pv_radix_end,
	.reserved = pv_kernel_map_reserved,
};
