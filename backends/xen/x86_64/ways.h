/*
 * The fast way into the kernel on x86_64: SYSCALL, which Xen hands over. SYSCALL of
 * 32-bit code and SYSENTER are left without a callback: the program gets an illegal
 * instruction, or a protection fault, from Xen. Included by user.c only.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_WAYS_H
#define PV_XEN_WAYS_H

PV_STATIC_ASSERT(__builtin_offsetof(struct pv_frame, vector) == 15 * 8, "entry_words.h: save");

static pv_status
ways_init(void)
{
	return pv_xen_callback("user.init", XEN_CALLBACK_SYSCALL, pv_xen_syscall_entry);
}

static const char *
ways(void)
{
	return "syscall int80";
}

/*
 * True: with rcx and r11 as they are, SYSRET gives the same as the iret would; it also takes fixed
 * selectors. Xen itself looks at the address (CVE-2012-0217), but loads rcx with it.
 */
bool
pv_xen_syscall(struct pv_frame *f)
{
	f->cs &= 0xffff;
	pv_syscall_deliver((struct pv_uframe *)f);
	pv_before_user();
	return f->rcx == f->rip && f->r11 == f->rflags && f->rip < PV_USER_END && f->cs == XEN_USER_CS &&
	    f->ss == XEN_USER_DS && (f->rflags & (PV_FLAGS_TF | PV_FLAGS_RF | PV_FLAGS_NT | PV_FLAGS_VM)) == 0;
}

/* The iret is Xen's, and so are the faults in it: they come as those of user mode. */
struct pv_frame *
pv_xen_edge(struct pv_frame *f)
{
	(void)f;
	return NULL;
}

#endif
