/*
 * The op table as the library's own parts see it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOOKS_TABLE_H
#define PV_HOOKS_TABLE_H

#include "hooks_internal.h"

#define PV_NR_ISA_OPS		(sizeof(struct pv_isa_ops) / sizeof(pv_slot))
#define PV_COUNT_SHIMS		128	/* as many as hooks/<isa>/count.S has */

/* hooks/<isa>/names.c, in the order of struct pv_isa_ops. */
extern const char *const pv_isa_op_names[];

/*
 * The ops from `first` to `last` (offsets in struct pv_ops) are the part `name`. `need` is its
 * object's name, NULL if nothing in this kernel refers to it.
 */
struct pv_part_place {
	const char *name;
	const void *need;
	uint16_t first, last;
};
#define PV_PART_PLACE(part, first, last)	{ #part, pv_need_##part,	\
	__builtin_offsetof(struct pv_ops, first), __builtin_offsetof(struct pv_ops, last) }
/* The ISA's, in hooks/<isa>/names.c; ends with name NULL. */
extern const struct pv_part_place pv_isa_parts[];

extern pv_slot pv_ops_real[];
extern uint64_t pv_op_counts[];

/* hooks/<isa>/count.S: shim n counts slot n and jumps to pv_ops_real[n]. */
pv_slot pv_count_shim(unsigned slot);

/* The op that a backend itself gives for a slot, without its parents; NULL if none. */
pv_slot pv_backend_op(const struct pv_backend *backend, unsigned slot);
void pv_table_count(void);
pv_slot pv_table_real(unsigned slot);

#endif
