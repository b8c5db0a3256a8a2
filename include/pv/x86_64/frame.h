/*
 * Registers at a trap on x86_64, as entry code lays them on the kernel stack.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_X86_64_FRAME_H
#define PV_X86_64_FRAME_H

#include <pv/types.h>

struct pv_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
	uint64_t rdi, rsi, rbp, rbx, rdx, rcx, rax;
	uint64_t vector, code;
	uint64_t rip, cs, rflags, rsp, ss;
};

#endif
