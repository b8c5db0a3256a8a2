/*
 * Names of struct pv_frame's members that C files for both x86 widths use.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_NATIVE_FRAME_WORDS_H
#define PV_NATIVE_FRAME_WORDS_H

#define PV_FRAME_PC	eip
#define PV_FRAME_AX	eax

/* From kernel mode the CPU pushes no stack pointer: it is where the frame ends. */
static inline uintptr_t
pv_frame_sp(const struct pv_frame *f)
{
	return (f->cs & 3) != 0 ? f->esp : (uintptr_t)&f->esp;
}

#endif
