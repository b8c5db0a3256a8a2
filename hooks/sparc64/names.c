/*
 * Names of the sparc64 ISA ops, by slot.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../table.h"

#define NAME(member)	[__builtin_offsetof(struct pv_isa_ops, member) / sizeof(pv_slot)] = "isa." #member

const char *const pv_isa_op_names[PV_NR_ISA_OPS] = {
	NAME(counter), NAME(compare),
};

/* None that would be worth it. */
const struct pv_part_place pv_isa_parts[] = { { NULL, NULL, 0, 0 } };
