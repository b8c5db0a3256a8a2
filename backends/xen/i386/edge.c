/*
 * Faults in the few instructions on the way out to user mode on i386: a segment load
 * with a selector that is bad or gone is a fault of the user's code, though it comes
 * from kernel mode. The same selectors lie in frames of events that came while the
 * kernel ran; there they are of no use and are dropped. What Xen itself cannot load
 * at its iret it reports as a trap of user mode.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../trap.h"

#define VECTOR_NP	11
#define VECTOR_GP	13

extern const char pv_xen_exit_gs[], pv_xen_exit_fs[], pv_xen_exit_es[], pv_xen_exit_ds[];

/* How much of the frame on the way out was taken off the stack when the fault came, or -1. */
static int
taken_off(uint32_t pc)
{
	static const char *const place[4] = { pv_xen_exit_gs, pv_xen_exit_fs, pv_xen_exit_es, pv_xen_exit_ds };

	for (int i = 0; i < 4; i++)
		if (pc == (uintptr_t)place[i])
			return i * 4;
	return -1;
}

static void
drop_selector(struct pv_frame *f, int offset)
{
	uint32_t *selector = (uint32_t *)((uintptr_t)f + (uintptr_t)offset);

	*selector = selector == &f->gs ? 0 : selector == &f->fs ? XEN_KERNEL_FS : XEN_KERNEL_DS;
}

/*
 * What was taken off is in the registers, which f has; the rest lies, untouched, where the stack
 * pointer was. The two frames overlap: f is gone afterwards.
 */
struct pv_frame *
pv_xen_edge(struct pv_frame *f)
{
	int offset = f->vector >= VECTOR_NP && f->vector <= VECTOR_GP ? taken_off(f->eip) : -1;
	struct pv_frame *out = (struct pv_frame *)((uintptr_t)&f->esp - (uintptr_t)offset);
	uint32_t code = f->code;
	struct pv_frame regs;

	if (offset < 0)
		return NULL;
	/* From kernel mode there is no esp and ss in f. */
	memcpy(&regs, f, __builtin_offsetof(struct pv_frame, esp));
	memcpy(out, &regs, (size_t)offset);
	out->cs &= 0xffff;
	if ((out->cs & 3) == 3) {
		out->vector = VECTOR_GP;
		out->code = code;
	} else {
		drop_selector(out, offset);
	}
	return out;
}
