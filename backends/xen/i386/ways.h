/*
 * The fast way into the kernel on i386: SYSENTER, which Xen hands over where the CPU
 * has it in long mode: Intel's do, AMD's do not. Included by user.c only.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_WAYS_H
#define PV_XEN_WAYS_H

#include "../../common/i386/sysenter.h"

extern const char pv_xen_sysenter_entry[];
void pv_xen_sysenter(struct pv_frame *frame);

static bool sysenter_on;

static pv_status
ways_init(void)
{
	/* Without it the program gets a protection fault: Xen's answer to a callback that there is not. */
	sysenter_on = pv_has(PV_CAP_FAST_SYSCALL) &&
	    pv_xen_callback("user.init", XEN_CALLBACK_SYSENTER, pv_xen_sysenter_entry) == PV_OK;
	return PV_OK;
}

static const char *
ways(void)
{
	return sysenter_on ? "sysenter int80" : "int80";
}

void
pv_xen_sysenter(struct pv_frame *f)
{
	/* SYSENTER cleared IF; NT and the like are for nobody. */
	f->eflags = pv_x86_user_flags(f->eflags, f->eflags);
	if (pv_sysenter_arguments(f))
		pv_syscall_deliver((struct pv_uframe *)f);
	pv_before_user();
}

#endif
