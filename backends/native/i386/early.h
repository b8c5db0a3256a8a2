/*
 * An interrupt that comes before anybody has set the controllers up, i386: at vector 8 it is taken for a
 * double fault, whose task says so (tss.h).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_NATIVE_EARLY_H
#define PV_NATIVE_EARLY_H

static inline void
pv_native_early(const struct pv_frame *f)
{
	(void)f;
}

#endif
