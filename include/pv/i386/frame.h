/*
 * Registers at a trap on i386, as entry code lays them on the kernel stack. esp and
 * ss are there only when the trap came from user mode.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_I386_FRAME_H
#define PV_I386_FRAME_H

#include <pv/types.h>

struct pv_frame {
	uint32_t gs, fs, es, ds;
	uint32_t edi, esi, ebp, ebx, edx, ecx, eax;
	uint32_t vector, code;
	uint32_t eip, cs, eflags, esp, ss;
};

#endif
