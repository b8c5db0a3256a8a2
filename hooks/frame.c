/*
 * Frames of memory by physical address, without the caller mapping them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hooks_internal.h"

static void *
frame_open(pv_paddr frame)
{
	void *p = pv_window_open(pv_pa(pv_page_down(frame.v)));

	if (p == NULL)
		pv_panic("hook map_frame gave no address for frame 0x%llx: it must have room for four",
		    (unsigned long long)frame.v);
	return p;
}

void
pv_frame_zero(pv_paddr frame)
{
	void *p = frame_open(frame);

	memset(p, 0, PV_PAGE_SIZE);
	pv_window_close(p);
}

void
pv_frame_copy(pv_paddr to, pv_paddr from)
{
	void *source = frame_open(from);
	void *p = frame_open(to);

	memcpy(p, source, PV_PAGE_SIZE);
	pv_window_close(p);
	pv_window_close(source);
}

unsigned
pv_frame_colours(void)
{
	return PV_CACHE_COLOURS;
}
