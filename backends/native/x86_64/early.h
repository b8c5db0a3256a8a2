/*
 * An interrupt that comes before anybody has set the controllers up, x86_64.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_NATIVE_EARLY_H
#define PV_NATIVE_EARLY_H

#include <pv/hooks.h>

/*
 * Firmware leaves the first 8259 at vector 8, and its timer running. The CPU's own double fault has the
 * error code 0 (AMD64 volume 2, section 8.2.9); an interrupt has none, and what is there is where it came.
 */
static inline void
pv_native_early(const struct pv_frame *f)
{
	if (f->vector == 8 && (uint32_t)f->code != 0)
		pv_panic("an interrupt came before the controller was set up: call pv_start(PV_STAGE_LINES), "
		    "then open the gate or go to user mode");
}

#endif
