/*
 * How a program in user mode calls the kernel on x86_64. Needs no other header of
 * the library; <pv/syscall.h> has the forms with fewer arguments.
 *
 * The call instruction is SYSCALL (pv_syscall6) or int 0x80 (pv_syscall6_int);
 * pv_syscall_ways() in the kernel says which work. Both take
 *
 *	rax	number of the call
 *	rdi rsi rdx r10 r8 r9	arguments 0 to 5
 *
 * and give the result in rax, the carry flag set when it is an error number. rcx and
 * r11 are lost by SYSCALL; all other registers are kept.
 *
 * Signals: the handler is called with its number and the address of a struct
 * pv_user_context, which it may change; it returns to the trampoline, which asks the
 * kernel, by a call of the kernel's choosing, to take that context back. There rsp
 * points to the context.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_X86_64_SYSCALL_H
#define PV_X86_64_SYSCALL_H

#include <stdint.h>

struct pv_call_result {
	unsigned long value;
	unsigned char failed;
};

/* The interrupted state as a signal handler sees it. */
struct pv_user_context {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
	uint64_t rdi, rsi, rbp, rbx, rdx, rcx, rax;
	uint64_t rip, rflags, rsp;
};

#define PV_CALL_(name, instruction)								\
static inline struct pv_call_result								\
name(unsigned long nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d,	\
    unsigned long e, unsigned long f)								\
{												\
	register unsigned long r10 __asm__("r10") = d;						\
	register unsigned long r8 __asm__("r8") = e;						\
	register unsigned long r9 __asm__("r9") = f;						\
	struct pv_call_result result;								\
	unsigned char failed;									\
												\
	__asm__ volatile(instruction								\
	    : "=a" (result.value), "=@ccc" (failed)						\
	    : "0" (nr), "D" (a), "S" (b), "d" (c), "r" (r10), "r" (r8), "r" (r9)		\
	    : "rcx", "r11", "memory");								\
	result.failed = failed;									\
	return result;										\
}
PV_CALL_(pv_syscall6, "syscall")
PV_CALL_(pv_syscall6_int, "int $0x80")

#endif
