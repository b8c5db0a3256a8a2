/*
 * Registers as trap.S leaves them on the stack, and the task state segment.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef ATTACH_REGS_H
#define ATTACH_REGS_H

#include <pv/types.h>

struct regs {
	uint32_t edi, esi, ebp, unused, ebx, edx, ecx, eax;
	uint32_t vector, code, pc, cs, flags;
};

struct tss {
	uint32_t link;
	struct {
		uint32_t sp, ss;
	} ring[3];
	uint32_t cr3, eip, eflags, general[8], segments[6], ldt;
	uint16_t trap, iobitmap;
} __attribute__((packed));

static inline uintptr_t
tss_ist1(const struct tss *tss)
{
	(void)tss;
	return 0;
}

static inline uintptr_t
tss_kernel_sp(const struct tss *tss)
{
	return tss->ring[0].sp;
}

#endif
