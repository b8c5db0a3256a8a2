/*
 * Seeing a page above the direct map before memory management: an HVM guest's ring
 * lies below 4 GiB, and the entry code of i386 shows 3 GiB.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../pvh.h"

#define WINDOW		0xbfe00000u	/* the last of the entry code's large pages below the image */
#define LARGE		0x200000u
#define LARGE_BITS	0x83u		/* present, writable, large */
#define FRAME		0xfffff000u

void *
pv_xenpvh_boot_map(pv_paddr pa)
{
	const uint64_t *top;
	uint64_t *directory;
	uintptr_t cr3;

	__asm__ volatile("mov %%cr3, %0" : "=r" (cr3));
	top = (const uint64_t *)(pv_direct_map.base + (cr3 & ~0x1fu));
	directory = (uint64_t *)(pv_direct_map.base + ((uintptr_t)top[WINDOW >> 30] & FRAME));
	directory[WINDOW / LARGE % 512] = (pa.v & ~(uint64_t)(LARGE - 1)) | LARGE_BITS;
	__asm__ volatile("invlpg (%0)" : : "r" (WINDOW) : "memory");
	return (void *)(WINDOW + ((uintptr_t)pa.v & (LARGE - 1)));
}
