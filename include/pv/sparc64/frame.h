/*
 * Registers at a trap on sparc64, as entry code lays them on the kernel stack.
 * The window of the interrupted code is the one below the handler's; its ins and
 * locals are in the register file or in the window save area at o[6].
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SPARC64_FRAME_H
#define PV_SPARC64_FRAME_H

/* Offsets, for assembly. */
#define PV_FRAME_G		0
#define PV_FRAME_O		64
#define PV_FRAME_TSTATE		128
#define PV_FRAME_TPC		136
#define PV_FRAME_TNPC		144
#define PV_FRAME_TT		152
#define PV_FRAME_Y		160
#define PV_FRAME_PIL		168
#define PV_FRAME_FAULT		176
#define PV_FRAME_SIZE		208

#ifndef __ASSEMBLER__
#include <pv/types.h>

struct pv_frame {
	uint64_t g[8];		/* g[0] is not used; g[6] is the per-CPU base and never put back */
	uint64_t o[8];		/* o[6]: stack pointer, with its bias of 2047 */
	uint64_t tstate, tpc, tnpc;
	uint64_t tt;		/* trap type */
	uint64_t y, pil;
	uint64_t fault[4];	/* where memory faults are described; the backend knows how to read it */
};

PV_STATIC_ASSERT(__builtin_offsetof(struct pv_frame, o) == PV_FRAME_O, "frame.h: o");
PV_STATIC_ASSERT(__builtin_offsetof(struct pv_frame, tstate) == PV_FRAME_TSTATE, "frame.h: tstate");
PV_STATIC_ASSERT(__builtin_offsetof(struct pv_frame, tt) == PV_FRAME_TT, "frame.h: tt");
PV_STATIC_ASSERT(__builtin_offsetof(struct pv_frame, pil) == PV_FRAME_PIL, "frame.h: pil");
PV_STATIC_ASSERT(__builtin_offsetof(struct pv_frame, fault) == PV_FRAME_FAULT, "frame.h: fault");
PV_STATIC_ASSERT(sizeof(struct pv_frame) == PV_FRAME_SIZE, "frame.h: size");
#endif

#endif
