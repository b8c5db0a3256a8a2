/*
 * The fast way into the kernel on i386: SYSENTER, by its MSRs (IA-32 volume 2,
 * SYSENTER). Included by x86/user.c only.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_NATIVE_WAYS_H
#define PV_NATIVE_WAYS_H

#include "../../common/i386/sysenter.h"

#define MSR_SYSENTER_CS		0x174u
#define MSR_SYSENTER_ESP	0x175u
#define MSR_SYSENTER_EIP	0x176u

#define USER_CS			0x1bu
#define USER_DS			0x23u
PV_STATIC_ASSERT(USER_CS == (PV_NATIVE_USER_BASE | 3), "entry_words.h");
PV_STATIC_ASSERT(USER_DS == (PV_NATIVE_USER_DS | 3), "entry_words.h");
/* SYSENTER loads CS and CS + 8; SYSEXIT loads CS + 16 and CS + 24. */
PV_STATIC_ASSERT(PV_NATIVE_KERNEL_DS == PV_NATIVE_KERNEL_CS + 8, "SYSENTER");
PV_STATIC_ASSERT(USER_CS == PV_NATIVE_KERNEL_CS + 16 + 3, "SYSEXIT");
PV_STATIC_ASSERT(USER_DS == PV_NATIVE_KERNEL_CS + 24 + 3, "SYSEXIT");
PV_STATIC_ASSERT(__builtin_offsetof(struct pv_frame, eip) - __builtin_offsetof(struct pv_frame, vector) == 8,
    "EXIT_EIP");
PV_STATIC_ASSERT(__builtin_offsetof(struct pv_frame, esp) - __builtin_offsetof(struct pv_frame, vector) == 20,
    "EXIT_ESP");

extern const char pv_native_sysenter_entry[];
struct pv_frame *pv_native_sysenter(struct pv_frame *frame);

static void
ways_init(void)
{
	pv_native_sysenter_on = pv_native_has(PV_CAP_FAST_SYSCALL) &&
	    pv_x86_msr_write(MSR_SYSENTER_CS, PV_NATIVE_KERNEL_CS) == PV_OK &&
	    pv_x86_msr_write(MSR_SYSENTER_EIP, (uintptr_t)pv_native_sysenter_entry) == PV_OK &&
	    pv_x86_msr_write(MSR_SYSENTER_ESP, pv_cpu()->kernel_sp) == PV_OK;
	if (!pv_native_sysenter_on)
		pv_native_no_fast_syscall();
}

static const char *
ways(void)
{
	return pv_native_sysenter_on ? "sysenter int80" : "int80";
}

/* SYSEXIT leaves flags to us and loses ecx and edx; the frame must still be that of the call. */
static bool
fit_for_sysexit(const struct pv_frame *f)
{
	return f->vector == PV_FRAME_CALL_FAST && f->cs == USER_CS && f->ss == USER_DS &&
	    (f->eflags & (PV_FLAGS_TF | PV_FLAGS_NT | PV_FLAGS_RF | PV_FLAGS_VM)) == 0;
}

struct pv_frame *
pv_native_sysenter(struct pv_frame *f)
{
	/* SYSENTER cleared IF; a single step that edge.c held back goes on behind the call. */
	f->eflags = pv_x86_user_flags(f->eflags | pv_cpu()->scratch[PV_SCRATCH_STEP], f->eflags);
	pv_cpu()->scratch[PV_SCRATCH_STEP] = 0;
	if (pv_sysenter_arguments(f))
		pv_syscall_deliver((struct pv_uframe *)f);
	pv_before_user();
	if (fit_for_sysexit(f))
		f->vector = PV_FRAME_SYSEXIT;
	return f;
}

#endif
