/*
 * Address spaces of bare metal that only kernels make: the radix tree as it is, and
 * the ranges that are not theirs.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"
#include "../../common/radix/radix.h"
#include PV_BACKEND_ISA(layout.h)

static pv_status
reserved(unsigned index, struct pv_reserved_range *out)
{
	static const struct pv_reserved_range range[] = {
		{ { PV_DIRECT_BASE }, PV_DIRECT_LIMIT, "direct map of libpv's entry code" },
		{ { PV_VA_START }, PV_VA_END - PV_VA_START, "mappings of the freestanding hooks" },
		{ { PV_KERNEL_OFFSET }, 0, "the kernel's image" },
	};

	/* With entry code of its own a kernel has everything to itself. */
	if (pv_direct_map.windows_size == 0 || index > 2 || (index == 2 && PV_DIRECT_BASE == PV_KERNEL_OFFSET))
		return PV_E_NOENT;
	*out = range[index];
	if (index == 2)
		out->size = (uintptr_t)pv_page_up(pv_boot_data.kernel_base.v + pv_boot_data.kernel_size);
	return PV_OK;
}

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
	.reserved = reserved,
};
