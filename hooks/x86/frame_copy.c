/*
 * The copy of a frame by addresses that the kernel has of both: x86 has no cache that
 * could tell them from others.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../hooks_internal.h"

void
pv_frame_copy(pv_paddr to, pv_paddr from)
{
	void *source = pv_frame_open(from);
	void *p = pv_frame_open(to);

	memcpy(p, source, PV_PAGE_SIZE);
	pv_window_close(p);
	pv_window_close(source);
}
