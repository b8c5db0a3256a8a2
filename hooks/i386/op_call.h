/*
 * C-convention call sites on i386: arguments on the stack, result in eax or edx:eax.
 * Included by ../call.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOOKS_OP_CALL_H
#define PV_HOOKS_OP_CALL_H

#include <pv/i386/site.h>

#define PV_OP_OPERAND(member)	[op] "i" (__builtin_offsetof(struct pv_ops, member))

#define PV_OP_CALL_0_(member) __extension__ ({						\
	uint64_t op_result_;								\
	__asm__ volatile(PV_SITE(6) : "=A" (op_result_) : PV_OP_OPERAND(member) : "ecx", "cc", "memory");	\
	op_result_;									\
})

#define PV_OP_VOID_0(member) do {							\
	if (0)										\
		pv_ops.member();							\
	(void)PV_OP_CALL_0_(member);							\
} while (0)

#define PV_OP_64_0(member)	(0 ? pv_ops.member() : PV_OP_CALL_0_(member))

#define PV_OP_VOID_1(member, arg) do {							\
	uint32_t op_arg_ = (uint32_t)(uintptr_t)(arg);					\
	if (0)										\
		pv_ops.member(arg);							\
	__asm__ volatile("push %0\n\t" PV_SITE(6) "\n\tpop %0"				\
	    : "+b" (op_arg_) : PV_OP_OPERAND(member) : "eax", "ecx", "edx", "cc", "memory");	\
} while (0)

#define PV_OP_VOID_1_64(member, arg) do {						\
	uint64_t op_arg_ = (arg);							\
	uint32_t op_low_ = (uint32_t)op_arg_, op_high_ = (uint32_t)(op_arg_ >> 32);	\
	if (0)										\
		pv_ops.member(op_arg_);							\
	__asm__ volatile("push %1\n\tpush %0\n\t" PV_SITE(6) "\n\tpop %0\n\tpop %1"	\
	    : "+b" (op_low_), "+S" (op_high_)						\
	    : PV_OP_OPERAND(member) : "eax", "ecx", "edx", "cc", "memory");		\
} while (0)

#endif
