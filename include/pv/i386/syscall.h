/*
 * How a program in user mode calls the kernel on i386. Needs no other header of the
 * library; <pv/syscall.h> has the forms with fewer arguments.
 *
 * int 0x80 (pv_syscall6) works everywhere:
 *
 *	eax	number of the call
 *	ebx ecx edx esi edi ebp	arguments 0 to 5
 *
 * The result is in eax, the carry flag set when it is an error number; all other
 * registers are kept.
 *
 * SYSENTER (pv_syscall6_fast) works where pv_syscall_ways() in the kernel names it.
 * The CPU saves nothing for it, so the program does:
 *
 *	ecx	stack pointer to return with, where argument 1 lies, behind it argument 2
 *	edx	address to return to; the two bytes before it are an int 0x80, which is
 *		what a call that is to be executed again goes on at
 *
 * and the rest as for int 0x80; ecx and edx are lost. If the two words cannot be read
 * the program has a page fault at the SYSENTER, which must therefore stand directly
 * before the int 0x80.
 *
 * Signals: the handler is called with its number and the address of a struct
 * pv_user_context as arguments, and may change that; it returns to the trampoline,
 * which asks the kernel, by a call of the kernel's choosing, to take the context back.
 * There 4(%esp) is its address.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_I386_SYSCALL_H
#define PV_I386_SYSCALL_H

#include <stdint.h>

struct pv_call_result {
	unsigned long value;
	unsigned char failed;
};

/* The interrupted state as a signal handler sees it. */
struct pv_user_context {
	uint32_t gs, fs, es, ds;
	uint32_t edi, esi, ebp, ebx, edx, ecx, eax;
	uint32_t eip, eflags, esp;
};

/* Six arguments, and ebx and ebp which a compiler may not part with: they go through memory. */
#define PV_CALL_(name, instructions)								\
static inline struct pv_call_result								\
name(unsigned long nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d,	\
    unsigned long e, unsigned long f)								\
{												\
	unsigned long args[6], *at = args;							\
	struct pv_call_result result;								\
	unsigned char failed;									\
												\
	args[0] = a;										\
	args[1] = b;										\
	args[2] = c;										\
	args[3] = d;										\
	args[4] = e;										\
	args[5] = f;										\
	__asm__ volatile(									\
	    "push %%ebx\n\t"									\
	    "push %%ebp\n\t"									\
	    "mov (%%edi), %%ebx\n\t"								\
	    "mov 4(%%edi), %%ecx\n\t"								\
	    "mov 8(%%edi), %%edx\n\t"								\
	    "mov 12(%%edi), %%esi\n\t"								\
	    "mov 20(%%edi), %%ebp\n\t"								\
	    "mov 16(%%edi), %%edi\n\t"								\
	    instructions									\
	    "pop %%ebp\n\t"									\
	    "pop %%ebx"										\
	    : "=a" (result.value), "=@ccc" (failed), "+D" (at)					\
	    : "0" (nr)										\
	    : "ecx", "edx", "esi", "memory");							\
	result.failed = failed;									\
	return result;										\
}
PV_CALL_(pv_syscall6, "int $0x80\n\t")
PV_CALL_(pv_syscall6_fast,
    "push %%edx\n\t"
    "push %%ecx\n\t"
    "call 1f\n"
    "1:	pop %%edx\n\t"
    "add $2f - 1b, %%edx\n\t"
    "mov %%esp, %%ecx\n\t"
    "sysenter\n\t"
    "int $0x80\n"
    "2:	lea 8(%%esp), %%esp\n\t")

#endif
