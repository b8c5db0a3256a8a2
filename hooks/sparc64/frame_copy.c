/*
 * The copy of a frame that may be in use at an address of another cache colour.
 *
 * It is read by real address, past the data cache: that may have lines of it from
 * before, and no store at the other address has mended them. All stores go through to
 * the external cache, so what is read there is right. The copy is written by an
 * ordinary address, so that old lines of the other frame get the new words.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../hooks_internal.h"

static inline uint64_t
real_get(uint64_t ra)
{
	uint64_t v;

	__asm__ volatile("ldxa [%1] 0x14, %0" : "=r" (v) : "r" (ra) : "memory");
	return v;
}

void
pv_frame_copy(pv_paddr to, pv_paddr from)
{
	uint64_t *p = pv_frame_open(to), ra = pv_page_down(from.v);

	/* What was stored a moment ago at an address of the cache. */
	pv_mb();
	for (unsigned i = 0; i < PV_PAGE_SIZE / 8; i += 4, ra += 32) {
		uint64_t a = real_get(ra), b = real_get(ra + 8), c = real_get(ra + 16), d = real_get(ra + 24);

		p[i] = a;
		p[i + 1] = b;
		p[i + 2] = c;
		p[i + 3] = d;
	}
	pv_window_close(p);
}
