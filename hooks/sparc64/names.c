/*
 * Names of the sparc64 ISA ops, by slot.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../table.h"

#define NAME(member)	[__builtin_offsetof(struct pv_isa_ops, member) / sizeof(pv_slot)] = "isa." #member

const char *const pv_isa_op_names[PV_NR_ISA_OPS] = {
	NAME(counter), NAME(compare),
	NAME(tte_make), NAME(tsb_set), NAME(tlb_load), NAME(tlb_demap_page), NAME(tlb_demap_context),
	NAME(tlb_demap_all), NAME(context_set), NAME(perm_map), NAME(perm_unmap),
};

extern const void *const pv_need_tlb[] PV_WEAK;

const struct pv_part_place pv_isa_parts[] = {
	PV_PART_PLACE(tlb, isa.tte_make, isa.perm_unmap),
	{ NULL, NULL, 0, 0 }
};
