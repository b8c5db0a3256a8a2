/*
 * Faults in the few instructions between kernel and user mode of i386.
 *
 * User mode can make the way out fault, at one of four segment loads or at the
 * iret, by selectors that are bad or gone and by an address beyond its segment: that
 * is a fault of the user's code, though the CPU reports it for kernel mode. The same
 * selectors lie in frames of interrupts that came while the kernel ran; there they
 * are of no use and are dropped.
 *
 * On the way in a debug trap can come at the first instruction: SYSENTER does not
 * clear TF, and a data breakpoint is held back by MOV SS and POP SS.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../x86/native.h"
#include "../x86/stubs.h"
#include "../../../hooks/x86/uframe.h"

#define VECTOR_DB	1
#define VECTOR_NP	11
#define VECTOR_GP	13

extern const char pv_native_exit_gs[], pv_native_exit_fs[], pv_native_exit_es[], pv_native_exit_ds[];
extern const char pv_native_exit[], pv_native_sysenter_entry[];

/* How much of the frame on the way out was taken off the stack when the fault came, or -1. */
static int
taken_off(uint32_t pc)
{
	static const char *const place[4] = {
		pv_native_exit_gs, pv_native_exit_fs, pv_native_exit_es, pv_native_exit_ds,
	};

	for (int i = 0; i < 4; i++)
		if (pc == (uintptr_t)place[i])
			return i * 4;
	if (pc == (uintptr_t)pv_native_exit || pc == (uintptr_t)pv_native_iret)
		return __builtin_offsetof(struct pv_frame, eip);
	return -1;
}

static void
drop_selector(struct pv_frame *f, int offset)
{
	uint32_t *selector = (uint32_t *)((uintptr_t)f + (uintptr_t)offset);

	*selector = selector == &f->gs ? 0 : selector == &f->fs ? PV_NATIVE_KERNEL_FS : PV_NATIVE_KERNEL_DS;
}

/*
 * What was taken off is in the registers, which f has; the rest lies, untouched, where the stack
 * pointer was. The two frames overlap: f is gone afterwards.
 */
static struct pv_frame *
frame_again(const struct pv_frame *f, int offset)
{
	struct pv_frame *out = (struct pv_frame *)((uintptr_t)&f->esp - (uintptr_t)offset);
	bool user = (out->cs & 3) == 3;
	uint32_t code = f->code;
	struct pv_frame regs;

	/* From kernel mode there is no esp and ss in f. */
	memcpy(&regs, f, __builtin_offsetof(struct pv_frame, esp));
	memcpy(out, &regs, (size_t)offset);
	if (user) {
		out->vector = VECTOR_GP;
		out->code = code;
		return out;
	}
	if (offset > (int)__builtin_offsetof(struct pv_frame, ds))
		return NULL;
	drop_selector(out, offset);
	return out;
}

static struct pv_frame *
debug_at_entry(struct pv_frame *f)
{
	if (f->eip == (uintptr_t)pv_native_sysenter_entry) {
		pv_cpu()->scratch[PV_SCRATCH_STEP] = f->eflags & PV_FLAGS_TF;
		f->eflags &= ~PV_FLAGS_TF;
		return f;
	}
	return f->eip - (uintptr_t)pv_native_stubs < STUBS_BYTES ? f : NULL;
}

struct pv_frame *
pv_native_edge(struct pv_frame *f)
{
	int offset;

	if (f->vector == VECTOR_DB)
		return debug_at_entry(f);
	if (f->vector < VECTOR_NP || f->vector > VECTOR_GP)
		return NULL;
	offset = taken_off(f->eip);
	return offset >= 0 ? frame_again(f, offset) : NULL;
}
