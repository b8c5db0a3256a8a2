/*
 * Our own GDT on i386: what lies in it. Assembly reads this too.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_SEGMENTS_H
#define PV_XEN_SEGMENTS_H

#define XEN_KERNEL_FS		0x29	/* entry 5, ring 1: the per-CPU record */
#define PV_XEN_GDT_ENTRIES	16

#endif
