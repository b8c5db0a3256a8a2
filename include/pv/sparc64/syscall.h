/*
 * How a program in user mode calls the kernel on sparc64. Needs no other header of
 * the library; <pv/syscall.h> has the forms with fewer arguments.
 *
 * The call instruction is `ta 0x6d` (trap type 0x16d):
 *
 *	%g1	number of the call
 *	%o0 - %o5	arguments 0 to 5
 *
 * The result is in %o0, the carry bits of %icc and %xcc set when it is an error
 * number. %o1 - %o5 and %g1 are lost; all other registers are kept, but %g7: where the kernel has given
 * the thread a thread-local base, it is that.
 *
 * Signals: the handler is called with its number in %o0 and the address of a struct
 * pv_user_context in %o1, and may change that; it returns to the trampoline, which
 * asks the kernel, by a call of the kernel's choosing, to take the context back. There
 * its address is %sp + 2047 + 176, behind the window save area.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SPARC64_SYSCALL_H
#define PV_SPARC64_SYSCALL_H

#include <stdint.h>

#define PV_CALL_TRAP	0x6d

struct pv_call_result {
	unsigned long value;
	unsigned char failed;
};

/* The interrupted state as a signal handler sees it; its window is in the save area at o[6]. */
struct pv_user_context {
	uint64_t g[8];			/* g[0] is not used */
	uint64_t o[8];
	uint64_t tstate, tpc, tnpc;	/* of tstate only condition codes and %asi are taken back */
	uint64_t y;
};

static inline struct pv_call_result
pv_syscall6(unsigned long nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d,
    unsigned long e, unsigned long f)
{
	register unsigned long g1 __asm__("g1") = nr;
	register unsigned long o0 __asm__("o0") = a;
	register unsigned long o1 __asm__("o1") = b;
	register unsigned long o2 __asm__("o2") = c;
	register unsigned long o3 __asm__("o3") = d;
	register unsigned long o4 __asm__("o4") = e;
	register unsigned long o5 __asm__("o5") = f;
	struct pv_call_result result;

	__asm__ volatile(
	    "ta 0x6d\n\t"
	    "addc %%g0, %%g0, %0"		/* the carry */
	    : "+r" (g1), "+r" (o0), "+r" (o1), "+r" (o2), "+r" (o3), "+r" (o4), "+r" (o5)
	    : : "cc", "memory");
	result.value = o0;
	result.failed = (unsigned char)g1;
	return result;
}

#endif
