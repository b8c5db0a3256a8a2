/*
 * Registers as trap.S leaves them on the stack, and the task state segment.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef ATTACH_REGS_H
#define ATTACH_REGS_H

#include <pv/types.h>

struct regs {
	uint64_t rax, rcx, rdx, rdi, rsi, r8, r9, r10, r11, rbx, rbp, r12, r13, r14, r15;
	uint64_t vector, code, pc, cs, flags, sp, ss;
};

struct tss {
	uint32_t reserved0;
	uint64_t sp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3, iobitmap;
} __attribute__((packed));

static inline uintptr_t
tss_ist1(const struct tss *tss)
{
	return (uintptr_t)tss->ist[0];
}

static inline uintptr_t
tss_kernel_sp(const struct tss *tss)
{
	return (uintptr_t)tss->sp[0];
}

#endif
