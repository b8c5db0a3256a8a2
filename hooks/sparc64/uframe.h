/*
 * User frames on sparc64: a pv_frame at the top of the thread's kernel stack, and the
 * register windows that belong to it. Entry code puts a user window there whenever the
 * kernel needs its place in the register file; on the way back all but the last one
 * go to the user stack, and the last one, the program's current, is loaded from here.
 * In user mode none is here.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SPARC64_UFRAME_H
#define PV_SPARC64_UFRAME_H

#include <pv/sparc64/frame.h>

/* Offsets, for assembly. */
#define PV_UFRAME_USED		PV_FRAME_SIZE
#define PV_UFRAME_WINDOWS	(PV_FRAME_SIZE + 8)
#define PV_UFRAME_WINDOW	136			/* of one: locals, ins, stack pointer */
#define PV_UFRAME_MOST		7			/* all but the one that the kernel begins in */
#define PV_UFRAME_SIZE		(PV_UFRAME_WINDOWS + PV_UFRAME_MOST * PV_UFRAME_WINDOW)

/* What `ta` of a system call is as a trap type. */
#define PV_TT_SYSCALL		0x16d

#ifndef __ASSEMBLER__
#include "../user_isa.h"

struct pv_user_window {
	uint64_t l[8], i[8];
	uint64_t sp;		/* where it belongs, less the bias; for the program's current one see o[6] */
};

struct pv_uframe {
	struct pv_frame r;
	uint64_t used;		/* bytes of window[], the oldest first */
	struct pv_user_window window[PV_UFRAME_MOST];
};

PV_STATIC_ASSERT(__builtin_offsetof(struct pv_uframe, used) == PV_UFRAME_USED, "uframe.h: used");
PV_STATIC_ASSERT(__builtin_offsetof(struct pv_uframe, window) == PV_UFRAME_WINDOWS, "uframe.h: window");
PV_STATIC_ASSERT(sizeof(struct pv_user_window) == PV_UFRAME_WINDOW, "uframe.h: of one");
PV_STATIC_ASSERT(sizeof(struct pv_uframe) == PV_UFRAME_SIZE, "uframe.h: size");
PV_STATIC_ASSERT(PV_UFRAME_SIZE % 16 == 0 && PV_UFRAME_SIZE <= PV_UFRAME_ROOM, "limits.h");

#define PV_STACK_BIAS		2047u
#define PV_WINDOW_AREA		176u		/* a window and six words of arguments (SCD 2.4) */

/* Those of the current thread that are still in registers go to its frame. */
static inline void
pv_windows_flush(void)
{
	__asm__ volatile("flushw" : : : "memory");
}

/*
 * All but the current window of f, of which none is in registers afterwards, to the user stack, from the
 * oldest on. False: *at could not be written, what was is gone from the frame.
 */
bool pv_uframe_windows_push(struct pv_uframe *f, uintptr_t *at);
/* All but the current one come to nothing. */
void pv_uframe_windows_drop(struct pv_uframe *f);
#endif

#endif
