/*
 * Frames of memory by physical address, without the caller mapping them. How one is copied
 * is the instruction set's: <isa>/frame_copy.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hooks_internal.h"

void *
pv_frame_open(pv_paddr frame)
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
	void *p = pv_frame_open(frame);

	memset(p, 0, PV_PAGE_SIZE);
	pv_window_close(p);
}

unsigned
pv_frame_colours(void)
{
	return PV_CACHE_COLOURS;
}
