/*
 * What a call by SYSENTER leaves to the kernel, as <pv/i386/syscall.h> has it: two of
 * the arguments lie on the user's stack.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_COMMON_SYSENTER_H
#define PV_COMMON_SYSENTER_H

#include "../../../hooks/x86/uframe.h"

/* Bytes of SYSENTER and of the int 0x80 behind it. */
#define PV_SYSENTER_LENGTH	4u

/* Gate closed, also afterwards. False: they cannot be read, and a fault was reported. */
static inline bool
pv_sysenter_arguments(struct pv_frame *f)
{
	uint32_t words[2];
	struct pv_trap t;

	pv_irq_enable();
	if (pv_copyin(words, f->esp, sizeof(words)) == PV_OK) {
		pv_irq_disable();
		f->ecx = words[0];
		f->edx = words[1];
		return true;
	}
	pv_irq_disable();
	/* As if SYSENTER itself had read them. */
	f->eip -= PV_SYSENTER_LENGTH;
	f->vector = PV_FRAME_PLAIN;
	t = (struct pv_trap){
		.cause = PV_CAUSE_PAGE_FAULT,
		.access = PV_ACCESS_USER | PV_ACCESS_READ,
		.address = f->esp,
		.pc = f->eip,
		.sp = f->esp,
		.code = PV_FRAME_CALL_FAST,
		.frame = f,
	};
	(void)pv_trap_deliver(&t);
	return false;
}

#endif
