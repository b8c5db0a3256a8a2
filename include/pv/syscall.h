/*
 * For programs in user mode: how to call the kernel. All that such a program needs
 * to know of libpv; it can be compiled and linked without the library.
 *
 *	struct pv_call_result r = pv_syscall3(nr, a, b, c);
 *	if (r.failed) ... r.value is an error number of the kernel's
 *
 * The header of the instruction set says which instruction and registers are used,
 * what other ways there are, and what a signal handler gets to see.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SYSCALL_H
#define PV_SYSCALL_H

#include <pv/isa.h>
#include PV_ISA_HEADER(syscall.h)	/* struct pv_call_result, pv_syscall6(), struct pv_user_context */

static inline struct pv_call_result
pv_syscall0(unsigned long nr)
{
	return pv_syscall6(nr, 0, 0, 0, 0, 0, 0);
}

static inline struct pv_call_result
pv_syscall1(unsigned long nr, unsigned long a)
{
	return pv_syscall6(nr, a, 0, 0, 0, 0, 0);
}

static inline struct pv_call_result
pv_syscall2(unsigned long nr, unsigned long a, unsigned long b)
{
	return pv_syscall6(nr, a, b, 0, 0, 0, 0);
}

static inline struct pv_call_result
pv_syscall3(unsigned long nr, unsigned long a, unsigned long b, unsigned long c)
{
	return pv_syscall6(nr, a, b, c, 0, 0, 0);
}

static inline struct pv_call_result
pv_syscall4(unsigned long nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	return pv_syscall6(nr, a, b, c, d, 0, 0);
}

static inline struct pv_call_result
pv_syscall5(unsigned long nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d,
    unsigned long e)
{
	return pv_syscall6(nr, a, b, c, d, e, 0);
}

#endif
