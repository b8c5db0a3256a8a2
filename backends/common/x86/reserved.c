/*
 * What our entry code's address space takes for itself; for kernels that ask.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "kernel_map.h"
#include "layout.h"
#include "../../../hooks/hooks_internal.h"

pv_status
pv_kernel_map_reserved(unsigned index, struct pv_reserved_range *out)
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
