/*
 * C-convention call sites on x86_64: argument in rdi, result in rax, the rest of the
 * caller-saved registers spoilt. Included by ../call.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOOKS_OP_CALL_H
#define PV_HOOKS_OP_CALL_H

#include <pv/x86_64/site.h>

#define PV_OP_OPERAND(member)	[op] "i" (__builtin_offsetof(struct pv_ops, member))

/* Kernels have no vector registers to lose; host tests of this code do. */
#ifdef __SSE__
# define PV_OP_VECTORS	, "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",	\
	"xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"
#else
# define PV_OP_VECTORS
#endif
#define PV_OP_SPOILT	"rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "cc", "memory" PV_OP_VECTORS

#define PV_OP_CALL_0_(member) __extension__ ({						\
	uint64_t op_result_;								\
	__asm__ volatile(PV_SITE(6) : "=a" (op_result_) : PV_OP_OPERAND(member) : "rdi", PV_OP_SPOILT);	\
	op_result_;									\
})

#define PV_OP_VOID_0(member) do {							\
	if (0)										\
		pv_ops.member();							\
	(void)PV_OP_CALL_0_(member);							\
} while (0)

#define PV_OP_64_0(member)	(0 ? pv_ops.member() : PV_OP_CALL_0_(member))

#define PV_OP_VOID_1(member, arg) do {							\
	uint64_t op_result_, op_arg_ = (uintptr_t)(arg);				\
	if (0)										\
		pv_ops.member(arg);							\
	__asm__ volatile(PV_SITE(6) : "=a" (op_result_), "+D" (op_arg_)			\
	    : PV_OP_OPERAND(member) : PV_OP_SPOILT);					\
} while (0)

#define PV_OP_VOID_1_64(member, arg)	PV_OP_VOID_1(member, arg)

#endif
