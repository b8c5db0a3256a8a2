/*
 * The sparc64 instruction-set ops. The interrupt gate is not among them: it is PIL
 * on every sparc64 machine and always inline (see gate.h).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SPARC64_OPS_H
#define PV_SPARC64_OPS_H

#include <pv/status.h>

PV_BEGIN_DECLS

struct pv_isa_ops {
	/* -> the counter that timers compare with (%stick, or %tick), top bit clear. */
	uint64_t (*counter)(void);

	/* Interrupt this CPU when the counter reaches `when`; ~0 = never. */
	void (*compare)(uint64_t when);
};

PV_END_DECLS
#endif
