/*
 * Address spaces of a sun4v guest that only kernels make, and the ranges that are not
 * theirs.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "sun4v.h"
#include "../../common/tsb/tsb.h"

static pv_status
reserved(unsigned index, struct pv_reserved_range *out)
{
	static const struct pv_reserved_range range[] = {
		{ { PV_SPARC64_IMAGE }, PV_SPARC64_IMAGE_SIZE, "the kernel's image: permanent translations" },
		{ { PV_SPARC64_VA_START }, PV_SPARC64_VA_END - PV_SPARC64_VA_START,
		  "mappings of the freestanding hooks" },
		{ { PV_SPARC64_DIRECT }, PV_SPARC64_DIRECT_SIZE, "direct map of real memory" },
	};

	if (index >= sizeof(range) / sizeof(range[0]))
		return PV_E_NOENT;
	*out = range[index];
	return PV_OK;
}

const struct pv_mmu_ops pv_sun4v_space_ops = {
	.create = pv_tsb_create,
	.destroy = pv_tsb_destroy,
	.activate = pv_tsb_activate,
	.unmap = pv_tsb_unmap,
	.protect = pv_tsb_protect,
	.query = pv_tsb_query,
	.harvest = pv_tsb_harvest,
	.begin = pv_tsb_begin,
	.end = pv_tsb_end,
	.reserved = reserved,
};
