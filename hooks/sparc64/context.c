/*
 * The first saved place of a thread on sparc64, as switch.S takes it up: two window
 * save areas, of the code that would have switched away, and of the one that it
 * returns to.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "uframe.h"

struct area {
	uint64_t l[8], i[8];
	uint64_t words[6];	/* of arguments: part of every frame */
};
PV_STATIC_ASSERT(sizeof(struct area) == PV_WINDOW_AREA, "a frame of the smallest size");

extern const char pv_isa_context_first[];

uintptr_t
pv_isa_context_make(uintptr_t top, void (*entry)(void *arg), void *arg)
{
	struct area *a = (struct area *)pv_isa_uframe_at(top) - 2;

	memset(a, 0, 2 * sizeof(*a));
	a[1].l[0] = (uintptr_t)entry;
	a[1].l[1] = (uintptr_t)arg;
	a[0].i[6] = (uintptr_t)&a[1] - PV_STACK_BIAS;
	a[0].i[7] = (uintptr_t)pv_isa_context_first - 8;
	return (uintptr_t)a;
}
