/*
 * Names of struct pv_frame's members that C files for both x86 widths use.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_FRAME_WORDS_H
#define PV_FRAME_WORDS_H

#define PV_FRAME_PC	rip
#define PV_FRAME_AX	rax
#define PV_FRAME_FLAGS	rflags

/* For native/x86/frame.c: three a line. */
#define PV_FRAME_ROW	3
#define PV_FRAME_FORMAT	"%s  %-6s %016lx%s"
#define PV_FRAME_WORDS	\
	WORD(rip), { "rsp", SPECIAL_SP }, WORD(rflags), WORD(rax), WORD(rbx), WORD(rcx), WORD(rdx), WORD(rsi),	\
	WORD(rdi), WORD(rbp), WORD(r8), WORD(r9), WORD(r10), WORD(r11), WORD(r12), WORD(r13), WORD(r14),	\
	WORD(r15), WORD(cs), WORD(ss), { "cr3", SPECIAL_CR3 }

static inline uintptr_t
pv_frame_sp(const struct pv_frame *f)
{
	return f->rsp;
}

#endif
