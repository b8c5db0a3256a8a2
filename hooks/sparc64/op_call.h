/*
 * C-convention call sites on sparc64: argument and result in %o0. Included by
 * ../call.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOOKS_OP_CALL_H
#define PV_HOOKS_OP_CALL_H

#include <pv/sparc64/site.h>

#define PV_OP_CALL_(member, arg) __extension__ ({					\
	PV_SITE_REG(op_o0_, "o0") = (arg);						\
	__asm__ volatile(PV_SITE : "+r" (op_o0_)					\
	    : [op] "i" (__builtin_offsetof(struct pv_ops, member)) : "o1", "o2", PV_SITE_SPOILT);	\
	op_o0_;										\
})

#define PV_OP_VOID_0(member) do {							\
	if (0)										\
		pv_ops.member();							\
	(void)PV_OP_CALL_(member, 0);							\
} while (0)

#define PV_OP_64_0(member)	(0 ? pv_ops.member() : PV_OP_CALL_(member, 0))

#define PV_OP_VOID_1(member, arg) do {							\
	if (0)										\
		pv_ops.member(arg);							\
	(void)PV_OP_CALL_(member, (uintptr_t)(arg));					\
} while (0)

#define PV_OP_VOID_1_64(member, arg)	PV_OP_VOID_1(member, arg)

#endif
