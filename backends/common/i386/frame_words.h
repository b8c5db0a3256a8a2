/*
 * Names of struct pv_frame's members that C files for both x86 widths use.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_FRAME_WORDS_H
#define PV_FRAME_WORDS_H

#define PV_FRAME_PC	eip
#define PV_FRAME_AX	eax
#define PV_FRAME_FLAGS	eflags

/* For native/x86/frame.c: four a line. */
#define PV_FRAME_ROW	4
#define PV_FRAME_FORMAT	"%s  %-6s %08lx%s"
#define PV_FRAME_WORDS	\
	WORD(eip), { "esp", SPECIAL_SP }, WORD(eflags), WORD(cs), WORD(eax), WORD(ebx), WORD(ecx), WORD(edx),	\
	WORD(esi), WORD(edi), WORD(ebp), { "cr3", SPECIAL_CR3 }, WORD(ds), WORD(es), WORD(fs), WORD(gs)

/* From kernel mode, ring 0 or 1, the CPU pushes no stack pointer: it is where the frame ends. */
static inline uintptr_t
pv_frame_sp(const struct pv_frame *f)
{
	return (f->cs & 3) == 3 ? f->esp : (uintptr_t)&f->esp;
}

#endif
