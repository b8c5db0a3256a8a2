/*
 * FPU state on sparc64: 32 double registers, FSR, and GSR of the visual instructions.
 * Who owns the FPU and when is the kernel's business.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../hooks_internal.h"

struct fpu {
	uint64_t d[32], fsr, gsr;
};

size_t
pv_fpu_size(void)
{
	return (sizeof(struct fpu) + 63) & ~(size_t)63;
}

/* FSR 0: round to nearest, no exception traps. */
void
pv_fpu_init(void *state)
{
	memset(state, 0, pv_fpu_size());
}
