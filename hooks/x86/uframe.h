/*
 * User frames on x86: a pv_frame at the top of the thread's kernel stack, whoever
 * the layer below is. What backends tell about theirs is here.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_X86_UFRAME_H
#define PV_X86_UFRAME_H

#include "../user_isa.h"
#include "frame_marks.h"
#include PV_ISA_HEADER(frame.h)

struct pv_uframe {
	struct pv_frame r;
};

/* A header of hooks/<isa>/, from a file in hooks/x86/. */
#define PV_HOOKS_ISA__(path)		#path
#define PV_HOOKS_ISA_(dir, file)	PV_HOOKS_ISA__(../dir/file)
#define PV_HOOKS_ISA(file)		PV_HOOKS_ISA_(PV_ISA_DIR, file)

/* Selectors of user mode, ring 3: a backend that has others sets them in its user.init. */
struct pv_x86_user {
	uint16_t cs;
	uint16_t ds;		/* stack and data */
};
extern struct pv_x86_user pv_x86_user;

/* 1: the CPU keeps the kernel off user pages but between STAC and CLAC. Read by assembly. */
extern uint8_t pv_x86_smap;

#define PV_FLAGS_CF		0x00000001u
#define PV_FLAGS_ONE		0x00000002u	/* always set */
#define PV_FLAGS_TF		0x00000100u
#define PV_FLAGS_IF		0x00000200u
#define PV_FLAGS_DF		0x00000400u
#define PV_FLAGS_IOPL		0x00003000u
#define PV_FLAGS_NT		0x00004000u
#define PV_FLAGS_RF		0x00010000u
#define PV_FLAGS_VM		0x00020000u
#define PV_FLAGS_AC		0x00040000u
/* What user mode may have as it likes: CF PF AF ZF SF TF DF OF AC ID. */
#define PV_FLAGS_USER		0x00240dd5u

/*
 * Flags from an untrusted place: interrupts on, no NT, RF, VM, VIF, VIP. The I/O privilege is that of
 * `before`, flags that user mode has had from the kernel.
 */
static inline uintptr_t
pv_x86_user_flags(uintptr_t flags, uintptr_t before)
{
	return (flags & PV_FLAGS_USER) | (before & PV_FLAGS_IOPL) | PV_FLAGS_ONE | PV_FLAGS_IF;
}

#endif
